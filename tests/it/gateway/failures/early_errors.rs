//! Errors that come as a success: until the first content of an answer, they are failures like any other, and free.

use std::time::Duration;

use serde_json::{Value, json};

use crate::gateway::polyglot::ask;
use crate::gateway::rig::{Rig, question, stream_question, test};
use crate::harness::client::Reply;
use crate::harness::store::TestStore;
use crate::harness::upstream::{DONE, Seen, Step, delta, finish, json_answer, polite, stream};
use crossmodel::domain::{CallState, UsageSource};

const CHAT: &str = "/v1/chat/completions";

/// A gateway that asks up to twice, without a long pause.
async fn patient(store: TestStore) -> Rig {
    Rig::with(store, |options| {
        options.retries.tries = 2;
        options.retries.first_pause = Duration::from_millis(1);
    })
    .await
}

/// Fails the first time in this way, then is polite.
fn once(fails: Vec<Step>) -> impl Fn(&Seen) -> Vec<Step> + Send + Sync {
    let asked = std::sync::atomic::AtomicBool::new(false);
    move |seen| {
        if asked.swap(true, std::sync::atomic::Ordering::SeqCst) {
            polite(seen)
        } else {
            fails.clone()
        }
    }
}

fn event(value: &Value) -> String {
    format!("data: {value}\n\n")
}

/// What providers have sent with 200 in the place of an answer.
fn whole_failures() -> Vec<Value> {
    vec![
        json!({"error": {"message": "busy", "type": "overloaded_error"}}),
        json!({"error": "busy"}),
        json!({"object": "error", "message": "busy", "code": 503}),
        json!({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}),
        json!({"code": 500, "msg": "busy"}),
        json!({"base_resp": {"status_code": 1000, "status_msg": "busy"}}),
        json!([{"error": {"code": 503, "message": "busy"}}]),
        json!({"choices": []}),
        json!({"choices": null, "usage": {"prompt_tokens": 100_000, "completion_tokens": 0}}),
    ]
}

