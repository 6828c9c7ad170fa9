//! Failures after which the next provider of the order is asked.

use serde_json::json;

use super::hosts::{Hosts, fails, ran};
use crate::gateway::rig::{stream_question, test};
use crate::harness::upstream::{Step, json_answer};

test!(
    a_provider_that_fails_for_the_moment_is_followed_by_the_next_whose_model_is_told_and_billed,
    |store| {
        let hosts = Hosts::start(store).await;
        hosts.order(None, &["second"]).await;
        for status in [408, 429, 500, 503] {
            hosts.rig.upstream.answers(fails(status));

            assert_eq!(ran(&hosts.asks().await), "second/m");

            let (model, cost, attempts) = hosts.recorded().await;
            assert_eq!(
                (model.as_str(), cost.as_str()),
                ("second/m", "0.000045"),
                "11 at $3 and 2 at $6 per million"
            );
            assert_eq!(attempts.len(), 2);
            assert!(attempts[0].starts_with(&format!("acme/m {status} ")), "{attempts:?}");
            assert_eq!(attempts[1], "second/m 200 -");
        }
        assert_eq!(hosts.second.last().json()["model"], "m-at-second");
        hosts.rig.upstream.answers(|_| vec![Step::Reset]);
        assert_eq!(ran(&hosts.asks().await), "second/m");
    }
);

test!(a_provider_that_cannot_be_reached_is_followed_by_the_next, |store| {
    let hosts = Hosts::start(store).await;
    hosts.order(None, &["second"]).await;

    let reply = hosts.rig.asks("silent/m").await;

    assert_eq!(ran(&reply), "second/m");
    assert_eq!(
        hosts.recorded().await.2,
        ["silent/m - provider_error", "second/m 200 -"]
    );
});

test!(
    a_refusal_of_our_credential_or_of_the_model_is_followed_by_the_next_provider,
    |store| {
        let hosts = Hosts::start(store).await;
        hosts.order(None, &["second"]).await;
        for status in [302, 401, 402, 403, 404] {
            hosts.rig.upstream.answers(fails(status));

            assert_eq!(ran(&hosts.asks().await), "second/m");
        }
        // None of them is worth a second try at the same provider, nor speaks against it.
        assert_eq!(hosts.rig.upstream.seen().len(), 5);
    }
);

test!(an_error_in_a_200_is_followed_by_the_next_provider, |store| {
    let hosts = Hosts::start(store).await;
    hosts.order(None, &["second"]).await;
    hosts
        .rig
        .upstream
        .answers(|_| json_answer(200, &json!({"error": {"message": "busy"}})));
    assert_eq!(ran(&hosts.asks().await), "second/m");

    let busy = "data: {\"error\":{\"message\":\"overloaded\"}}\n\n";
    hosts
        .rig
        .upstream
        .answers(move |_| crate::harness::upstream::stream(&[busy]));
    let reply = hosts
        .rig
        .client()
        .post("/v1/chat/completions", &stream_question("acme/m"))
        .await
        .is(200);

    assert!(
        reply.text().contains("Hello") && !reply.text().contains("overloaded"),
        "{}",
        reply.text()
    );
    assert_eq!(
        hosts.recorded().await.2,
        ["acme/m 200 provider_error", "second/m 200 -"]
    );
});

test!(
    a_stream_goes_to_the_next_provider_before_its_first_byte_even_if_that_speaks_another_protocol,
    |store| {
        let hosts = Hosts::start(store).await;
        hosts.order(None, &["third"]).await;
        hosts.rig.upstream.answers(fails(500));

        let reply = hosts
            .rig
            .client()
            .post("/v1/chat/completions", &stream_question("acme/m"))
            .await
            .is(200);

        assert!(
            reply.text().contains("\"model\":\"third/m\"") && reply.text().contains("Hello"),
            "{}",
            reply.text()
        );
        assert!(reply.text().ends_with("data: [DONE]\n\n"), "{}", reply.text());
        assert_eq!(reply.header("x-crossmodel-model"), "third/m");
        assert_eq!(
            (
                hosts.third.last().path.as_str(),
                hosts.third.last().json()["model"].as_str()
            ),
            ("/v1/messages", Some("m-at-third"))
        );
        assert_eq!(
            hosts.recorded().await.1,
            "0.00015",
            "11 at $10 and 2 at $20 per million"
        );
        assert_eq!(ran(&hosts.asks().await), "third/m");
    }
);

test!(when_all_fail_the_answer_and_the_record_are_of_the_last_one, |store| {
    let hosts = Hosts::start(store).await;
    hosts.order(None, &["second", "silent"]).await;
    hosts.rig.upstream.answers(fails(500));
    hosts.second.answers(fails(429));

    let reply = hosts.asks().await.is(502);

    assert_eq!(reply.header("x-crossmodel-model"), "silent/m");
    assert!(reply.text().contains("silent failed"), "{}", reply.text());
    let (model, cost, attempts) = hosts.recorded().await;
    assert_eq!((model.as_str(), cost.as_str(), attempts.len()), ("silent/m", "0", 3));
});
