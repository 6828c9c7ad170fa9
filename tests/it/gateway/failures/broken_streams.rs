//! Streams that break, are malformed, or come faster than the client reads.

use std::sync::Arc;
use std::time::Duration;

use crossmodel::domain::UsageSource;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::faults::CHAT;
use crate::gateway::rig::{Rig, stream_question, test};
use crate::harness::upstream::{DONE, Step, delta, finish, stream, usage};

test!(a_stream_that_breaks_ends_in_an_error_event_and_never_in_done, |store| {
    let rig = Rig::start(store).await;
    let half = delta("half");
    let (half, _) = half.split_at(20);
    let breaks: [Vec<Step>; 5] = [
        vec![Step::events(), Step::chunk(&delta("Hello")), Step::Close],
        vec![Step::events(), Step::chunk(&delta("Hello")), Step::Reset],
        vec![
            Step::events(),
            Step::chunk(&delta("Hello")),
            Step::chunk(half),
            Step::Close,
        ],
        vec![Step::events(), Step::chunk(&(delta("Hello") + half)), Step::end()],
        vec![Step::events(), Step::chunk(&delta("Hello")), Step::end()],
    ];
    for steps in breaks {
        rig.upstream.answers(move |_| steps.clone());

        let reply = rig.client().post(CHAT, &stream_question("fast")).await.is(200);

        let rest = reply.text().strip_prefix(&delta("Hello")).expect("what had come");
        let event = rest
            .strip_prefix("data: ")
            .and_then(|rest| rest.strip_suffix("\n\n"))
            .expect("one event");
        let error: Value = serde_json::from_str(event).unwrap();
        assert_eq!(
            error,
            json!({"error": {
                "message": "Acme failed: it broke off its answer.", "type": "server_error", "param": null,
                "code": "provider_error", "provider": {"name": "acme"},
            }})
        );
        let record = &rig.records().await[0];
        assert_eq!(
            (record.status, record.cost.pico(), record.error.as_deref()),
            (502, 0, Some("provider_error"))
        );
    }
});

test!(a_stream_that_is_complete_without_done_is_passed_on_as_it_is, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(|_| stream(&[&delta("Hello"), &finish()]));

    let reply = rig.client().post(CHAT, &stream_question("fast")).await.is(200);

    assert_eq!(reply.text(), delta("Hello") + &finish());
    assert_eq!(rig.records().await[0].status, 200);
});

test!(
    an_error_that_the_provider_reports_in_the_stream_is_passed_on_and_free,
    |store| {
        let rig = Rig::start(store).await;
        let event = "data: {\"error\":{\"message\":\"overloaded\"}}\n\n";
        rig.upstream.answers(move |_| stream(&[&delta("Hello"), event]));

        let reply = rig.client().post(CHAT, &stream_question("fast")).await.is(200);

        assert_eq!(reply.text(), delta("Hello") + event);
        let record = &rig.records().await[0];
        assert_eq!((record.status, record.cost.pico()), (502, 0));
    }
);

test!(an_answer_split_at_every_byte_comes_through_whole, |store| {
    let rig = Rig::start(store).await;
    let whole = delta("Hello") + ": keep-alive\n\n" + &finish() + &usage(3, 4) + DONE;
    let shown = delta("Hello") + ": keep-alive\n\n" + &finish() + DONE;
    for at in (1..whole.len()).step_by(7) {
        let (head, tail) = whole.split_at(at);
        let steps = stream(&[head, tail]);
        rig.upstream.answers(move |_| steps.clone());

        let reply = rig.client().post(CHAT, &stream_question("fast")).await.is(200);

        assert_eq!(reply.text(), shown, "split at {at}");
    }
    assert!(rig.records().await.iter().all(|record| record.tokens.completion == 4));
});

test!(strange_events_are_passed_on_without_harm, |store| {
    let rig = Rig::start(store).await;
    let strange = [
        "data: \u{fffd}\u{0}\n\n",
        "event: x\nid: 1\nretry: 5\n\n",
        "\n\n\n",
        "nonsense\n\n",
        "data: {\"usage\":{\"prompt_tokens\":-1,\"completion_tokens\":1e30}}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"cut\n\n",
        "data: a\r\n\r\n",
        "data: b\r\r",
    ];
    rig.upstream.answers(move |_| {
        let mut events: Vec<String> = strange.iter().map(|text| text.to_string()).collect();
        events.extend([finish(), DONE.into()]);
        stream(&events.iter().map(String::as_str).collect::<Vec<_>>())
    });

    let reply = rig.client().post(CHAT, &stream_question("fast")).await.is(200);

    assert_eq!(reply.text(), strange.concat() + &finish() + DONE);
    assert_eq!(rig.records().await[0].source, UsageSource::Estimated);
});

test!(an_event_without_an_end_is_cut_off, |store| {
    let rig = Rig::with(store, |options| options.limits.event = 1 << 20).await;
    rig.upstream.answers(|_| {
        let long = "x".repeat(64 << 10);
        let mut steps = vec![Step::events(), Step::chunk(&delta("Hello"))];
        steps.extend((0..20).map(|_| Step::chunk(&long)));
        steps.push(Step::Hold);
        steps
    });

    let reply = rig.client().post(CHAT, &stream_question("fast")).await.is(200);

    assert!(
        reply.text().starts_with(&delta("Hello")) && reply.text().len() < 1000,
        "{}",
        reply.text().len()
    );
    assert!(reply.text().contains("\"provider_error\""));
    rig.upstream.was_hung_up_on(1).await;
});

test!(
    a_slow_client_does_not_make_the_gateway_read_ahead_without_end,
    |store| {
        let rig = Rig::start(store).await;
        let sent = Arc::new(Notify::new());
        let done = Arc::clone(&sent);
        rig.upstream.answers(move |_| {
            let piece = delta(&"x".repeat(32 << 10));
            let mut steps = vec![Step::events()];
            steps.extend((0..2000).map(|_| Step::chunk(&piece)));
            steps.extend([Step::Wait(Arc::clone(&done)), Step::chunk(DONE), Step::end()]);
            steps
        });

        // 64 MB for a client that takes nothing: if it were read ahead, the provider would get to its end and hear a hang-up
        // only as one that waits.
        let body = stream_question("fast").to_string().into();
        let reply = rig
            .client()
            .open(hyper::Method::POST, CHAT, Some("application/json"), body)
            .await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        drop(reply);

        let record = &rig.records_once(1).await[0];
        assert_eq!(record.status, 499);
        assert!(record.tokens.completion < 8_000_000, "{}", record.tokens.completion);
        drop(sent);
    }
);
