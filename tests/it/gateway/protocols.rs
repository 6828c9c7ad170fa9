//! Every endpoint over HTTP, with providers of every protocol behind it.

use serde_json::{Value, json};

use super::rig::{CREDENTIAL, Rig, test};
use crate::harness::client::Reply;
use crate::harness::upstream::{Seen, Step, answer, json_answer, stream};
use crossmodel::domain::UsageSource;

/// Endpoints that generate text.
pub(crate) const ENDPOINTS: [&str; 4] = [
    "/v1/chat/completions",
    "/v1/messages",
    "/v1/responses",
    "/v1/completions",
];
/// A model of a provider that speaks each protocol.
pub(crate) const MODELS: [&str; 3] = ["acme/fast", "claude/opus", "acme/thinker"];

pub(crate) fn ask(path: &str, model: &str, streamed: bool) -> Value {
    let mut body = match path {
        "/v1/messages" => json!({"max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]}),
        "/v1/responses" => json!({"input": "Hello"}),
        "/v1/completions" => json!({"prompt": "Hello"}),
        _ => json!({"messages": [{"role": "user", "content": "Hello"}]}),
    };
    body["model"] = model.into();
    if streamed {
        body["stream"] = true.into();
    }
    body
}

/// Answers in the protocol of the address that was asked: "Hello there", 11 tokens in and 2 out.
pub(crate) fn polyglot(seen: &Seen) -> Vec<Step> {
    let streamed = seen.json()["stream"] == true;
    let model = seen.json()["model"].clone();
    match seen.path.as_str() {
        "/v1/messages" if streamed => {
            let message = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": [],
                "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 11, "output_tokens": 1}});
            events(&[
                json!({"type": "message_start", "message": message}),
                json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
                json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello"}}),
                json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": " there"}}),
                json!({"type": "content_block_stop", "index": 0}),
                json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null}, "usage": {"output_tokens": 2}}),
                json!({"type": "message_stop"}),
            ])
        }
        "/v1/messages" => json_answer(
            200,
            &json!({"id": "msg_1", "type": "message", "role": "assistant", "model": model,
                "content": [{"type": "text", "text": "Hello there"}], "stop_reason": "end_turn", "stop_sequence": null,
                "usage": {"input_tokens": 11, "output_tokens": 2}}),
        ),
        "/responses" => {
            let item = json!({"id": "msg_1", "type": "message", "role": "assistant", "status": "completed",
                "content": [{"type": "output_text", "text": "Hello there", "annotations": []}]});
            let whole = json!({"id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": model,
                "output": [item], "usage": {"input_tokens": 11, "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": 2, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 13}});
            if !streamed {
                return json_answer(200, &whole);
            }
            let begun =
                json!({"id": "resp_1", "object": "response", "status": "in_progress", "model": model, "output": []});
            let at = |mut event: Value, number: u64| {
                event["sequence_number"] = number.into();
                event
            };
            events(&[
                at(json!({"type": "response.created", "response": begun}), 0),
                at(
                    json!({"type": "response.output_item.added", "output_index": 0, "item": {"id": "msg_1", "type": "message", "role": "assistant", "content": []}}),
                    1,
                ),
                at(
                    json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": "Hello"}),
                    2,
                ),
                at(
                    json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": " there"}),
                    3,
                ),
                at(
                    json!({"type": "response.output_item.done", "output_index": 0, "item": whole["output"][0]}),
                    4,
                ),
                at(json!({"type": "response.completed", "response": whole}), 5),
            ])
        }
        _ => crate::harness::upstream::polite(seen),
    }
}

