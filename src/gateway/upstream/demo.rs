//! The demo provider. In a demonstration it answers for providers that have no credential here, says which real model would
//! have run, and reports usage like a real provider.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use super::body::{Body, DemoStream};
use super::provider_response::ProviderResponse;
use crate::domain::Model;
use crate::wire::usage::estimate;

/// The pause between two words of a stream.
const PACE: Duration = Duration::from_millis(20);
/// So many characters of the question are repeated in the answer.
const ECHO: usize = 80;

/// Answers a chat request as the provider of `model` might. `created` is in unix seconds.
pub fn answer(model: &Model, provider: &str, request: &[u8], created: i64) -> ProviderResponse {
    let request: Value = serde_json::from_slice(request).unwrap_or_default();
    let question = question(&request);
    let text = format!(
        "This is CrossModel's demo provider: {provider} has no credential here, so it was not called. {} ({}) would have \
         answered your question, \u{201c}{}\u{201d}.",
        model.name,
        model.id,
        shortened(&question)
    );

    let prompt = estimate(request.get("messages").map_or(0, |messages| messages.to_string().len()));
    let completion = estimate(text.len());
    let usage = json!({"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion});

    let common = json!({"id": "chatcmpl-stand-in", "created": created, "model": model.id.as_str()});
    let stream = request.get("stream").and_then(Value::as_bool) == Some(true);
    let left = if stream {
        events(
            &common,
            &text,
            &usage,
            request.pointer("/stream_options/include_usage") == Some(&Value::Bool(true)),
        )
    } else {
        let choice = json!({"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"});
        let whole = with(
            &common,
            json!({"object": "chat.completion", "choices": [choice], "usage": usage}),
        );
        [Bytes::from(whole.to_string())].into()
    };

    ProviderResponse {
        status: 200,
        is_json: !stream,
        is_events: stream,
        content_type: None,
        retry_after: None,
        body: Body::Demo(DemoStream {
            left,
            begun: false,
            pace: PACE,
        }),
    }
}

/// The events of a stream with this text, one for each word.
fn events(common: &Value, text: &str, usage: &Value, show_usage: bool) -> VecDeque<Bytes> {
    let event = |more: Value| {
        Bytes::from(format!(
            "data: {}\n\n",
            with(common, with(&json!({"object": "chat.completion.chunk"}), more))
        ))
    };
    let chunk = |delta: Value, finish: Value| {
        event(json!({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}))
    };

    let mut out = VecDeque::new();
    out.push_back(chunk(json!({"role": "assistant", "content": ""}), Value::Null));
    out.extend(
        text.split_inclusive(' ')
            .map(|word| chunk(json!({"content": word}), Value::Null)),
    );
    out.push_back(chunk(json!({}), "stop".into()));
    if show_usage {
        out.push_back(event(json!({"choices": [], "usage": usage})));
    }
    out.push_back(Bytes::from_static(b"data: [DONE]\n\n"));
    out
}

/// An object with the members of both.
fn with(base: &Value, more: Value) -> Value {
    let mut all = base.clone();
    if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
        all.extend(more);
    }
    all
}

/// The text of the last message.
fn question(request: &Value) -> String {
    let content = request
        .get("messages")
        .and_then(Value::as_array)
        .and_then(|m| m.last())
        .and_then(|m| m.get("content"));

    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts
            .iter()
            .filter_map(|part| part.get("text")?.as_str())
            .collect::<Vec<_>>()
            .join(" "),
        _ => String::new(),
    }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(ECHO).collect();
    if short.len() < text.len() {
        short.push('\u{2026}');
    }
    short
}
