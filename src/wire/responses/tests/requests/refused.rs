//! Requests that are refused, and the field that the error names.

use super::*;

/// The field and its value, the path that the error names, and whether the request breaks its own protocol.
type Case = (&'static str, Value, &'static str, bool);

fn assert_refused(cases: impl IntoIterator<Item = Case>) {
    for (field, value, param, invalid) in cases {
        let body = with(field, value);

        let refused = read_request(&body).unwrap_err();

        assert_eq!(
            (refused.param.as_ref(), refused.invalid),
            (param, invalid),
            "{body}: {refused}"
        );
    }
}

#[test]
fn fields_that_need_a_memory_or_are_wrong_are_refused() {
    assert_refused([
        ("previous_response_id", json!("resp_1"), "previous_response_id", false),
        ("conversation", json!({"id": "c"}), "conversation", false),
        ("prompt", json!({"id": "p"}), "prompt", false),
        ("background", json!(true), "background", false),
        ("background", json!("yes"), "background", true),
        ("generate", json!(false), "generate", false),
        (
            "prompt_cache_options",
            json!({"prewarm": true}),
            "prompt_cache_options.prewarm",
            false,
        ),
        ("top_logprobs", json!(3), "top_logprobs", false),
        ("include", json!(["message.output_text.logprobs"]), "include[0]", false),
        ("store", json!("no"), "store", true),
        ("reasoning", json!({"effort": "vast"}), "reasoning.effort", true),
        ("text", json!({"format": {"type": "xml"}}), "text.format.type", true),
        ("max_output_tokens", json!(-1), "max_output_tokens", true),
        ("stream", json!(1), "stream", true),
    ]);
}

#[test]
fn items_that_only_openai_can_read_or_that_are_wrong_are_refused() {
    let item = |item: Value| json!([{"role": "user", "content": "x"}, item]);
    let message = |part: Value| item(json!({"role": "user", "content": [part]}));

    assert_refused([
        ("input", json!([]), "input", true),
        ("input", json!(null), "input", true),
        ("input", json!([{"type": "reasoning", "summary": []}]), "input", true),
        (
            "input",
            item(json!({"type": "item_reference", "id": "msg_1"})),
            "input[1]",
            false,
        ),
        ("input", item(json!({"id": "msg_1"})), "input[1]", false),
        (
            "input",
            item(json!({"type": "compaction", "encrypted_content": "x"})),
            "input[1].type",
            false,
        ),
        ("input", item(json!({"type": "computer_call"})), "input[1].type", false),
        (
            "input",
            item(json!({"type": "function_call", "name": "f", "call_id": "c"})),
            "input[1].arguments",
            true,
        ),
        (
            "input",
            item(json!({"role": "critic", "content": "x"})),
            "input[1].role",
            true,
        ),
        (
            "input",
            message(json!({"type": "input_image", "file_id": "file-1"})),
            "input[1].content[0].file_id",
            false,
        ),
        (
            "input",
            message(json!({"type": "input_video"})),
            "input[1].content[0].type",
            false,
        ),
        (
            "input",
            message(json!({"type": "input_file"})),
            "input[1].content[0].file_data",
            true,
        ),
    ]);
}

#[test]
fn tools_that_only_openai_runs_or_that_are_wrong_are_refused() {
    assert_refused([
        (
            "tools",
            json!([{"type": "file_search", "vector_store_ids": ["v"]}]),
            "tools[0].type",
            false,
        ),
        (
            "tools",
            json!([{"type": "mcp", "server_label": "s"}]),
            "tools[0].type",
            false,
        ),
        ("tools", json!([{"type": "local_shell"}]), "tools[0].type", false),
        (
            "tools",
            json!([{"type": "computer_use_preview"}]),
            "tools[0].type",
            false,
        ),
        ("tools", json!([{"type": "teleport"}]), "tools[0].type", false),
        (
            "tool_choice",
            json!({"type": "web_search_preview"}),
            "tool_choice.type",
            false,
        ),
        (
            "tool_choice",
            json!({"type": "function", "name": "f"}),
            "tool_choice.name",
            true,
        ),
        ("tool_choice", json!("always"), "tool_choice", true),
    ]);
}
