//! A refusal that says what to change is answered with the changed request, once.

use crossmodel::store::{Actor, CatalogFile};
use serde_json::{Value, json};

use crate::gateway::polyglot::{ask, polyglot};
use crate::gateway::rig::{Rig, question, test};
use crate::harness::seed::NOON;
use crate::harness::upstream::{Seen, Step, json_answer};

/// Refuses a request that has the field, as OpenAI does.
fn refuses(field: &'static str) -> impl Fn(&Seen) -> Vec<Step> + Send + Sync {
    move |seen| {
        if seen.json().get(field).is_none() {
            return polyglot(seen);
        }
        let message = format!("Unsupported parameter: '{field}' is not supported with this model.");
        json_answer(
            400,
            &json!({"error": {"message": message, "param": field, "code": "unsupported_parameter"}}),
        )
    }
}

fn with(field: &str, value: impl Into<Value>) -> Value {
    let mut body = question("acme/fast");
    body[field] = value.into();
    body
}

test!(
    a_field_that_only_steers_is_left_out_after_a_refusal_and_remembered,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(refuses("seed"));
        let body = with("seed", 7);

        let reply = rig.client().post("/v1/chat/completions", &body).await.is(200);

        assert_eq!(reply.header("x-crossmodel-adapted"), "mended:seed");
        assert_eq!(rig.upstream.seen().len(), 2);
        let record = rig.records().await.remove(0);
        let attempts: Vec<_> = record.attempts.iter().map(|attempt| attempt.status).collect();
        assert_eq!(attempts, [Some(400), Some(200)]);

        // The next request goes without it at once.
        let reply = rig.client().post("/v1/chat/completions", &body).await.is(200);
        assert_eq!(reply.header("x-crossmodel-adapted"), "dropped:seed");
        assert_eq!(rig.upstream.seen().len(), 3);
    }
);

test!(a_stream_is_mended_too_and_the_call_is_billed_once, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(refuses("temperature"));
    let mut body = with("temperature", 0.2);
    body["stream"] = true.into();

    let reply = rig.client().post("/v1/chat/completions", &body).await.is(200);

    assert_eq!(reply.header("x-crossmodel-adapted"), "mended:temperature");
    let records = rig.records().await;
    assert_eq!(records.len(), 1);
    assert!(records[0].cost.pico() > 0);
});

test!(a_limit_goes_under_its_other_name_after_a_refusal, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(refuses("max_tokens"));

    rig.client()
        .post("/v1/chat/completions", &with("max_tokens", 9))
        .await
        .is(200);

    let seen = rig.upstream.last().json();
    assert_eq!(
        (seen.get("max_tokens"), &seen["max_completion_tokens"]),
        (None, &json!(9))
    );
});

test!(a_refusal_that_stays_is_told_after_the_second_request, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(|seen| {
        let field = if seen.json().get("seed").is_some() {
            "seed"
        } else {
            "top_p"
        };
        let message = format!("Unsupported parameter: '{field}' is not supported with this model.");
        json_answer(400, &json!({"error": {"message": message, "param": field}}))
    });
    let mut body = with("seed", 7);
    body["top_p"] = 0.5.into();

    let reply = rig.client().post("/v1/chat/completions", &body).await.is(400);

    assert_eq!(reply.json()["error"]["param"], "top_p");
    assert_eq!(rig.upstream.seen().len(), 2);

    // What did not help is not remembered.
    rig.upstream.answers(polyglot);
    rig.client().post("/v1/chat/completions", &body).await.is(200);
    assert_eq!(rig.upstream.last().json()["seed"], 7);
});

test!(what_carries_meaning_is_never_left_out, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(refuses("response_format"));

    let body = with("response_format", json!({"type": "json_object"}));
    rig.client().post("/v1/chat/completions", &body).await.is(400);

    assert_eq!(rig.upstream.seen().len(), 1);
});

test!(
    a_request_that_is_to_be_strict_or_to_stay_as_it_is_is_not_mended,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(refuses("seed"));
        for strictness in ["strict", "off"] {
            let client = rig.client().with("x-crossmodel-adapt", strictness);
            client.post("/v1/chat/completions", &with("seed", 7)).await.is(400);
        }

        assert_eq!(rig.upstream.seen().len(), 2);
    }
);

test!(a_limit_that_does_not_fit_beside_the_prompt_is_lowered, |store| {
    let rig = Rig::start(store).await;
    let wide = json!({"id": "claude/wide", "name": "Wide", "provider": "claude", "upstream_model": "wide", "type": "chat",
        "protocols": ["anthropic-messages"], "context_length": 200_000, "pricing": {"prompt": "0.000001", "completion": "0.000002"}});
    let file = CatalogFile::new(vec![serde_json::from_value(wide).unwrap()], Vec::new());
    let by = Actor::command_line();
    rig.store.by(&by, NOON).catalog().import(&file).await.unwrap();
    rig.upstream.answers(|seen| {
        if seen.json()["max_tokens"].as_u64() <= Some(4_000) {
            return polyglot(seen);
        }
        let message = "input length and `max_tokens` exceed context limit: 196000 + 8000 > 200000, decrease input length or `max_tokens` and try again";
        json_answer(
            400,
            &json!({"type": "error", "error": {"type": "invalid_request_error", "message": message}}),
        )
    });
    let mut body = ask("/v1/messages", "claude/wide", false);
    body["max_tokens"] = 8_000.into();

    let reply = rig.client().post("/v1/messages", &body).await.is(200);

    assert_eq!(rig.upstream.last().json()["max_tokens"], 4_000);
    assert_eq!(reply.header("x-crossmodel-adapted"), "mended:limit");
});

test!(signatures_that_a_provider_refuses_are_left_out, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(|seen| {
        if !seen.text().contains("signature") {
            return polyglot(seen);
        }
        let message = "messages.1.content.0: Invalid `signature` in `thinking` block";
        json_answer(
            400,
            &json!({"type": "error", "error": {"type": "invalid_request_error", "message": message}}),
        )
    });
    let mut body = ask("/v1/messages", "claude/opus", false);
    body["messages"] = json!([
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": [{"type": "thinking", "thinking": "So.", "signature": "c2ln"}, {"type": "text", "text": "Hi"}]},
        {"role": "user", "content": "Again"},
    ]);

    let reply = rig.client().post("/v1/messages", &body).await.is(200);

    assert_eq!(reply.header("x-crossmodel-adapted"), "mended:signatures");
    assert_eq!(
        rig.upstream.last().json()["messages"][1]["content"],
        json!([{"type": "text", "text": "Hi"}])
    );
});
