//! Answers that limits of our own cut off: the provider charges for them, and so do we.

use std::time::Duration;

use serde_json::json;

use crate::gateway::rig::{Rig, stream_question, test};
use crate::harness::upstream::{DONE, Step, delta, finish, json_answer, stream, usage};
use crossmodel::domain::{CallState, UsageRecord, UsageSource};

const CHAT: &str = "/v1/chat/completions";

#[track_caller]
fn is_billed_as_far_as_it_went(record: &UsageRecord, error: &str) {
    assert_eq!(
        (record.state, record.error.as_deref()),
        (CallState::Partial, Some(error)),
        "{record:?}"
    );
    assert_eq!(record.source, UsageSource::Estimated);
    assert!(record.tokens.prompt > 0 && record.cost.pico() > 0, "{record:?}");
}

test!(
    a_stream_that_takes_longer_than_an_answer_may_is_billed_as_far_as_it_went,
    |store| {
        let rig = Rig::with(store, |options| options.timeouts.total = Duration::from_millis(300)).await;
        rig.upstream
            .answers(|_| vec![Step::events(), Step::chunk(&delta("12345678")), Step::Hold]);

        let reply = rig.client().post(CHAT, &stream_question("fast")).await.is(200);

        assert!(
            reply.text().contains("\"provider_timeout\"") && !reply.text().contains("[DONE]"),
            "{}",
            reply.text()
        );
        let record = &rig.records().await[0];
        is_billed_as_far_as_it_went(record, "provider_timeout");
        assert_eq!(record.tokens.completion, 2);
    }
);

test!(an_event_beyond_the_limit_is_billed_as_far_as_the_stream_went, |store| {
    let rig = Rig::with(store, |options| options.limits.event = 100 << 10).await;
    rig.upstream.answers(|_| {
        vec![
            Step::events(),
            Step::chunk(&delta("12345678")),
            Step::chunk(&delta(&"x".repeat(120 << 10))),
            Step::Hold,
        ]
    });

    let reply = rig.client().post(CHAT, &stream_question("fast")).await.is(200);

    assert!(reply.text().contains("too large"), "{}", reply.text());
    let record = &rig.records().await[0];
    is_billed_as_far_as_it_went(record, "provider_error");
    assert_eq!(record.tokens.completion, 2);
});

test!(a_whole_answer_beyond_the_limit_is_billed_for_its_prompt, |store| {
    let rig = Rig::with(store, |options| options.limits.answer = 1000).await;
    rig.upstream
        .answers(|_| json_answer(200, &json!({"choices": ["x".repeat(2000)]})));

    rig.asks("fast").await.is(502);

    let record = &rig.records().await[0];
    is_billed_as_far_as_it_went(record, "provider_error");
    assert_eq!(record.tokens.completion, 0);
});

test!(what_is_held_of_all_answers_together_is_bounded, |store| {
    let rig = Rig::with(store, |options| options.limits.answers = 200 << 10).await;
    rig.upstream.answers(|_| {
        let half = delta(&"x".repeat(300 << 10));
        let (half, _) = half.split_at(150 << 10);
        vec![
            Step::events(),
            Step::chunk(&delta("Hello")),
            Step::chunk(half),
            Step::Hold,
        ]
    });
    let body = || stream_question("fast").to_string().into();
    let first = rig
        .client()
        .open(hyper::Method::POST, CHAT, Some("application/json"), body())
        .await;
    rig.upstream.was_asked(1).await;
    tokio::time::sleep(Duration::from_millis(100)).await;

    let second = rig.client().post(CHAT, &stream_question("fast")).await.is(200);

    assert!(second.text().contains("memory"), "{}", second.text());
    is_billed_as_far_as_it_went(&rig.records().await[0], "overloaded");
    drop(first);
    rig.records_once(2).await;
    rig.upstream
        .answers(|_| stream(&[&delta(&"x".repeat(100 << 10)), &finish(), DONE]));
    rig.client().post(CHAT, &stream_question("fast")).await.is(200);
});

test!(a_provider_that_falls_silent_has_failed_and_costs_nothing, |store| {
    let rig = Rig::with(store, |options| options.timeouts.idle = Duration::from_millis(150)).await;
    rig.upstream
        .answers(|_| vec![Step::events(), Step::chunk(&delta("Hello")), Step::Hold]);

    rig.client().post(CHAT, &stream_question("fast")).await.is(200);

    let record = &rig.records().await[0];
    assert_eq!((record.state, record.cost.pico()), (CallState::Released, 0));
});

test!(an_event_of_several_megabytes_passes_and_is_billed_as_counted, |store| {
    let rig = Rig::start(store).await;
    let picture = "A".repeat(5 << 20);
    let sent = delta(&picture);
    rig.upstream
        .answers(move |_| stream(&[&sent, &finish(), &usage(9, 7), DONE]));

    let reply = rig.client().post(CHAT, &stream_question("fast")).await.is(200);

    assert_eq!(reply.text().len(), delta(&picture).len() + finish().len() + DONE.len());
    let record = &rig.records().await[0];
    assert_eq!(
        (record.state, record.tokens.prompt, record.tokens.completion),
        (CallState::Settled, 9, 7)
    );
    // Translated, it passes as well.
    let reply = rig
        .client()
        .post(
            "/v1/messages",
            &crate::gateway::polyglot::ask("/v1/messages", "fast", true),
        )
        .await
        .is(200);
    assert!(reply.text().contains(&picture) && reply.text().contains("message_stop"));
});

test!(a_provider_may_have_times_of_its_own, |store| {
    let rig = Rig::with(store, |options| options.timeouts.idle = Duration::from_millis(100)).await;
    let patience = crossmodel::domain::ProviderPatience {
        idle: Some(30),
        ..Default::default()
    };
    let change = crossmodel::store::ProviderChange {
        patience: Some(Some(patience)),
        ..crossmodel::store::ProviderChange::of("acme".parse().unwrap())
    };
    let by = crossmodel::store::Actor::command_line();
    rig.store
        .by(&by, rig.clock.now())
        .catalog()
        .set_provider(&change)
        .await
        .unwrap();
    rig.upstream.answers(|_| {
        let pause = Step::Pause(Duration::from_millis(400));
        vec![
            Step::events(),
            Step::chunk(&delta("Hello")),
            pause,
            Step::chunk(&(finish() + DONE)),
            Step::end(),
        ]
    });

    let reply = rig.client().post(CHAT, &stream_question("fast")).await.is(200);

    assert!(reply.text().ends_with(DONE), "{}", reply.text());
});
