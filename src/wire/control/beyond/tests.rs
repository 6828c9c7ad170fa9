//! Requests that add nothing to their own text, and requests that do.

use super::*;
use crate::wire::control::Control;
use proptest::prelude::*;
use serde_json::{Value, json};

const NOTHING: Beyond = Beyond {
    reads: false,
    writes: false,
};
const READS: Beyond = Beyond {
    reads: true,
    writes: false,
};
const BOTH: Beyond = Beyond {
    reads: true,
    writes: true,
};

fn beyond(operation: Operation, body: &Value) -> Beyond {
    Beyond::of(&body.to_string(), operation)
}

/// A chat with this content of its message.
fn chat(content: &Value) -> Value {
    json!({"model": "m", "messages": [{"role": "user", "content": content}], "max_tokens": 5})
}

#[test]
fn a_plain_request_adds_nothing() {
    let tools = json!([{"type": "function", "function": {"name": "f", "parameters": {"type": "object",
        "properties": {"image_url": {"type": "string", "format": "uri"}, "type": {"type": "odd"}}}}}]);
    let calls = json!([{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{\"file_id\":1}"}}]);
    for body in [
        chat(&json!("say \"image_url\": {\"type\":\"image\"}")),
        chat(&json!([{"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}}])),
        json!({"model": "m", "tools": tools, "tool_choice": "auto", "response_format": {"type": "json_schema",
            "json_schema": {"name": "n", "schema": {"type": "object", "properties": {"file": {"type": "what"}}}}},
            "messages": [{"role": "assistant", "content": null, "tool_calls": calls, "reasoning_content": "hm"},
                {"role": "tool", "tool_call_id": "c", "content": "[]"}],
            "stream": true, "stream_options": {"include_usage": true}, "store": false, "temperature": 0.5,
            "metadata": {"image": "x", "type": "y"}, "previous_response_id": null, "plugins": null, "modalities": false}),
    ] {
        assert_eq!(beyond(Operation::Chat, &body), NOTHING, "{body}");
    }
    let messages = json!({"model": "m", "max_tokens": 5, "thinking": {"type": "enabled", "budget_tokens": 3},
        "system": [{"type": "text", "text": "x"}],
        "messages": [{"role": "assistant", "content": [{"type": "thinking", "thinking": "", "signature": "s"},
            {"type": "tool_use", "id": "t", "name": "f", "input": {"type": "bug", "file_path": "a", "url": "b"}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "x"}]}]});
    assert_eq!(beyond(Operation::Messages, &messages), NOTHING);
    let responses = json!({"model": "m", "instructions": "x", "reasoning": {"effort": "low"}, "include": ["reasoning.encrypted_content"],
        "input": [{"role": "user", "content": "x"}, {"type": "reasoning", "id": "r", "summary": [], "encrypted_content": "e"},
            {"encrypted_content": "e", "summary": [{"type": "summary_text", "text": "x"}], "type": "reasoning"},
            {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
            {"type": "custom_tool_call", "call_id": "d", "name": "f", "input": "x"},
            {"type": "function_call_output", "call_id": "c", "output": "x"}]});
    assert_eq!(beyond(Operation::Responses, &responses), NOTHING);
    let vectors = json!({"model": "m", "input": ["a", "b"], "encoding_format": "base64", "dimensions": 5, "user": "u"});
    assert_eq!(beyond(Operation::Embeddings, &vectors), NOTHING);
}

#[test]
fn requests_of_coding_tools_add_nothing() {
    let recorded = |text: &str, operation| Beyond::of(text, operation);

    let claude_code = include_str!("../../../../tests/data/wire/messages/ask/claude_code.json");
    assert_eq!(
        recorded(claude_code, Operation::Messages),
        READS,
        "it has searched the web"
    );
    let mut without: Value = serde_json::from_str(claude_code).unwrap();
    let kind = |part: &Value| part["type"].as_str().unwrap_or_default().to_owned();
    without["tools"]
        .as_array_mut()
        .unwrap()
        .retain(|tool| tool.get("type").is_none());
    for message in without["messages"].as_array_mut().unwrap() {
        if let Some(parts) = message["content"].as_array_mut() {
            parts.retain(|part| !["server_tool_use", "web_search_tool_result"].contains(&&*kind(part)));
        }
    }
    assert_eq!(beyond(Operation::Messages, &without), NOTHING);
    let codex = include_str!("../../../../tests/data/wire/responses/ask/codex_known_model.json");
    assert_eq!(recorded(codex, Operation::Responses), NOTHING);
    let codex = include_str!("../../../../tests/data/wire/responses/ask/codex_unknown_model.json");
    assert_eq!(
        recorded(codex, Operation::Responses),
        READS,
        "it offers a search of the web"
    );
}

/// Parts, tools and items that make a model read more than their bytes.
fn adding() -> Vec<Value> {
    vec![
        json!({"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}),
        json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}),
        json!({"image_url": "https://example.com/a.png"}),
        json!({"type": "text", "Image_URL": "https://example.com/a.png"}),
        json!({"type": "input_image", "file_id": "f"}),
        json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}),
        json!({"type": "image", "source": {"type": "file", "file_id": "f"}}),
        json!({"type": "document", "source": {"type": "url", "url": "https://example.com/a.pdf"}}),
        json!({"type": "document", "source": {"type": "text", "data": "x"}}),
        json!({"type": "input_file", "file_url": "https://example.com/a.pdf"}),
        json!({"type": "file", "file": {"file_id": "f"}}),
        json!({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}),
        json!({"type": "video_url", "video_url": {"url": "https://example.com/a.mp4"}}),
        json!({"Type": "image"}),
        json!({"type": "container_upload", "file_id": "f"}),
        json!({"type": "item_reference", "id": "msg_1"}),
        json!({"type": "reasoning", "id": "rs_1", "summary": []}),
        json!({"type": "web_search_call", "id": "ws_1"}),
        json!({"type": "computer_call_output", "output": {"type": "computer_screenshot"}}),
        json!({"type": "web_search_20250305", "name": "web_search"}),
        json!({"type": "file_search", "vector_store_ids": ["v"]}),
        json!({"type": "code_interpreter", "container": {"type": "auto"}}),
        json!({"type": "mcp", "server_label": "x", "server_url": "https://example.com"}),
        json!({"type": "something_of_next_year"}),
    ]
}

#[test]
fn pictures_files_and_provider_tools_add_something_to_read() {
    for part in adding() {
        assert!(
            beyond(Operation::Chat, &chat(&json!([{"type": "text", "text": "x"}, part]))).reads,
            "{part}"
        );
        let result = json!([{"type": "tool_result", "tool_use_id": "t", "content": [part]}]);
        assert!(beyond(Operation::Messages, &chat(&result)).reads, "{part}");
        let items = json!({"model": "m", "input": [{"role": "user", "content": "x"}, part]});
        assert!(beyond(Operation::Responses, &items).reads, "{part}");
        assert!(
            beyond(
                Operation::Responses,
                &json!({"model": "m", "input": "x", "tools": [part]})
            )
            .reads,
            "{part}"
        );
        assert!(
            beyond(Operation::Embeddings, &json!({"model": "m", "input": [part]})).reads,
            "{part}"
        );
    }
}

#[test]
fn escapes_hide_nothing() {
    for body in [
        r#"{"model":"m","messages":[{"role":"user","content":[{"image\u005furl":"https://example.com/a.png"}]}]}"#,
        r#"{"model":"m","messages":[{"role":"user","content":[{"\u0074ype":"image","source":{}}]}]}"#,
        r#"{"model":"m","messages":[{"role":"user","content":[{"type":"im\u0061ge","source":{}}]}]}"#,
        r#"{"model":"m","messages":[{"role":"user","content":[{"type":"te\u0078t","text":""}]}]}"#,
        r#"{"model":"m","messages":[{"role":"user","content":[{"\ud800":1}]}]}"#,
    ] {
        assert!(Beyond::of(body, Operation::Chat).reads, "{body}");
    }
    assert!(Beyond::of(r#"{"previous\u005fresponse_id":"r","input":"x"}"#, Operation::Responses).reads);
}

#[test]
fn an_item_without_a_type_refers_to_a_stored_one() {
    let input = |items: Value| {
        beyond(
            Operation::Responses,
            &json!({"model": "m", "input": items, "store": false}),
        )
    };

    assert_eq!(input(json!([{"id": "msg_1"}])), READS);
    assert_eq!(
        input(json!([{"role": "user", "content": "x"}, {"type": null, "id": "msg_1"}])),
        READS
    );
    assert_eq!(input(json!([{"id": "msg_1"}, {"role": "user", "content": "x"}])), READS);

    // The provider reads stored thoughts if the same item does not carry them encrypted.
    let encrypted_elsewhere = json!([{"type": "reasoning", "id": "a", "summary": []}, {"role": "user", "content": "x", "encrypted_content": "e"}]);
    assert_eq!(input(encrypted_elsewhere), READS);
    assert_eq!(
        input(json!([{"type": "reasoning", "id": "a", "encrypted_content": null}])),
        READS
    );
    assert_eq!(
        input(json!([{"id": "a", "role": "user", "content": [{"type": "input_text", "text": "x"}]}])),
        NOTHING
    );
}

#[test]
fn stored_content_is_read_and_an_unknown_field_may_do_anything() {
    for (field, value, expected) in [
        ("previous_response_id", json!("r"), READS),
        ("conversation", json!({"id": "c"}), READS),
        ("prompt", json!({"id": "p"}), READS),
        ("container", json!("c"), READS),
        (
            "mcp_servers",
            json!([{"type": "url", "url": "https://example.com"}]),
            READS,
        ),
        ("web_search_options", json!({}), READS),
        (
            "context_management",
            json!({"edits": [{"type": "compact_20260112"}]}),
            READS,
        ),
        (
            "context_management",
            json!({"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]}),
            NOTHING,
        ),
        ("modalities", json!(["text", "audio"]), BOTH),
        ("audio", json!({"voice": "alloy", "format": "wav"}), BOTH),
        ("n_predict", json!(1), BOTH),
        ("thinking_budget", json!(1), BOTH),
        ("search_parameters", json!({"mode": "on"}), BOTH),
        ("extra_body", json!({}), BOTH),
        ("MaxTokens", json!(3), BOTH),
        ("enable_search", json!(false), NOTHING),
        ("enable_search", json!(true), BOTH),
    ] {
        let body = json!({"model": "m", "input": "x", field: value});
        assert_eq!(beyond(Operation::Responses, &body), expected, "{body}");
    }
}

proptest! {
    #[test]
    fn a_picture_is_found_at_any_place(
        which in any::<prop::sample::Index>(),
        before in prop::collection::vec("[a-z\"\\\\{}]{0,9}", 0..4),
        after in prop::collection::vec("[a-z\"\\\\{}]{0,9}", 0..4),
        pretty in any::<bool>(),
        escaped in any::<bool>(),
    ) {
        let text = |text: &String| json!({"type": "text", "text": text});
        let parts = adding();
        let mut content: Vec<Value> = before.iter().map(text).collect();
        content.push(parts[which.index(parts.len())].clone());
        content.extend(after.iter().map(text));
        let body = chat(&content.into());
        let mut body = if pretty { serde_json::to_string_pretty(&body).unwrap() } else { body.to_string() };
        if escaped {
            body = body.replace("type\"", "typ\\u0065\"").replace("image", "im\\u0061ge").replace("_id", "\\u005fid");
        }

        prop_assert!(Control::read(body.as_bytes(), Operation::Chat).unwrap().beyond(body.as_bytes()).reads, "{}", body);
    }
}
