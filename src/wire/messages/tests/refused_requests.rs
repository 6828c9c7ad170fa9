//! Requests that are refused, and fields that are dropped.

use serde_json::{Value, json};

use super::requests::block;
use crate::wire::messages::read_request::read_request;

fn read(more: Value) -> Result<String, String> {
    let mut body = json!({"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "x"}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    read_request(&body)
        .map(|request| format!("{request:?}"))
        .map_err(|refused| refused.message)
}

#[test]
fn errors_name_the_field() {
    for (more, message) in [
        (json!({"max_tokens": null}), "'max_tokens' is missing."),
        (json!({"max_tokens": "5"}), "'max_tokens' must be a whole number."),
        (
            json!({"messages": []}),
            "'messages' must be a list with at least one message.",
        ),
        (
            json!({"messages": [{"role": "tool", "content": ""}]}),
            "'messages[0].role' must be 'user', 'assistant' or 'system'.",
        ),
        (
            json!({"messages": [{"role": "user"}]}),
            "'messages[0].content' is missing.",
        ),
        (
            json!({"messages": [{"role": "user", "content": [{"type": "text"}]}]}),
            "'messages[0].content[0].text' is missing.",
        ),
        (
            json!({"system": [{"type": "image"}]}),
            "'system[0].type' must be 'text' in a system message.",
        ),
        (json!({"temperature": "hot"}), "'temperature' must be a number."),
        (
            json!({"thinking": {"type": "enabled"}}),
            "'thinking.budget_tokens' is missing.",
        ),
        (
            json!({"thinking": {"type": "deep"}}),
            "'thinking.type' must be 'adaptive', 'enabled', 'between_tools' or 'disabled'.",
        ),
        (
            json!({"output_config": {"effort": "huge"}}),
            "'output_config.effort' must be 'low', 'medium', 'high', 'xhigh' or 'max'.",
        ),
        (
            json!({"output_config": {"format": {"type": "xml"}}}),
            "'output_config.format.type' must be 'json_schema'.",
        ),
        (json!({"tools": [{"input_schema": {}}]}), "'tools[0].name' is missing."),
        (
            json!({"tool_choice": {"type": "some"}}),
            "'tool_choice.type' must be 'auto', 'any', 'tool' or 'none'.",
        ),
        (
            json!({"service_tier": "gold"}),
            "'service_tier' must be 'auto' or 'standard_only'.",
        ),
        (json!({"stop_sequences": [7]}), "'stop_sequences[0]' must be a string."),
    ] {
        assert_eq!(read(more), Err(message.to_owned()));
    }
}

#[test]
fn fields_of_anthropic_only_are_refused_or_dropped() {
    for more in [
        json!({"inference_geo": "us"}),
        json!({"thread": {"id": "t"}}),
        json!({"max_tokens": 0}),
        json!({"tools": [{"type": "text_editor_20250728", "name": "str_replace_based_edit_tool"}]}),
        json!({"tools": [{"type": "computer_20251124", "name": "computer"}]}),
        json!({"tools": [{"type": "web_fetch_20250910", "name": "web_fetch"}], "tool_choice": {"type": "tool", "name": "web_fetch"}}),
        json!({"tools": [{"type": "web_fetch_20250910", "name": "web_fetch"}], "tool_choice": {"type": "any"}}),
        json!({"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "file", "file_id": "f"}}]}]}),
        json!({"messages": [{"role": "system", "content": [{"type": "tool_addition", "tool": {"type": "tool_definition", "definition": {}}}]}]}),
    ] {
        let message = read(more.clone()).unwrap_err();
        assert!(
            message.starts_with('\'') && message.contains("': "),
            "{more}: {message}"
        );
    }

    let plain = read(json!({})).unwrap();
    for more in [
        json!({"cache_control": {"type": "ephemeral"}, "context_management": {}, "container": "c", "mcp_servers": [{}], "speed": "fast"}),
        json!({"tools": [], "tool_choice": {"type": "auto", "disable_parallel_tool_use": true}}),
        json!({"tools": [{"type": "web_fetch_20250910", "name": "web_fetch"}, {"type": "mcp_toolset", "mcp_server_name": "x"}]}),
        json!({"unheard_of": 1, "metadata": null, "system": null, "thinking": null}),
    ] {
        assert_eq!(read(more), Ok(plain.clone()));
    }
}

#[test]
fn an_unknown_block_is_refused_and_a_misplaced_result_too() {
    assert_eq!(
        block("user", json!({"type": "hologram"})),
        Err("'messages[0].content[0].type': blocks of type 'hologram' have no form elsewhere.".to_owned())
    );
    assert!(block("assistant", json!({"type": "tool_result", "tool_use_id": "1"})).is_err());
}
