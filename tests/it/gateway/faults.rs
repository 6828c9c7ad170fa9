//! Providers that fail, in every way that they do.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Notify;

use super::rig::{CREDENTIAL, Rig, stream_question, test};
use crate::harness::client::Reply;
use crate::harness::upstream::{DONE, Step, Upstream, answer, delta, finish, json_answer, polite, stream, usage};
use crossmodel::domain::UsageSource;

const CHAT: &str = "/v1/chat/completions";

#[track_caller]
fn failed(reply: &Reply, status: u16, code: &str) -> Value {
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
            json_answer(status, &json!({"error": {"message": "too long", "type": "x", "param": "messages", "code": "context_length_exceeded"}}))
        });

        let reply = rig.asks("fast").await;

        let expected = json!({"error": {
            "message": "too long", "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded",
            "provider": {"name": "acme", "status": status, "message": "too long"},
        }});
        assert_eq!((reply.status.as_u16(), reply.json()), (status, expected));
        assert_eq!(reply.header("x-crossmodel-model"), "acme/fast");
        rig.clock.advance(Duration::from_millis(1));
        let record = &rig.records().await[0];
        assert_eq!(
            (record.status, record.cost.pico(), record.source),
            (status, 0, UsageSource::None)
        );
        assert_eq!(record.error.as_deref(), Some("context_length_exceeded"));
    }
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
        for body in [super::rig::question("fast"), stream_question("fast")] {
            let reply = rig.client().post(CHAT, &body).await;

            failed(&reply, 502, "provider_error");
            assert_eq!(reply.header("content-type"), "application/json");
            // A provider that fails again and again is left alone for a while.
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
        .catalog()
        .set_provider(&change, &crossmodel::store::Actor::command_line(), rig.clock.now())
        .await
        .unwrap();

    let reply = rig.asks("fast").await;

    let error = failed(&reply, 502, "provider_error");
    assert_eq!(error["message"], "Acme failed: it could not be reached.");
});

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
