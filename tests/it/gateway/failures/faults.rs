//! Providers that fail, in every way that they do.

use std::time::Duration;

use crossmodel::domain::UsageSource;
use serde_json::{Value, json};

use crate::gateway::polyglot::ask;
use crate::gateway::rig::{CREDENTIAL, Rig, stream_question, test};
use crate::harness::client::Reply;
use crate::harness::upstream::{Step, Upstream, answer, delta, json_answer, polite};

pub(super) const CHAT: &str = "/v1/chat/completions";

#[track_caller]
pub(super) fn failed(reply: &Reply, status: u16, code: &str) -> Value {
    let body = reply.json();
    assert_eq!(
        (reply.status.as_u16(), body["error"]["code"].as_str()),
        (status, Some(code)),
        "{body}"
    );
    body["error"].clone()
}

test!(a_providers_own_refusal_keeps_its_status_code_and_message, |store| {
    let rig = Rig::start(store).await;
    for status in [400, 413, 422] {
        rig.upstream.answers(move |_| {
            json_answer(status, &json!({"error": {"message": "wrong", "type": "x", "param": "messages", "code": "y", "failed_generation": "{\"a\""}}))
        });

        let reply = rig.asks("fast").await;

        let expected = json!({"error": {
            "message": "wrong", "type": "x", "param": "messages", "code": "y", "failed_generation": "{\"a\"",
            "provider": {"name": "acme", "status": status, "message": "wrong"},
        }});
        assert_eq!((reply.status.as_u16(), reply.json()), (status, expected));
        assert_eq!(reply.header("x-crossmodel-model"), "acme/fast");
        rig.clock.advance(Duration::from_millis(1));
        let record = &rig.records().await[0];
        assert_eq!(
            (record.status, record.cost.pico(), record.source),
            (status, 0, UsageSource::None)
        );
        assert_eq!(record.error.as_deref(), Some("y"));

        // Clients of Anthropic know a few types only.
        let reply = rig
            .client()
            .post("/v1/messages", &ask("/v1/messages", "fast", false))
            .await;
        assert_eq!(reply.json()["error"]["type"], "invalid_request_error");
        rig.clock.advance(Duration::from_millis(1));
    }
});

test!(a_provider_that_fails_because_of_the_request_is_quoted, |store| {
    let rig = Rig::start(store).await;
    for status in [500, 501, 503, 529] {
        rig.upstream.answers(move |_| {
            json_answer(
                status,
                &json!({"error": {"message": "Cannot use both json_schema and grammar"}}),
            )
        });

        let error = failed(&rig.asks("fast").await, 502, "provider_error");

        assert_eq!(error["message"], "Acme failed: Cannot use both json_schema and grammar");
    }

    rig.upstream
        .answers(|_| json_answer(404, &json!({"error": {"message": "No model 'fast-v1'."}})));
    let error = failed(&rig.asks("fast").await, 404, "model_not_found");
    assert_eq!(error["message"], "Acme does not know this model: No model 'fast-v1'.");
});

test!(a_providers_429_keeps_its_retry_after, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(|_| {
        answer(
            429,
            &[("retry-after", "17"), ("content-type", "application/json")],
            r#"{"error":{"message":"slow down"}}"#,
        )
    });

    let reply = rig.asks("fast").await;

    let error = failed(&reply, 429, "rate_limit_exceeded");
    assert_eq!(
        (error["type"].as_str(), error["message"].as_str()),
        (Some("rate_limit_error"), Some("slow down"))
    );
    assert_eq!(
        (reply.header("retry-after"), reply.header("x-should-retry")),
        ("17", "")
    );
});

test!(a_provider_that_refuses_our_credential_is_our_failure, |store| {
    let rig = Rig::start(store).await;
    for status in [401, 402, 403] {
        rig.upstream.answers(move |_| {
            json_answer(
                status,
                &json!({"error": {"message": format!("Incorrect API key: {CREDENTIAL}")}}),
            )
        });

        let reply = rig.asks("fast").await;

        let error = failed(&reply, 502, "provider_error");
        assert_eq!(error["message"], "Acme did not accept this gateway's credential.");
        assert_eq!(error["provider"], json!({"name": "acme", "status": status}));
        assert_eq!(reply.header("x-should-retry"), "false");
        assert!(!reply.text().contains(CREDENTIAL));
    }
});

test!(our_credential_is_never_passed_on, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(|_| {
        json_answer(
            400,
            &json!({"error": {"message": format!("you sent {CREDENTIAL}"), "code": "x"}}),
        )
    });

    let reply = rig.asks("fast").await.is(400);

    assert!(!reply.text().contains(CREDENTIAL));
    assert_eq!(reply.json()["error"]["message"], "Acme refused the request.");
});

