//! A provider that answers in every protocol, the requests for it, and the words of its answers.

use serde_json::{Value, json};

use crate::harness::client::Reply;
use crate::harness::upstream::{Seen, Step, json_answer, stream};

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
pub(crate) fn told(path: &str, body: &Value) -> (String, u64, u64, String) {
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