fn stream_failures() -> Vec<Vec<Step>> {
    let busy = json!({"error": {"message": "busy", "code": 503}});
    let role = json!({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": null}]});
    let mut all = vec![
        stream(&[&event(&busy)]),
        stream(&[": hello\n\n", &event(&role), &event(&busy)]),
        stream(&[&event(&json!({"code": 500, "msg": "busy"}))]),
        stream(&[DONE]),
        stream(&[]),
        stream(&[&event(&role), DONE]),
        stream(&[&event(&role)]),
    ];
    all.extend(whole_failures().iter().map(|body| json_answer(200, body)));
    all
}

#[track_caller]
fn is_plain_error(reply: &Reply, status: u16) {
    let body = reply.json();
    assert_eq!(
        (reply.status.as_u16(), reply.header("content-type")),
        (status, "application/json"),
        "{body}"
    );
    assert!(
        body["error"]["message"]
            .as_str()
            .is_some_and(|message| message.starts_with("Acme")),
        "{body}"
    );
}

async fn is_free(rig: &Rig, what: &dyn std::fmt::Debug) {
    rig.clock.advance(Duration::from_secs(61));
    let record = &rig.records().await[0];
    assert_eq!(
        (record.state, record.source, record.cost.pico()),
        (CallState::Released, UsageSource::None, 0),
        "{what:?}"
    );
}

test!(an_error_in_a_whole_200_is_told_as_an_error_and_costs_nothing, |store| {
    let rig = Rig::start(store).await;
    for body in whole_failures() {
        let answer = body.clone();
        rig.upstream.answers(move |_| json_answer(200, &answer));

        is_plain_error(&rig.asks("fast").await, 502);

        is_free(&rig, &body).await;
    }
});

test!(
    an_error_as_the_first_event_is_told_as_an_error_and_costs_nothing,
    |store| {
        let rig = Rig::start(store).await;
        for steps in stream_failures() {
            let sent = steps.clone();
            rig.upstream.answers(move |_| sent.clone());

            is_plain_error(&rig.client().post(CHAT, &stream_question("fast")).await, 502);

            is_free(&rig, &steps).await;
        }
    }
);

test!(an_error_in_a_200_is_asked_again, |store| {
    let rig = patient(store).await;
    for body in whole_failures() {
        rig.upstream.answers(once(json_answer(200, &body)));
        rig.asks("fast").await.is(200);
    }
    for steps in stream_failures() {
        rig.upstream.answers(once(steps.clone()));
        let reply = rig.client().post(CHAT, &stream_question("fast")).await.is(200);
        assert!(reply.text().ends_with(DONE), "{steps:?}");
    }
    let record = &rig.records().await[0];
    assert_eq!((record.attempts.len(), record.attempts[0].status), (2, Some(200)));
});

test!(an_error_in_a_200_counts_against_its_provider, |store| {
    let rig = Rig::start(store).await;
    rig.upstream
        .answers(|_| json_answer(200, &json!({"error": {"message": "busy"}})));
    for _ in 0..5 {
        rig.asks("fast").await.is(502);
    }

    let metrics = rig.without_key().get("/metrics").await.is(200);

    assert!(
        metrics
            .text()
            .contains("crossmodel_provider_left_alone{provider=\"acme\"} 1"),
        "{}",
        metrics.text()
    );
});

test!(the_status_that_an_error_speaks_of_is_the_clients, |store| {
    let rig = patient(store).await;
    for (error, status, code) in [
        (json!({"message": "slow down", "code": 429}), 429, "rate_limit_exceeded"),
        (
            json!({"message": "no such field", "type": "invalid_request_error"}),
            400,
            "provider_refused",
        ),
        (
            json!({"message": "Incorrect API key", "type": "authentication_error"}),
            502,
            "provider_error",
        ),
    ] {
        let answer = json!({ "error": error });
        rig.upstream.answers(move |_| json_answer(200, &answer));

        let reply = rig.asks("fast").await.is(status);

        assert_eq!(reply.json()["error"]["code"], code);
    }
    // Only the first of them may pass by waiting.
    assert_eq!(rig.upstream.seen().len(), 2 + 1 + 1);
});

test!(every_protocol_knows_its_own_errors_in_a_200, |store| {
    let rig = Rig::start(store).await;
    let claude = json!({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}});
    let failed = json!({"type": "response.failed", "response": {"object": "response", "status": "failed", "output": [],
        "error": {"code": "server_error", "message": "busy"}}});
    let steps = [
        ("claude/opus", json_answer(200, &claude)),
        ("claude/opus", stream(&[&format!("event: error\n{}", event(&claude))])),
        (
            "claude/opus",
            json_answer(200, &json!({"type": "message", "content": []})),
        ),
        ("acme/thinker", json_answer(200, &failed["response"])),
        (
            "acme/thinker",
            stream(&[
                &event(&json!({"type": "response.created", "response": {}})),
                &event(&failed),
            ]),
        ),
        (
            "acme/thinker",
            stream(&[&event(&json!({"type": "error", "code": "x", "message": "busy"}))]),
        ),
    ];
    for (model, steps) in steps {
        let streams = matches!(&steps[0], Step::Send(head) if head.windows(12).any(|part| part == b"event-stream"));
        let sent = steps.clone();
        rig.upstream.answers(move |_| sent.clone());
        for path in [CHAT, "/v1/messages", "/v1/responses", "/v1/completions"] {
            let reply = rig.client().post(path, &ask(path, model, streams)).await;

            assert_eq!(
                (reply.status.as_u16(), reply.header("content-type")),
                (502, "application/json"),
                "{path} {steps:?}"
            );
            is_free(&rig, &(path, &steps)).await;
        }
    }
});

test!(embeddings_that_are_an_error_cost_nothing, |store| {
    let rig = Rig::start(store).await;
    for body in [
        json!({"error": {"message": "busy"}}),
        json!({"object": "list", "data": []}),
    ] {
        let answer = body.clone();
        rig.upstream.answers(move |_| json_answer(200, &answer));

        let ask = json!({"model": "acme/embed", "input": "Hello"});
        is_plain_error(&rig.client().post("/v1/embeddings", &ask).await, 502);

        is_free(&rig, &body).await;
    }
});

test!(an_empty_answer_that_says_why_is_an_answer, |store| {
    let rig = Rig::start(store).await;
    let filtered = json!({"choices": [{"index": 0, "finish_reason": "content_filter"}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 0}});
    rig.upstream.answers(move |_| json_answer(200, &filtered));
    rig.asks("fast").await.is(200);

    rig.upstream.answers(|_| stream(&[&finish(), DONE]));
    let reply = rig.client().post(CHAT, &stream_question("fast")).await.is(200);

    assert_eq!(reply.text(), finish() + DONE);
    assert!(
        rig.records()
            .await
            .iter()
            .all(|record| record.state == CallState::Settled)
    );
});

test!(an_error_after_content_is_never_asked_again, |store| {
    let rig = patient(store).await;
    rig.upstream
        .answers(|_| stream(&[&delta("Hello"), &event(&json!({"error": {"message": "busy"}}))]));

    let reply = rig.client().post(CHAT, &stream_question("fast")).await.is(200);

    assert!(
        reply.text().contains("Hello") && reply.text().contains("busy"),
        "{}",
        reply.text()
    );
    assert_eq!(rig.upstream.seen().len(), 1);
});

test!(a_whole_answer_to_a_stream_is_told_as_one, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(|seen| {
        let mut seen = seen.clone();
        seen.body = question("fast").to_string().into_bytes();
        polite(&seen)
    });

    let reply = rig.client().post(CHAT, &stream_question("fast")).await.is(200);

    assert_eq!(reply.header("content-type"), "text/event-stream");
    assert!(
        reply.text().contains("Hello there") && reply.text().ends_with(DONE),
        "{}",
        reply.text()
    );
    let record = &rig.records().await[0];
    assert_eq!((record.tokens.prompt, record.tokens.completion), (11, 2));
});

test!(a_stream_is_known_by_its_bytes_whatever_its_label, |store| {
    let rig = Rig::start(store).await;
    for label in ["application/json", "text/plain", "application/octet-stream"] {
        rig.upstream.answers(move |_| {
            let mut steps = stream(&[&delta("Hello"), &finish(), DONE]);
            steps[0] = Step::send(format!(
                "HTTP/1.1 200 OK\r\ncontent-type: {label}\r\ntransfer-encoding: chunked\r\n\r\n"
            ));
            steps
        });
        for path in [CHAT, "/v1/messages"] {
            let reply = rig.client().post(path, &ask(path, "acme/fast", true)).await.is(200);

            assert_eq!(reply.header("content-type"), "text/event-stream", "{label}");
            assert!(reply.text().contains("Hello"), "{}", reply.text());
        }
    }
});
