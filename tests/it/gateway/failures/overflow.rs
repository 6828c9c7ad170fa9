//! Prompts that are too long for the model: each client is told so in its own protocol's words, and shortens them.

use crossmodel::domain::{CallState, Model, Provider};
use crossmodel::store::{Actor, CatalogFile};
use serde_json::{Value, json};

use crate::gateway::polyglot::{ENDPOINTS, MODELS, ask};
use crate::gateway::rig::{Rig, question, stream_question, test};
use crate::harness::client::Reply;
use crate::harness::upstream::{DONE, Step, answer, delta, finish, json_answer, stream, usage};

const TOO_LONG: &str = "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.";

fn refusal() -> Vec<Step> {
    json_answer(
        400,
        &json!({"error": {"message": TOO_LONG, "type": "invalid_request_error", "param": null, "code": null}}),
    )
}

/// The data of the events of a stream, by their types.
fn events(reply: &Reply) -> Vec<(String, Value)> {
    let data = reply.text().lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str::<Value>(data).expect("JSON"))
        .map(|event| (event["type"].as_str().unwrap_or_default().to_owned(), event))
        .collect()
}

#[track_caller]
fn is_told(path: &str, reply: &Reply, prompt: u64, window: u64) {
    let words = format!(
        "This model's maximum context length is {window} tokens. However, your messages resulted in {prompt} tokens. Please reduce the length of the messages."
    );
    let body = reply.json();
    assert_eq!(
        (reply.status.as_u16(), reply.header("x-should-retry")),
        (400, "false"),
        "{path}: {body}"
    );
    assert_eq!(body["error"]["type"], "invalid_request_error", "{path}: {body}");
    if path == "/v1/messages" {
        assert_eq!(
            body["error"]["message"],
            format!("prompt is too long: {prompt} tokens > {window} maximum")
        );
    } else {
        let param = match path {
            "/v1/responses" => "input",
            "/v1/completions" => "prompt",
            _ => "messages",
        };
        assert_eq!(body["error"]["message"], words, "{path}");
        assert_eq!(
            (&body["error"]["code"], &body["error"]["param"]),
            (&json!("context_length_exceeded"), &json!(param))
        );
    }
}

#[track_caller]
fn is_told_in_a_stream(reply: &Reply) {
    assert_eq!(
        (reply.status.as_u16(), reply.header("content-type")),
        (200, "text/event-stream"),
        "{}",
        reply.text()
    );
    let events = events(reply);
    let types: Vec<&str> = events.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(types, ["response.created", "response.failed"]);
    let failed = &events[1].1["response"];
    assert_eq!(
        (&failed["status"], &failed["error"]["code"]),
        (&json!("failed"), &json!("context_length_exceeded"))
    );
    assert_eq!(failed["id"], events[0].1["response"]["id"]);
}

test!(a_prompt_that_is_too_long_is_told_in_the_clients_own_words, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(|_| refusal());
    for model in MODELS {
        for path in ENDPOINTS {
            for streamed in [false, true] {
                let reply = rig.client().post(path, &ask(path, model, streamed)).await;

                if path == "/v1/responses" && streamed {
                    is_told_in_a_stream(&reply);
                } else {
                    is_told(path, &reply, 9_000, 8_192);
                }
                let record = &rig.records().await[0];
                assert_eq!(
                    (record.state, record.status, record.cost.pico()),
                    (CallState::Released, 400, 0)
                );
                assert_eq!(record.error.as_deref(), Some("context_length_exceeded"));
            }
        }
    }
});

test!(
    a_prompt_that_is_too_long_by_a_report_in_a_200_is_told_the_same,
    |store| {
        let rig = Rig::start(store).await;
        let report = json!({"error": {"message": TOO_LONG}});
        for steps in [json_answer(200, &report), stream(&[&format!("data: {report}\n\n")])] {
            rig.upstream.answers(move |_| steps.clone());

            is_told(
                "/v1/messages",
                &rig.client()
                    .post("/v1/messages", &ask("/v1/messages", "fast", false))
                    .await,
                9_000,
                8_192,
            );
            is_told_in_a_stream(
                &rig.client()
                    .post("/v1/responses", &ask("/v1/responses", "fast", true))
                    .await,
            );
        }
    }
);

test!(a_prompt_that_fits_without_its_answer_is_told_so, |store| {
    let rig = Rig::start(store).await;
    let said = "This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (8000 in the messages, 1000 in the completion).";
    rig.upstream
        .answers(move |_| json_answer(400, &json!({"error": {"message": said}})));

    let reply = rig
        .client()
        .post("/v1/messages", &ask("/v1/messages", "fast", false))
        .await
        .is(400);

    assert_eq!(
        reply.json()["error"]["message"],
        "input length and `max_tokens` exceed context limit: 8000 + 1000 > 8192, decrease input length or `max_tokens` and try again"
    );
});

test!(
    numbers_that_the_provider_does_not_tell_are_an_estimate_and_the_catalogs,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(|_| {
            json_answer(
                400,
                &json!({"error": {"message": "No.", "code": "context_length_exceeded"}}),
            )
        });

        is_told(
            "/v1/messages",
            &rig.client()
                .post("/v1/messages", &ask("/v1/messages", "fast", false))
                .await,
            8_193,
            8_192,
        );
    }
);

