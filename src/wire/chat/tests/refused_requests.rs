//! Requests that are refused, and the field that the error names.

use serde_json::{Value, json};

use super::requests::asking;
use super::*;
use crate::wire::neutral::Untranslatable;

fn refused(body: Value) -> Untranslatable {
    read_request(&body).expect_err(&body.to_string())
}

#[test]
fn errors_name_the_field() {
    let message = |message: Value| json!({"messages": [{"role": "user", "content": "?"}, message]});
    for (body, param) in [
        (json!({}), "messages"),
        (json!({"messages": []}), "messages"),
        (json!({"messages": [{"role": "assistant", "content": ""}]}), "messages"),
        (message(json!({"content": "x"})), "messages[1].role"),
        (message(json!({"role": "robot", "content": "x"})), "messages[1].role"),
        (message(json!({"role": "user"})), "messages[1].content"),
        (message(json!({"role": "user", "content": 7})), "messages[1].content"),
        (
            message(json!({"role": "user", "content": [{"text": "x"}]})),
            "messages[1].content[0].type",
        ),
        (
            message(json!({"role": "user", "content": [{"type": "video_url"}]})),
            "messages[1].content[0].type",
        ),
        (
            message(json!({"role": "user", "content": [{"type": "image_url"}]})),
            "messages[1].content[0].image_url",
        ),
        (
            message(json!({"role": "tool", "content": "x"})),
            "messages[1].tool_call_id",
        ),
        (
            message(json!({"role": "system", "content": [{"type": "image_url", "image_url": {"url": "x"}}]})),
            "messages[1].content[0].type",
        ),
        (
            message(json!({"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": 7}}]})),
            "messages[1].tool_calls[0].function.name",
        ),
        (
            asking(json!({"tools": [{"type": "function", "function": {}}]})),
            "tools[0].function.name",
        ),
        (asking(json!({"temperature": "hot"})), "temperature"),
        (asking(json!({"max_tokens": -1})), "max_tokens"),
        (asking(json!({"stop": 7})), "stop"),
        (asking(json!({"reasoning_effort": "ultra"})), "reasoning_effort"),
        (
            asking(json!({"response_format": {"type": "grammar"}})),
            "response_format.type",
        ),
        (
            asking(json!({"response_format": {"type": "json_schema", "json_schema": {}}})),
            "response_format.json_schema.schema",
        ),
        (asking(json!({"n": "two"})), "n"),
    ] {
        let refused = refused(body);
        assert_eq!(
            (refused.param.as_ref(), refused.invalid),
            (param, true),
            "{}",
            refused.message
        );
    }
}

#[test]
fn fields_that_other_protocols_have_no_place_for_are_refused() {
    let message = |message: Value| json!({"messages": [{"role": "user", "content": "?"}, message]});
    for (body, param) in [
        (asking(json!({"n": 2})), "n"),
        (asking(json!({"logprobs": true})), "logprobs"),
        (asking(json!({"top_logprobs": 3})), "top_logprobs"),
        (asking(json!({"modalities": ["text", "audio"]})), "modalities[1]"),
        (asking(json!({"functions": []})), "functions"),
        (
            asking(json!({"tools": [{"type": "web_search_20250305", "name": "web_search"}]})),
            "tools[0].type",
        ),
        (
            message(json!({"role": "function", "name": "f", "content": "x"})),
            "messages[1].role",
        ),
        (
            message(json!({"role": "assistant", "audio": {"id": "a"}})),
            "messages[1].audio",
        ),
        (
            message(json!({"role": "user", "content": [{"type": "input_audio", "input_audio": "https://x/y.mp3"}]})),
            "messages[1].content[0].input_audio",
        ),
        (
            message(json!({"role": "user", "content": [{"type": "file", "file": {"file_id": "f"}}]})),
            "messages[1].content[0].file.file_id",
        ),
    ] {
        let refused = refused(body);
        assert_eq!(
            (refused.param.as_ref(), refused.invalid),
            (param, false),
            "{}",
            refused.message
        );
    }
}