fn events(all: &[Value]) -> Vec<Step> {
    let lines: Vec<String> = all
        .iter()
        .map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap()))
        .collect();
    stream(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The words of a whole answer, the tokens in and out, and the model's name.
fn told(path: &str, body: &Value) -> (String, u64, u64, String) {
    let (text, tokens) = match path {
        "/v1/messages" => (&body["content"][0]["text"], ["input_tokens", "output_tokens"]),
        "/v1/responses" => (
            &body["output"][0]["content"][0]["text"],
            ["input_tokens", "output_tokens"],
        ),
        "/v1/completions" => (&body["choices"][0]["text"], ["prompt_tokens", "completion_tokens"]),
        _ => (
            &body["choices"][0]["message"]["content"],
            ["prompt_tokens", "completion_tokens"],
        ),
    };
    let count = |key: &str| {
        body["usage"][key]
            .as_u64()
            .unwrap_or_else(|| panic!("no {key} in {body}"))
    };
    let [input, output] = tokens.map(count);
    (
        text.as_str().unwrap_or_else(|| panic!("no text in {body}")).to_owned(),
        input,
        output,
        body["model"].as_str().unwrap().to_owned(),
    )
}

/// The words of a stream.
pub(crate) fn words(path: &str, reply: &Reply) -> String {
    let data = reply
        .text()
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .filter(|data| *data != "[DONE]");
    let texts = data.map(|data| {
        let event: Value = serde_json::from_str(data).unwrap_or_else(|error| panic!("{error} in {data}"));
        let text = match path {
            "/v1/messages" => &event["delta"]["text"],
            "/v1/responses" if event["type"] == "response.output_text.delta" => &event["delta"],
            "/v1/responses" => &Value::Null,
            "/v1/completions" => &event["choices"][0]["text"],
            _ => &event["choices"][0]["delta"]["content"],
        };
        text.as_str().unwrap_or_default().to_owned()
    });
    texts.collect()
}

test!(every_endpoint_works_with_providers_of_every_protocol, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(polyglot);
    for path in ENDPOINTS {
        for model in MODELS {
            let reply = rig.client().post(path, &ask(path, model, false)).await.is(200);

            assert_eq!(
                told(path, &reply.json()),
                ("Hello there".into(), 11, 2, model.into()),
                "{path} {model}"
            );
            assert_eq!(reply.header("x-crossmodel-model"), model);
            assert!(!format!("{:?}", rig.upstream.last().headers).contains(rig.secret.expose()));
            rig.clock.advance(std::time::Duration::from_millis(1));
            let record = &rig.records().await[0];
            assert_eq!(
                (record.tokens.prompt, record.tokens.completion, record.source),
                (11, 2, UsageSource::Provider)
            );
            assert_eq!(
                (record.model.as_str(), record.status, record.stream),
                (model, 200, false)
            );
        }
    }
});

test!(every_endpoint_streams_from_providers_of_every_protocol, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(polyglot);
    for path in ENDPOINTS {
        for model in MODELS {
            let reply = rig.client().post(path, &ask(path, model, true)).await.is(200);

            assert_eq!(words(path, &reply), "Hello there", "{path} {model}: {}", reply.text());
            assert_eq!(reply.header("content-type"), "text/event-stream");
            assert!(
                reply.text().contains(&format!("\"model\":\"{model}\"")) || path == "/v1/chat/completions",
                "{path} {}",
                reply.text()
            );
            let end = match path {
                "/v1/messages" => "event: message_stop",
                "/v1/responses" => "event: response.completed",
                _ => "data: [DONE]\n\n",
            };
            assert!(reply.text().contains(end), "{path} {model}: {}", reply.text());
            rig.clock.advance(std::time::Duration::from_millis(1));
            let record = &rig.records().await[0];
            assert_eq!(
                (record.tokens.prompt, record.tokens.completion, record.source),
                (11, 2, UsageSource::Provider),
                "{path} {model}"
            );
            assert!(record.stream);
        }
    }
});

test!(
    a_provider_of_the_clients_protocol_gets_the_bytes_as_they_came_but_for_the_model,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(polyglot);
        let body = r#"{ "max_tokens": 5, "model":"claude/opus" ,"messages":[{"role":"user","content":"é \u0041"}],"betas":{"model":1}}"#;

        let client = rig
            .client()
            .with("anthropic-version", "2026-10-21")
            .with("anthropic-beta", "a-1,b-2");
        client.post_bytes("/v1/messages?beta=true", body).await.is(200);

        let seen = rig.upstream.last();
        assert_eq!(seen.text(), body.replace("\"claude/opus\"", "\"opus-v1\""));
        assert_eq!(
            (seen.header("anthropic-version"), seen.header("anthropic-beta")),
            ("2026-10-21", "a-1,b-2")
        );
        assert_eq!(seen.header("authorization"), format!("Bearer {CREDENTIAL}"));
    }
);

test!(a_providers_error_reaches_every_client_in_its_own_shape, |store| {
    let rig = Rig::start(store).await;
    for model in MODELS {
        rig.upstream.answers(|_| {
            json_answer(
                400,
                &json!({"type": "error", "error": {"type": "invalid_request_error", "message": "too long"}}),
            )
        });
        for path in ENDPOINTS {
            let reply = rig.client().post(path, &ask(path, model, true)).await.is(400);

            let body = reply.json();
            assert_eq!(body["error"]["message"], "too long", "{path} {model}");
            assert_eq!(body["type"] == "error", path == "/v1/messages", "{body}");
        }
    }
});

