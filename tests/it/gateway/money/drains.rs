//! A client that leaves is charged by the provider's own counts, if these come within a few seconds.

use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use serde_json::json;
use tokio::sync::Notify;

use crate::gateway::rig::{Rig, question, stream_question, test};
use crate::harness::store::TestStore;
use crate::harness::upstream::{DONE, Step, delta, finish, json_answer, polite, usage};
use crossmodel::domain::{CallState, Limits, Scope, UsageRecord, UsageSource};

const CHAT: &str = "/v1/chat/completions";

/// A gateway that reads on for as long as a test takes.
async fn listening(store: TestStore) -> Rig {
    Rig::with(store, |options| options.timeouts.drain = Duration::from_secs(20)).await
}

/// Begins a call, and leaves once the provider was asked and `go` was rung.
async fn leaves(rig: &Rig, body: serde_json::Value) {
    let client = rig.client();
    let call = tokio::spawn(async move {
        client
            .open(Method::POST, CHAT, Some("application/json"), body.to_string().into())
            .await
    });
    rig.upstream.was_asked(1).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    call.abort();
    let _ = call.await;
}

async fn only_record(rig: &Rig) -> UsageRecord {
    rig.records_once(1).await.remove(0)
}

test!(
    a_client_that_leaves_just_before_the_usage_pays_what_the_provider_counted,
    |store| {
        let rig = listening(store).await;
        let left = Arc::new(Notify::new());
        let wait = Arc::clone(&left);
        rig.upstream.answers(move |_| {
            let rest = finish() + &usage(50, 7) + DONE;
            vec![
                Step::events(),
                Step::chunk(&delta("Hello")),
                Step::Wait(Arc::clone(&wait)),
                Step::chunk(&rest),
                Step::end(),
            ]
        });
        let body = stream_question("fast").to_string().into();
        let reply = rig
            .client()
            .open(Method::POST, CHAT, Some("application/json"), body)
            .await;

        drop(reply);
        tokio::time::sleep(Duration::from_millis(100)).await;
        left.notify_one();

        let record = only_record(&rig).await;
        assert_eq!(
            (record.status, record.state, record.source),
            (499, CallState::Partial, UsageSource::Provider)
        );
        assert_eq!((record.tokens.prompt, record.tokens.completion), (50, 7));
    }
);

test!(
    a_client_that_leaves_a_whole_answer_pays_what_the_provider_counted,
    |store| {
        let rig = listening(store).await;
        rig.upstream.answers(|seen| {
            let mut steps = vec![Step::Pause(Duration::from_millis(300))];
            steps.extend(polite(seen));
            steps
        });

        leaves(&rig, question("fast")).await;

        let record = only_record(&rig).await;
        assert_eq!((record.status, record.source), (499, UsageSource::Provider));
        assert_eq!((record.tokens.prompt, record.tokens.completion), (11, 2));
    }
);

test!(a_client_that_leaves_a_call_that_then_fails_pays_nothing, |store| {
    let rig = listening(store).await;
    rig.upstream.answers(|_| {
        let mut steps = vec![Step::Pause(Duration::from_millis(300))];
        steps.extend(json_answer(500, &json!({"error": {"message": "broken"}})));
        steps
    });

    leaves(&rig, question("fast")).await;

    let record = only_record(&rig).await;
    assert_eq!(
        (record.state, record.source, record.cost.pico()),
        (CallState::Released, UsageSource::None, 0)
    );
});

test!(a_client_that_has_left_is_not_asked_for_again, |store| {
    let rig = Rig::with(store, |options| {
        options.timeouts.drain = Duration::from_secs(20);
        options.retries.tries = 3;
        options.retries.first_pause = Duration::from_millis(1);
    })
    .await;
    rig.upstream
        .answers(|_| vec![Step::Pause(Duration::from_millis(300)), Step::Reset]);

    leaves(&rig, question("fast")).await;

    only_record(&rig).await;
    assert_eq!(rig.upstream.seen().len(), 1);
});

test!(
    what_is_read_after_a_client_has_left_is_not_billed_to_it_by_estimate,
    |store| {
        let rig = Rig::with(store, |options| options.timeouts.drain = Duration::from_millis(400)).await;
        let left = Arc::new(Notify::new());
        let wait = Arc::clone(&left);
        rig.upstream.answers(move |_| {
            let more = delta(&"x".repeat(4_000));
            vec![
                Step::events(),
                Step::chunk(&delta("12345678")),
                Step::Wait(Arc::clone(&wait)),
                Step::chunk(&more),
                Step::Hold,
            ]
        });
        let body = stream_question("fast").to_string().into();
        let reply = rig
            .client()
            .open(Method::POST, CHAT, Some("application/json"), body)
            .await;

        drop(reply);
        tokio::time::sleep(Duration::from_millis(100)).await;
        left.notify_one();

        let record = only_record(&rig).await;
        assert_eq!((record.source, record.tokens.completion), (UsageSource::Estimated, 2));
        assert!(record.tokens.prompt > 0);
    }
);

test!(a_client_that_leaves_uses_up_its_tokens_per_minute, |store| {
    let rig = Rig::start(store).await;
    let limits = Limits {
        tokens_per_minute: Some(100_000),
        ..Limits::NONE
    };
    rig.store
        .at_noon()
        .api_keys()
        .set_limits(Scope::All, rig.key.id, limits)
        .await
        .unwrap();
    rig.upstream.answers(|_| vec![Step::Hold]);
    let mut long = question("fast");
    long["messages"][0]["content"] = "word ".repeat(4_000).into();

    leaves(&rig, long).await;
    only_record(&rig).await;

    rig.upstream.answers(polite);
    let left: u64 = rig
        .asks("fast")
        .await
        .is(200)
        .header("x-ratelimit-remaining-tokens")
        .parse()
        .unwrap();
    assert!(left < 96_000, "{left} are left of 100,000");
});

test!(
    a_picture_is_billed_for_what_it_shows_and_not_for_what_it_takes,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(|_| vec![Step::Hold]);
        let mut asks = question("fast");
        let picture = format!("data:image/png;base64,{}", "iVBORw0KGgo".repeat(40_000));
        asks["messages"][0]["content"] = json!([{"type": "image_url", "image_url": {"url": picture}}]);

        leaves(&rig, asks).await;

        let tokens = only_record(&rig).await.tokens;
        assert!((2_000..3_000).contains(&tokens.prompt), "{tokens:?}");
    }
);

test!(a_call_that_no_provider_was_sent_is_free, |store| {
    // A port that takes connections and never answers the handshake of TLS: nothing of the request gets there.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let rig = Rig::with(store, |options| options.egress = address.to_string().parse().unwrap()).await;
    let change = crossmodel::store::ProviderChange {
        base_url: Some(format!("https://{address}")),
        ..crossmodel::store::ProviderChange::of("acme".parse().unwrap())
    };
    let by = crossmodel::store::Actor::command_line();
    rig.store
        .by(&by, rig.clock.now())
        .catalog()
        .set_provider(&change)
        .await
        .unwrap();
    let client = rig.client();
    let call = tokio::spawn(async move {
        let body = question("fast").to_string().into();
        client.open(Method::POST, CHAT, Some("application/json"), body).await
    });
    tokio::time::sleep(Duration::from_millis(300)).await;

    call.abort();
    let _ = call.await;

    let record = only_record(&rig).await;
    assert_eq!(
        (record.status, record.state, record.cost.pico()),
        (499, CallState::Released, 0)
    );
});
