//! Whether an event of a stream carries content. Text, thoughts, calls, refusals, citations and the reason of an end
//! do. An event that only opens a stream or keeps it open does not: until content has come, the gateway can repeat the
//! request if the stream fails.
//!
//! An unknown event counts as content: the client must get it.

use serde_json::Value;

use crate::domain::Protocol;

/// Whether an event of a stream in `protocol` carries content.
pub fn carries(protocol: Protocol, event: &Value) -> bool {
    match protocol {
        Protocol::OpenaiChat | Protocol::Gemini => chat(event),
        Protocol::AnthropicMessages => messages(event),
        Protocol::OpenaiResponses => responses(event),
    }
}

fn chat(chunk: &Value) -> bool {
    let Some(choices) = chunk.get("choices").and_then(Value::as_array) else {
        // Some hosts send a chunk of usage alone, without a list of choices.
        return !["usage", "id", "object"].iter().any(|key| chunk.get(key).is_some());
    };

    choices.iter().any(|choice| {
        let says = |key: &str| choice.get(key).is_some_and(is_something);
        let delta = choice
            .get("delta")
            .or_else(|| choice.get("message"))
            .and_then(Value::as_object);
        let spoken = delta.is_some_and(|delta| delta.iter().any(|(key, value)| key != "role" && is_something(value)));
        spoken || says("finish_reason") || says("text")
    })
}

fn messages(event: &Value) -> bool {
    match event.get("type").and_then(Value::as_str) {
        Some("message_start" | "ping" | "content_block_stop") => false,
        Some("content_block_start") => {
            let block = event.get("content_block");
            let text = |key: &str| block.and_then(|block| block.get(key)).is_some_and(is_something);
            let kind = block.and_then(|block| block.get("type")).and_then(Value::as_str);
            !matches!(kind, Some("text" | "thinking")) || text("text") || text("thinking")
        }
        Some("content_block_delta") => {
            let delta = event.get("delta").and_then(Value::as_object);
            delta.is_none_or(|delta| delta.iter().any(|(key, value)| key != "type" && is_something(value)))
        }
        Some("message_delta") => event.pointer("/delta/stop_reason").is_some_and(is_something),
        _ => true,
    }
}

fn responses(event: &Value) -> bool {
    match event.get("type").and_then(Value::as_str) {
        Some(
            "response.created"
            | "response.in_progress"
            | "response.queued"
            | "response.content_part.added"
            | "response.reasoning_summary_part.added"
            | "keepalive",
        ) => false,
        Some("response.output_item.added") => {
            let kind = event.pointer("/item/type").and_then(Value::as_str);
            !matches!(kind, Some("message" | "reasoning"))
        }
        Some(kind) if kind.ends_with(".delta") => event.get("delta").is_none_or(is_something),
        _ => true,
    }
}

/// Whether a value is neither null nor empty.
fn is_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(object) => !object.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_that_only_opens_a_stream_or_keeps_it_open_is_no_content() {
        for (protocol, event) in [
            (
                Protocol::OpenaiChat,
                json!({"id": "c", "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": null}]}),
            ),
            (
                Protocol::OpenaiChat,
                json!({"id": "c", "choices": [], "prompt_filter_results": [{}]}),
            ),
            (Protocol::OpenaiChat, json!({"id": "c", "usage": {"prompt_tokens": 1}})),
            (
                Protocol::AnthropicMessages,
                json!({"type": "message_start", "message": {"content": []}}),
            ),
            (Protocol::AnthropicMessages, json!({"type": "ping"})),
            (
                Protocol::AnthropicMessages,
                json!({"type": "content_block_start", "content_block": {"type": "text", "text": ""}}),
            ),
            (
                Protocol::AnthropicMessages,
                json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": ""}}),
            ),
            (
                Protocol::OpenaiResponses,
                json!({"type": "response.created", "response": {}}),
            ),
            (
                Protocol::OpenaiResponses,
                json!({"type": "response.output_item.added", "item": {"type": "reasoning"}}),
            ),
            (
                Protocol::OpenaiResponses,
                json!({"type": "response.output_text.delta", "delta": ""}),
            ),
        ] {
            assert!(!carries(protocol, &event), "{event}");
        }
    }

    #[test]
    fn words_thoughts_calls_ends_and_unknown_events_are_content() {
        for (protocol, event) in [
            (Protocol::OpenaiChat, json!({"choices": [{"delta": {"content": "a"}}]})),
            (
                Protocol::OpenaiChat,
                json!({"choices": [{"delta": {"reasoning_content": "a"}}]}),
            ),
            (
                Protocol::OpenaiChat,
                json!({"choices": [{"delta": {"tool_calls": [{"index": 0}]}}]}),
            ),
            (
                Protocol::OpenaiChat,
                json!({"choices": [{"delta": {"role": "assistant"}, "finish_reason": "stop"}]}),
            ),
            (Protocol::OpenaiChat, json!({"choices": [{"text": "a"}]})),
            (Protocol::OpenaiChat, json!({"something": "else"})),
            (
                Protocol::AnthropicMessages,
                json!({"type": "content_block_start", "content_block": {"type": "tool_use", "id": "t"}}),
            ),
            (
                Protocol::AnthropicMessages,
                json!({"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "a"}}),
            ),
            (
                Protocol::AnthropicMessages,
                json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}}),
            ),
            (
                Protocol::OpenaiResponses,
                json!({"type": "response.output_text.delta", "delta": "a"}),
            ),
            (
                Protocol::OpenaiResponses,
                json!({"type": "response.output_item.added", "item": {"type": "function_call"}}),
            ),
            (
                Protocol::OpenaiResponses,
                json!({"type": "response.completed", "response": {}}),
            ),
            (Protocol::OpenaiResponses, json!({"type": "response.something.new"})),
        ] {
            assert!(carries(protocol, &event), "{event}");
        }
    }
}
