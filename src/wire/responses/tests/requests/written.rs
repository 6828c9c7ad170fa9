//! Requests, as providers get them.

use crate::domain::samples;
use std::borrow::Cow;
use std::sync::LazyLock;

use super::*;
use crate::wire::neutral::{Choice, Format, Source, Tool, ToolKind, ToolResult};

/// The id of a call that is longer than OpenAI takes.
static LONG_ID: LazyLock<String> = LazyLock::new(|| "call_".to_owned() + &"9".repeat(70));

/// Calls and results of another protocol.
fn turns() -> Vec<Turn<'static>> {
    let call = |id: &'static str, custom| {
        Part::ToolCall(ToolCall {
            id: id.into(),
            name: "f.x".into(),
            namespace: None,
            arguments: "".into(),
            custom,
        })
    };
    let result = |id: &'static str, parts, is_error| {
        Part::ToolResult(ToolResult {
            id: id.into(),
            parts,
            is_error,
            cache: None,
        })
    };
    let picture = Part::Image {
        source: Source::Base64 {
            media_type: "image/png".into(),
            data: "AA==".into(),
        },
        detail: None,
        cache: None,
    };
    let paper = |source| Part::File {
        source,
        name: None,
        cache: None,
    };

    vec![
        Turn {
            role: Role::Assistant,
            parts: vec![call("c1", false), call(&LONG_ID, true), call("c3", false)],
        },
        Turn {
            role: Role::User,
            parts: vec![
                result("c1", vec![Part::text("no")], true),
                result(&LONG_ID, vec![], false),
                result("c3", vec![Part::text("see"), picture], false),
                paper(Source::Text("T".into())),
                paper(Source::Base64 {
                    media_type: "application/pdf".into(),
                    data: "AA==".into(),
                }),
                paper(Source::Url("https://x/y.pdf".into())),
            ],
        },
    ]
}

#[test]
fn calls_and_results_of_another_protocol_become_items() {
    let request = Request {
        turns: turns(),
        tools: vec![tool(None)],
        ..Request::default()
    };

    let body = write(&request, &openai());

    let id = body["input"][1]["call_id"].as_str().unwrap();

    assert_eq!(id.len(), 64);
    assert_eq!(
        body["input"],
        json!([
            {"type": "function_call", "call_id": "c1", "name": "f_x", "arguments": "{}"},
            {"type": "custom_tool_call", "call_id": id, "name": "f_x", "input": ""},
            {"type": "function_call", "call_id": "c3", "name": "f_x", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": "Error: no"},
            {"type": "custom_tool_call_output", "call_id": id, "output": ""},
            {"type": "function_call_output", "call_id": "c3", "output": [
                {"type": "input_text", "text": "see"},
                {"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "auto"}]},
            {"type": "message", "role": "user", "content": [
                {"type": "input_text", "text": "T"},
                {"type": "input_file", "filename": "document.pdf", "file_data": "data:application/pdf;base64,AA=="},
                {"type": "input_file", "file_url": "https://x/y.pdf"}]},
        ])
    );
}

#[test]
fn free_text_travels_in_a_function_where_the_server_knows_no_tools_of_free_text() {
    let format = json!({"type": "grammar", "syntax": "lark", "definition": "start: /a/"});
    let patch = |description: Option<&'static str>| Tool {
        kind: ToolKind::Custom { format: Some(&format) },
        description: description.map(Into::into),
        ..tool(None)
    };
    let request = Request {
        turns: turns(),
        choice: Some(Choice::Tool("f.x".into())),
        ..Request::default()
    };
    let written = |description| {
        let tools = vec![patch(description)];
        write(
            &Request {
                tools,
                ..request.clone()
            },
            &Facts::default(),
        )
    };

    let body = written(Some("Edits."));

    let kinds: Vec<_> = body["input"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["type"])
        .collect();
    let (call, output) = ("function_call", "function_call_output");
    assert_eq!(kinds, [call, call, call, output, output, output, "message"]);
    assert_eq!(body["input"][1]["arguments"], r#"{"input":""}"#);
    assert_eq!(body["tool_choice"], json!({"type": "function", "name": "f_x"}));
    let grammar = "`input` is text of this lark grammar:\nstart: /a/";
    assert_eq!(body["tools"][0]["type"], "function");
    assert_eq!(body["tools"][0]["description"], format!("Edits.\n\n{grammar}"));
    assert_eq!(body["tools"][0]["parameters"]["required"], json!(["input"]));
    assert_eq!(written(None)["tools"][0]["description"], grammar);
}

fn tool(parameters: Option<&Value>) -> Tool<'_> {
    Tool {
        name: "f.x".into(),
        namespace: None,
        description: None,
        kind: ToolKind::Function {
            parameters: parameters.map(Cow::Borrowed),
            strict: None,
        },
        cache: None,
    }
}

#[test]
fn fields_of_another_protocol_are_written_in_this_ones_shapes() {
    let schema = json!({"type": "object"});
    let request = Request {
        tools: vec![tool(Some(&schema))],
        choice: Some(Choice::Tool("f.x".into())),
        max_tokens: Some(1),
        user: Some("u".repeat(80).into()),
        format: Some(Format::Schema {
            name: None,
            description: None,
            schema: Cow::Borrowed(&schema),
            strict: None,
        }),
        ..Request::default()
    };

    let body = write(&request, &openai());

    assert_eq!(body["safety_identifier"].as_str().map(str::len), Some(64));
    assert_eq!(
        body["tools"],
        json!([{"type": "function", "name": "f_x", "parameters": {"type": "object"}, "strict": false}])
    );
    assert_eq!(body["tool_choice"], json!({"type": "function", "name": "f_x"}));
    assert_eq!(body["max_output_tokens"], 16);
    assert_eq!(body["text"]["format"]["name"], "structured_output");
}

#[test]
fn fields_that_the_model_or_its_host_does_not_take_are_dropped() {
    let number = serde_json::Number::from(1);
    let mut request = Request {
        user: Some("u".into()),
        prompt_cache_key: Some("k".into()),
        service_tier: Some("flex".into()),
        verbosity: Some("low".into()),
        choice: Some(Choice::Any),
        parallel_tools: Some(true),
        max_tokens: Some(9_000),
        ..Request::default()
    };
    request.sampling.temperature = Some(&number);
    let facts = Facts {
        fields: samples::refused(&["temperature", "top_p"]),
        max_tokens: Some(4_000),
        ..Facts::default()
    };

    assert_eq!(
        write(&request, &facts),
        json!({"model": "gpt-6-astra", "input": [], "max_output_tokens": 4000, "store": false})
    );
}