test!(errors_that_are_not_json_become_json, |store| {
    let rig = Rig::start(store).await;
    for (status, ours, message) in [
        (500, 502, "Acme failed to answer."),
        (503, 502, "Acme failed to answer."),
        (404, 502, "Acme does not know this model."),
        (400, 400, "Acme refused the request."),
        (429, 429, "Acme asks for fewer requests. Try again later."),
    ] {
        rig.upstream
            .answers(move |_| answer(status, &[("content-type", "text/html")], "<h1>nginx</h1>"));

        let reply = rig.asks("fast").await.is(ours);

        assert_eq!(reply.json()["error"]["message"], message);
        assert_eq!(
            reply.json()["error"]["provider"],
            json!({"name": "acme", "status": status})
        );
    }
});

test!(an_answer_that_is_no_answer_is_an_error, |store| {
    let rig = Rig::start(store).await;
    for body in ["<html>", "", "[1]", "{\"a\":"] {
        rig.upstream
            .answers(move |_| answer(200, &[("content-type", "application/json")], body));

        let reply = rig.asks("fast").await;

        failed(&reply, 502, "provider_error");
    }
    assert!(
        rig.records()
            .await
            .iter()
            .all(|record| record.cost.pico() == 0 && record.status == 502)
    );
});

test!(a_redirect_is_not_followed, |store| {
    let rig = Rig::start(store).await;
    let elsewhere = Upstream::start().await;
    for status in [301, 302, 307, 308] {
        let to = elsewhere.url();
        rig.upstream.answers(move |_| answer(status, &[("location", &to)], ""));

        let reply = rig.asks("fast").await;

        failed(&reply, 502, "provider_error");
        assert_eq!(reply.header("location"), "");
    }
    assert_eq!(elsewhere.connections(), 0);
});

test!(a_connection_that_breaks_before_an_answer_is_a_plain_error, |store| {
    let rig = Rig::start(store).await;
    let faults: [Vec<Step>; 5] = [
        vec![Step::Reset],
        vec![Step::Close],
        vec![Step::send("HTTP/1.1 200 OK\r\ncontent-le"), Step::Close],
        vec![
            Step::send("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"choices\""),
            Step::Close,
        ],
        vec![Step::events(), Step::Reset],
    ];
    let count = faults.len();

    for steps in faults {
        rig.upstream.answers(move |_| steps.clone());
        for body in [crate::gateway::rig::question("fast"), stream_question("fast")] {
            let reply = rig.client().post(CHAT, &body).await;

            failed(&reply, 502, "provider_error");
            assert_eq!(reply.header("content-type"), "application/json");
            // A provider is paused for a while after repeated failures.
            rig.clock.advance(Duration::from_secs(60));
        }
    }
    let records = rig.records().await;
    assert_eq!(records.len(), 2 * count);
    assert!(
        records
            .iter()
            .all(|record| record.cost.pico() == 0 && record.source == UsageSource::None)
    );
});

test!(a_provider_that_cannot_be_reached_is_a_plain_error, |store| {
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let rig = Rig::with(store, |options| options.egress = closed.to_string().parse().unwrap()).await;
    let change = crossmodel::store::ProviderChange {
        base_url: Some(format!("http://{closed}")),
        ..crossmodel::store::ProviderChange::of("acme".parse().unwrap())
    };
    rig.store
        .by(&crossmodel::store::Actor::command_line(), rig.clock.now())
        .catalog()
        .set_provider(&change)
        .await
        .unwrap();

    let reply = rig.asks("fast").await;

    let error = failed(&reply, 502, "provider_error");
    assert_eq!(error["message"], "Acme failed: it could not be reached.");
});

test!(a_provider_that_is_silent_too_long_is_given_up, |store| {
    let rig = Rig::with(store, |options| {
        options.timeouts.first_byte_whole = Duration::from_millis(150);
        options.timeouts.idle = Duration::from_millis(150);
    })
    .await;

    rig.upstream.answers(|_| vec![Step::Hold]);
    failed(&rig.asks("fast").await, 504, "provider_timeout");
    rig.upstream.was_hung_up_on(1).await;

    rig.upstream
        .answers(|_| vec![Step::events(), Step::chunk(&delta("Hello")), Step::Hold]);
    let reply = rig.client().post(CHAT, &stream_question("fast")).await.is(200);
    assert!(
        reply.text().contains("\"provider_timeout\"") && !reply.text().contains("[DONE]"),
        "{}",
        reply.text()
    );
    rig.upstream.was_hung_up_on(2).await;
});

test!(an_answer_beyond_the_limit_is_given_up, |store| {
    let rig = Rig::with(store, |options| options.limits.answer = 1000).await;
    rig.upstream
        .answers(|_| json_answer(200, &json!({"choices": ["x".repeat(2000)]})));

    failed(&rig.asks("fast").await, 502, "provider_error");
});

test!(an_interim_answer_is_passed_over, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(|seen| {
        let mut steps = vec![Step::send("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n")];
        steps.extend(polite(seen));
        steps
    });

    rig.asks("fast").await.is(200);
});