test!(
    a_stream_that_breaks_ends_in_the_clients_own_error_and_never_as_if_it_were_whole,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(|seen| {
            let mut steps = polyglot(seen);
            steps.truncate(4);
            steps.push(Step::Reset);
            steps
        });
        for model in MODELS {
            for path in ENDPOINTS {
                let reply = rig.client().post(path, &ask(path, model, true)).await.is(200);

                let text = reply.text();
                for end in ["[DONE]", "message_stop", "response.completed"] {
                    assert!(!text.contains(end), "{path} {model}: {text}");
                }
                assert!(
                    text.contains("failed: it broke off its answer."),
                    "{path} {model}: {text}"
                );
                assert_eq!(
                    path == "/v1/messages" || path == "/v1/responses",
                    text.contains("event: "),
                    "{text}"
                );
            }
        }
    }
);

test!(
    an_answer_that_is_not_streamed_though_it_was_asked_to_be_becomes_a_stream,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(|seen| {
            let mut plain = seen.clone();
            let mut body = seen.json();
            body["stream"] = false.into();
            plain.body = body.to_string().into_bytes();
            polyglot(&plain)
        });

        let reply = rig
            .client()
            .post("/v1/messages", &ask("/v1/messages", "acme/fast", true))
            .await
            .is(200);

        assert_eq!(
            (words("/v1/messages", &reply).as_str(), reply.header("content-type")),
            ("Hello there", "text/event-stream")
        );
    }
);

test!(what_a_protocol_has_no_place_for_is_refused_and_named, |store| {
    let rig = Rig::start(store).await;
    let mut body = ask("/v1/chat/completions", "claude/opus", false);
    body["n"] = 2.into();

    let reply = rig.client().post("/v1/chat/completions", &body).await.is(400);

    assert_eq!(reply.json()["error"]["param"], "n");
    assert_eq!(reply.json()["error"]["code"], "unsupported_parameter");
    assert_eq!(reply.header("x-crossmodel-model"), "claude/opus");
    assert_eq!(rig.upstream.seen().len(), 0);
});

test!(embeddings_pass_as_they_came_and_are_metered, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(|seen| {
        assert_eq!(seen.path, "/embeddings");
        json_answer(
            200,
            &json!({"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": "AACAPw=="}],
            "model": seen.json()["model"], "usage": {"prompt_tokens": 3, "total_tokens": 3}}),
        )
    });

    let body = r#"{"model":"acme/embed","input":["a","b"],"encoding_format":"base64","dimensions":256}"#;
    let reply = rig.client().post_bytes("/v1/embeddings", body).await.is(200);

    assert_eq!(rig.upstream.last().text(), body.replace("acme/embed", "embed-v1"));
    assert_eq!(
        (
            reply.json()["model"].as_str(),
            reply.json()["data"][0]["embedding"].as_str()
        ),
        (Some("acme/embed"), Some("AACAPw=="))
    );
    let record = &rig.records().await[0];
    assert_eq!(
        (record.tokens.prompt, record.tokens.completion, record.protocol.as_str()),
        (3, 0, "openai-embeddings")
    );
    assert_eq!(record.cost.to_string(), "0.000003");
});

test!(
    tokens_are_counted_by_the_provider_where_it_can_and_estimated_where_it_cannot,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(|seen| {
            assert_eq!(seen.path, "/v1/messages/count_tokens");
            json_answer(200, &json!({"input_tokens": 4711}))
        });

        let counted = rig
            .client()
            .post(
                "/v1/messages/count_tokens?beta=true",
                &ask("/v1/messages", "counts/opus", false),
            )
            .await
            .is(200);
        let estimated = rig
            .client()
            .post("/v1/messages/count_tokens", &ask("/v1/messages", "fast", false))
            .await
            .is(200);

        assert_eq!(
            (counted.json(), counted.header("x-crossmodel-estimate")),
            (json!({"input_tokens": 4711}), "")
        );
        assert_eq!(rig.upstream.last().json()["model"], "opus-v1");
        assert_eq!(estimated.header("x-crossmodel-estimate"), "input_tokens");
        assert!(
            (1..40).contains(&estimated.json()["input_tokens"].as_u64().unwrap()),
            "{}",
            estimated.text()
        );
        assert_eq!(rig.upstream.seen().len(), 1);
        assert_eq!(rig.records().await, []);
    }
);

test!(a_provider_without_a_place_to_count_is_estimated_for, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(|_| answer(404, &[], "no such page"));

    let reply = rig
        .client()
        .post("/v1/messages/count_tokens", &ask("/v1/messages", "counts/opus", false))
        .await
        .is(200);

    assert_eq!(reply.header("x-crossmodel-estimate"), "input_tokens");
});