test!(
    a_refusal_without_a_word_is_one_only_if_the_prompt_seems_too_long,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream
            .answers(|_| answer(400, &[("content-type", "application/json")], ""));

        let reply = rig.asks("fast").await.is(400);
        assert_eq!(reply.json()["error"]["code"], "provider_refused");

        let mut long = question("fast");
        long["messages"][0]["content"] = "word ".repeat(8_000).into();
        let reply = rig.client().post("/v1/chat/completions", &long).await.is(400);
        assert_eq!(reply.json()["error"]["code"], "context_length_exceeded");
    }
);

test!(an_error_about_the_rate_is_no_prompt_that_is_too_long, |store| {
    let rig = Rig::start(store).await;
    let said = "Rate limit reached for tokens per minute. Please reduce the length of the messages.";
    rig.upstream
        .answers(move |_| json_answer(429, &json!({"error": {"message": said}})));

    let reply = rig
        .client()
        .post("/v1/responses", &ask("/v1/responses", "fast", true))
        .await
        .is(429);

    assert_eq!(reply.json()["error"]["code"], "rate_limit_exceeded");
});

/// Adds `quiet/m`, which takes any prompt and has a window of 1,000 tokens.
async fn add_quiet(rig: &Rig) {
    let url = rig.upstream.url();
    let provider: Provider = serde_json::from_value(json!({"id": "quiet", "name": "Quiet", "protocol": "openai-chat",
        "base_url": url, "env": ["ACME_KEY"], "stream_options": true,
        "endpoints": [{"protocol": "openai-chat", "base_url": url, "path": "/chat/completions"}]}))
    .unwrap();
    let model: Model = serde_json::from_value(json!({"id": "quiet/m", "name": "M", "provider": "quiet",
        "upstream_model": "m", "type": "chat", "protocols": ["openai-chat"], "context_length": 1000,
        "facts": {"answers": {"overflow": "silent"}}, "pricing": {"prompt": "0.000001", "completion": "0.000002"}}))
    .unwrap();
    let file = CatalogFile::new(vec![model], vec![provider]);
    let by = Actor::command_line();
    rig.store
        .by(&by, rig.clock.now())
        .catalog()
        .import(&file)
        .await
        .unwrap();
}

test!(
    a_prompt_that_cannot_fit_is_not_sent_to_a_model_that_would_take_it,
    |store| {
        let rig = Rig::start(store).await;
        add_quiet(&rig).await;
        let mut long = ask("/v1/messages", "quiet/m", false);
        long["messages"][0]["content"] = "word ".repeat(1_400).into();

        let reply = rig.client().post("/v1/messages", &long).await.is(400);

        let message = reply.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(
            message.starts_with("prompt is too long: ") && message.ends_with(" tokens > 1000 maximum"),
            "{message}"
        );
        assert_eq!(rig.upstream.seen().len(), 0);
        let record = &rig.records().await[0];
        assert_eq!(
            (record.state, record.status, record.cost.pico()),
            (CallState::Released, 400, 0)
        );
    }
);

test!(a_full_window_and_no_answer_is_a_prompt_that_was_too_long, |store| {
    let rig = Rig::start(store).await;
    add_quiet(&rig).await;
    rig.upstream.answers(|seen| {
        if seen.json()["stream"] == true {
            return stream(&[&finish(), &usage(995, 0), DONE]);
        }
        json_answer(
            200,
            &json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": ""}, "finish_reason": "length"}],
                "usage": {"prompt_tokens": 995, "completion_tokens": 0}}),
        )
    });

    for path in ["/v1/messages", "/v1/chat/completions"] {
        is_told(
            path,
            &rig.client().post(path, &ask(path, "quiet/m", false)).await,
            1_001,
            1_000,
        );
        is_told(
            path,
            &rig.client().post(path, &ask(path, "quiet/m", true)).await,
            1_001,
            1_000,
        );
        assert_eq!(rig.records().await[0].cost.pico(), 0);
    }
    is_told_in_a_stream(
        &rig.client()
            .post("/v1/responses", &ask("/v1/responses", "quiet/m", true))
            .await,
    );
});

test!(an_answer_of_such_a_model_is_an_answer, |store| {
    let rig = Rig::start(store).await;
    add_quiet(&rig).await;
    rig.upstream
        .answers(|_| stream(&[&delta("Hi"), &finish(), &usage(995, 1), DONE]));
    let reply = rig
        .client()
        .post("/v1/chat/completions", &stream_question("quiet/m"))
        .await
        .is(200);
    assert!(reply.text().contains("Hi") && reply.text().ends_with(DONE));

    // It may also have nothing to say.
    rig.upstream.answers(|_| stream(&[&finish(), &usage(11, 0), DONE]));
    let reply = rig
        .client()
        .post("/v1/chat/completions", &stream_question("quiet/m"))
        .await
        .is(200);
    assert_eq!(reply.text(), finish() + DONE);
});
