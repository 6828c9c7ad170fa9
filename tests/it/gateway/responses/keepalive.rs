//! Streams that wait for their provider: the client hears that they are alive, in its protocol's own way.

use std::time::Duration;

use serde_json::Value;

use crate::gateway::polyglot::{ask, polyglot};
use crate::gateway::rig::{Rig, stream_question, test};
use crate::harness::store::TestStore;
use crate::harness::upstream::{Step, delta, finish, json_answer, polite};
use crossmodel::domain::CallState;

const CHAT: &str = "/v1/chat/completions";
const PAUSE: Duration = Duration::from_millis(700);
/// What each endpoint's clients hear.
const KEEPALIVES: [(&str, &str); 4] = [
    (CHAT, ": keepalive\n\n"),
    ("/v1/completions", ": keepalive\n\n"),
    ("/v1/responses", ": keepalive\n\n"),
    ("/v1/messages", "event: ping\ndata: {\"type\": \"ping\"}\n\n"),
];

/// A gateway whose streams are silent for a moment at most.
async fn lively(store: TestStore) -> Rig {
    Rig::with(store, |options| options.timeouts.keepalive = Duration::from_millis(150)).await
}

test!(a_stream_that_has_not_begun_is_kept_alive, |store| {
    let rig = lively(store).await;
    rig.upstream.answers(|seen| {
        let mut steps = vec![Step::Pause(PAUSE)];
        steps.extend(polyglot(seen));
        steps
    });
    for (path, keepalive) in KEEPALIVES {
        for model in ["acme/fast", "claude/opus", "acme/thinker"] {
            let reply = rig.client().post(path, &ask(path, model, true)).await.is(200);

            assert!(
                reply.text().starts_with(&keepalive.repeat(2)),
                "{path} {model}: {}",
                reply.text()
            );
            assert!(reply.text().contains("Hello"), "{path} {model}: {}", reply.text());
            assert_eq!(reply.header("content-type"), "text/event-stream");
            assert_eq!(reply.header("x-crossmodel-model"), model);
        }
    }
});

test!(a_stream_that_pauses_between_two_events_is_kept_alive, |store| {
    let rig = lively(store).await;
    rig.upstream.answers(|seen| {
        let mut steps = polyglot(seen);
        // Before the last event but one and the end.
        let at = steps.len() - 3;
        steps.insert(at, Step::Pause(PAUSE));
        steps
    });
    for (path, keepalive) in KEEPALIVES {
        let reply = rig.client().post(path, &ask(path, "acme/fast", true)).await.is(200);

        assert!(!reply.text().starts_with(keepalive), "{path}: {}", reply.text());
        assert!(reply.text().contains(&keepalive.repeat(2)), "{path}: {}", reply.text());
    }
});

test!(a_whole_answer_gets_nothing_before_it, |store| {
    let rig = lively(store).await;
    rig.upstream.answers(|seen| {
        let mut steps = vec![Step::Pause(PAUSE)];
        steps.extend(polite(seen));
        steps
    });

    assert_eq!(rig.asks("fast").await.is(200).json()["object"], "chat.completion");
});

test!(a_keepalive_of_nothing_is_never_sent, |store| {
    let rig = Rig::with(store, |options| options.timeouts.keepalive = Duration::ZERO).await;
    rig.upstream.answers(|_| {
        let pause = Step::Pause(Duration::from_millis(300));
        vec![
            Step::events(),
            Step::chunk(&delta("Hello")),
            pause,
            Step::chunk(&finish()),
            Step::end(),
        ]
    });

    let reply = rig.client().post(CHAT, &stream_question("fast")).await.is(200);

    assert_eq!(reply.text(), delta("Hello") + &finish());
});

test!(
    a_failure_after_the_head_went_out_is_an_event_of_the_clients_protocol,
    |store| {
        let rig = lively(store).await;
        rig.upstream.answers(|_| {
            let mut steps = vec![Step::Pause(PAUSE)];
            steps.extend(json_answer(503, &serde_json::json!({"error": {"message": "busy"}})));
            steps
        });
        for (path, keepalive) in KEEPALIVES {
            let reply = rig.client().post(path, &ask(path, "acme/fast", true)).await.is(200);

            let rest = reply.text().replace(keepalive, "");
            let data = rest
                .lines()
                .find_map(|line| line.strip_prefix("data: "))
                .unwrap_or_else(|| panic!("{rest}"));
            let event: Value = serde_json::from_str(data).unwrap();
            let message = event.pointer("/error/message").or(event.get("message"));
            assert_eq!(message, Some(&Value::from("Acme failed to answer.")), "{path}: {rest}");
            assert!(!rest.contains("[DONE]") && !rest.contains("message_stop"), "{rest}");
        }
        assert!(
            rig.records()
                .await
                .iter()
                .all(|record| record.state == CallState::Released && record.status == 502)
        );
    }
);

test!(a_call_is_asked_again_even_if_its_stream_was_kept_alive, |store| {
    let rig = Rig::with(store, |options| {
        options.timeouts.keepalive = Duration::from_millis(150);
        options.retries.tries = 2;
        options.retries.first_pause = Duration::from_millis(1);
    })
    .await;
    let asked = std::sync::atomic::AtomicBool::new(false);
    rig.upstream.answers(move |seen| {
        if asked.swap(true, std::sync::atomic::Ordering::SeqCst) {
            return polite(seen);
        }
        vec![Step::Pause(PAUSE), Step::Reset]
    });

    let reply = rig.client().post(CHAT, &stream_question("fast")).await.is(200);

    assert!(
        reply.text().starts_with(": keepalive\n\n") && reply.text().ends_with("data: [DONE]\n\n"),
        "{}",
        reply.text()
    );
});
