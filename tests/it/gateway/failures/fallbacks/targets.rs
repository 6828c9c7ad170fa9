//! Failures that are the target's own: another provider may do what this one cannot.

use std::time::Duration;

use serde_json::json;

use super::hosts::{Hosts, fails, ran, widen};
use crate::gateway::rig::test;
use crate::harness::upstream::{Step, json_answer};

test!(what_this_model_cannot_do_another_may, |store| {
    let hosts = Hosts::start(store).await;
    hosts.order(None, &["second"]).await;
    for error in [
        json!({"message": "Unsupported parameter: 'stop'.", "param": "stop", "code": "unsupported_parameter"}),
        json!({"message": "image input is not supported"}),
        json!({"message": "The requested model does not exist.", "code": "model_not_found"}),
    ] {
        hosts
            .rig
            .upstream
            .answers(move |_| json_answer(400, &json!({ "error": error })));

        assert_eq!(ran(&hosts.asks().await), "second/m");
    }
});

test!(an_answer_that_a_filter_refuses_goes_to_no_other_provider, |store| {
    let hosts = Hosts::start(store).await;
    hosts.order(None, &["second"]).await;
    let error = json!({"message": "This is not supported by our content management policy.", "code": "content_filter"});
    hosts
        .rig
        .upstream
        .answers(move |_| json_answer(400, &json!({ "error": error })));

    hosts.asks().await.is(400);

    assert_eq!(hosts.second.seen().len(), 0);
});

test!(our_account_at_one_provider_is_not_the_next_ones, |store| {
    let hosts = Hosts::start(store).await;
    hosts.order(None, &["second"]).await;
    for (status, message) in [
        (400, "API key not valid. Please pass a valid API key."),
        (400, "Your credit balance is too low."),
        (200, "Invalid authentication credentials"),
    ] {
        hosts
            .rig
            .upstream
            .answers(move |_| json_answer(status, &json!({"error": {"message": message}})));

        assert_eq!(ran(&hosts.asks().await), "second/m");
    }

    hosts
        .second
        .answers(|_| json_answer(400, &json!({"error": {"message": "Your account is disabled."}})));
    let reply = hosts.asks().await.is(502);
    assert_eq!(
        (&reply.json()["error"]["message"], reply.header("x-should-retry")),
        (&json!("second did not accept this gateway's credential."), "false")
    );
    assert!(!reply.text().contains("disabled"));
});

test!(a_prompt_that_is_too_long_goes_only_to_a_larger_window, |store| {
    let hosts = Hosts::start(store).await;
    hosts.order(None, &["second", "third"]).await;
    hosts.rig.upstream.answers(|_| {
        json_answer(
            400,
            &json!({"error": {"message": "prompt is too long: 9000 tokens > 8192 maximum"}}),
        )
    });

    let reply = hosts.asks().await.is(400);
    assert_eq!(reply.json()["error"]["code"], "context_length_exceeded");
    assert_eq!((hosts.second.seen().len(), hosts.third.seen().len()), (0, 0));
    let (_, _, attempts) = hosts.recorded().await;
    assert_eq!(
        attempts,
        [
            "acme/m 400 context_length_exceeded",
            "second/m - context_length_exceeded",
            "third/m - context_length_exceeded"
        ]
    );

    widen(&hosts, "third", 100_000).await;
    assert_eq!(ran(&hosts.asks().await), "third/m");
    assert_eq!(hosts.second.seen().len(), 0);
});

test!(
    a_provider_that_does_not_begin_in_time_is_followed_by_the_next_where_that_is_set,
    |store| {
        let hosts = Hosts::with(store, |options| {
            options.timeouts.first_byte_whole = Duration::from_millis(200);
            options.retries.after_timeout = true;
        })
        .await;
        hosts.order(None, &["second"]).await;
        hosts.rig.upstream.answers(|_| vec![Step::Hold]);

        assert_eq!(ran(&hosts.asks().await), "second/m");

        // A refusal of the request still goes to no other.
        hosts.rig.upstream.answers(fails(400));
        hosts.asks().await.is(400);
    }
);
