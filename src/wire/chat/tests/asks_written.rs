//! What providers are asked.

use serde_json::{Value, json};

use super::*;
use crate::wire::neutral::{
    Capabilities, Choice, Effort, Format, MaxTokensField, Request, Role, Source, Thinking, Tool, ToolKind, ToolNames,
    ToolResult, Turn,
};

/// OpenAI itself.
fn openai() -> Capabilities {
    Capabilities {
        max_tokens_field: MaxTokensField::MaxCompletionTokens,
        developer_role: true,
        openai_fields: true,
        thinks: Some(true),
        ..Capabilities::default()
    }
}

fn written(request: &Request<'_>, capabilities: &Capabilities) -> Value {
    let names = ToolNames::new(request, LONGEST_TOOL_NAME);
    serde_json::from_slice(&write_request(request, "gpt", capabilities, &names).unwrap()).unwrap()
}

fn turn(role: Role, parts: Vec<Part<'_>>) -> Turn<'_> {
    Turn { role, parts }
}

fn called(id: &'static str) -> Part<'static> {
    Part::ToolCall(ToolCall {
        id: id.into(),
        name: "f".into(),
        namespace: None,
        arguments: "{}".into(),
        custom: false,
    })
}

fn result(id: &'static str, parts: Vec<Part<'static>>, is_error: bool) -> Part<'static> {
    Part::ToolResult(ToolResult {
        id: id.into(),
        parts,
        is_error,
        cache: None,
    })
}

fn picture() -> Part<'static> {
    let source = Source::Base64 {
        media_type: "image/png".into(),
        data: "AAAA".into(),
    };
    Part::Image {
        source,
        detail: None,
        cache: None,
    }
}

#[test]
fn a_request_that_is_written_reads_the_same() {
    for text in [
        fixture!("ask/plain.json"),
        fixture!("ask/tools.json"),
        fixture!("ask/parallel_tools.json"),
        fixture!("ask/image.json"),
        fixture!("ask/structured_output.json"),
        fixture!("ask/refusal.json"),
        fixture!("ask/length.json"),
    ] {
        let body: Value = serde_json::from_str(text).unwrap();
        let mut request = read_request(&body).unwrap();
        // Parameters that are missing are written as none.
        let none = json!({"type": "object", "properties": {}});
        for tool in &mut request.tools {
            if let ToolKind::Function {
                parameters: parameters @ None,
                ..
            } = &mut tool.kind
            {
                *parameters = Some(&none);
            }
        }

        let again = written(&request, &openai());

        assert_eq!(read_request(&again), Ok(request), "{again}");
    }
}

#[test]
fn a_plain_request_for_openai_and_for_a_small_host() {
    let number = serde_json::Number::from_f64(0.5).unwrap();
    let request = Request {
        system: vec![Part::text("a"), Part::text("b")],
        turns: vec![turn(Role::User, vec![Part::text("c"), Part::text("d")])],
        max_tokens: Some(64_000),
        sampling: crate::wire::neutral::Sampling {
            temperature: Some(&number),
            top_k: Some(&number),
            ..Default::default()
        },
        user: Some("u".into()),
        verbosity: Some("low".into()),
        service_tier: Some("flex".into()),
        prompt_cache_key: Some("k".into()),
        stream: true,
        ..Request::default()
    };

    assert_eq!(
        written(
            &request,
            &Capabilities {
                top_k: false,
                ..openai()
            }
        ),
        json!({
            "model": "gpt",
            "messages": [{"role": "developer", "content": "a\n\nb"}, {"role": "user", "content": "c\n\nd"}],
            "max_completion_tokens": 64_000,
            "temperature": 0.5,
            "verbosity": "low",
            "user": "u",
            "service_tier": "flex",
            "prompt_cache_key": "k",
            "stream": true,
            "stream_options": {"include_usage": true},
        })
    );
    assert_eq!(
        written(
            &request,
            &Capabilities {
                max_tokens: Some(8192),
                stream_options: false,
                ..Capabilities::default()
            }
        ),
        json!({
            "model": "gpt",
            "messages": [{"role": "system", "content": "a\n\nb"}, {"role": "user", "content": "c\n\nd"}],
            "max_tokens": 8192,
            "temperature": 0.5,
            "top_k": 0.5,
            "stream": true,
        })
    );
    let none = written(
        &request,
        &Capabilities {
            sampling: false,
            ..Capabilities::default()
        },
    );
    assert_eq!((none.get("temperature"), none.get("top_k")), (None, None));
}

#[test]
fn results_follow_their_calls_whatever_stood_between() {
    let request = Request {
        turns: vec![
            turn(Role::User, vec![Part::text("?")]),
            turn(Role::Assistant, vec![Part::text("a"), called("1")]),
            turn(Role::Assistant, vec![called("2")]),
            turn(Role::System, vec![Part::text("be quick")]),
            turn(
                Role::User,
                vec![result("1", vec![Part::text("x"), picture()], false), Part::text("and?")],
            ),
            turn(Role::User, vec![result("2", vec![Part::text("no such file")], true)]),
        ],
        ..Request::default()
    };
    let call = |id: &str| json!({"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}});

    assert_eq!(
        written(&request, &Capabilities::default())["messages"],
        json!([
            {"role": "user", "content": "?"},
            {"role": "assistant", "content": "a", "tool_calls": [call("1"), call("2")]},
            {"role": "tool", "content": "x", "tool_call_id": "1"},
            {"role": "tool", "content": "Error: no such file", "tool_call_id": "2"},
            {"role": "system", "content": "be quick"},
            {"role": "user", "content": [
                {"type": "text", "text": "Shown by the tool in its answer to 1:"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                {"type": "text", "text": "and?"},
            ]},
        ])
    );
}

#[test]
fn thoughts_go_back_where_the_provider_wants_them() {
    let thought = Part::Thinking {
        text: "hm".into(),
        signature: None,
    };
    let request = Request {
        turns: vec![
            turn(Role::Assistant, vec![thought, Part::text("a")]),
            turn(Role::User, vec![Part::text("?")]),
            turn(Role::Assistant, vec![called("1")]),
        ],
        ..Request::default()
    };
    let back = Capabilities {
        thinking_back: Some("reasoning_content".into()),
        ..Capabilities::default()
    };

    let with = &written(&request, &back)["messages"];
    assert_eq!(
        with[0],
        json!({"role": "assistant", "content": "a", "reasoning_content": "hm"})
    );
    assert_eq!(with[2]["reasoning_content"], "", "what was lost is said to be empty");
    let without = &written(&request, &Capabilities::default())["messages"];
    assert_eq!(without[0], json!({"role": "assistant", "content": "a"}));
    assert_eq!(without[2]["content"], "", "hosts that want a text always");
    assert_eq!(written(&request, &openai())["messages"][2]["content"], Value::Null);
}

#[test]
fn refusals_of_the_model_are_text_where_they_have_no_field() {
    let request = Request {
        turns: vec![turn(Role::Assistant, vec![Part::Refusal("no".into())])],
        ..Request::default()
    };

    assert_eq!(
        written(&request, &openai())["messages"][0],
        json!({"role": "assistant", "content": null, "refusal": "no"})
    );
    assert_eq!(
        written(&request, &Capabilities::default())["messages"][0],
        json!({"role": "assistant", "content": "no"})
    );
}

#[test]
fn tools_have_names_that_the_provider_takes() {
    let grammar = json!({"type": "grammar", "syntax": "lark", "definition": "start: x"});
    let schema = json!({"type": "object", "properties": {"a": {}}});
    let tool = |name: &'static str, namespace: Option<&'static str>, kind| Tool {
        name: name.into(),
        namespace: namespace.map(Into::into),
        description: Some("does".into()),
        kind,
        cache: None,
    };
    let call = |name: &'static str, namespace: Option<&'static str>, arguments: &'static str, custom| {
        let (name, namespace) = (name.into(), namespace.map(Into::into));
        Part::ToolCall(ToolCall {
            id: "1".into(),
            name,
            namespace,
            arguments: arguments.into(),
            custom,
        })
    };
    let request = Request {
        tools: vec![
            tool(
                "run",
                Some("shell"),
                ToolKind::Function {
                    parameters: Some(&schema),
                    strict: Some(true),
                },
            ),
            tool("patch", None, ToolKind::Custom { format: Some(&grammar) }),
        ],
        turns: vec![turn(
            Role::Assistant,
            vec![call("run", Some("shell"), "", false), call("patch", None, "***", true)],
        )],
        choice: Some(Choice::Tool("run".into())),
        parallel_tools: Some(true),
        ..Request::default()
    };

    let small = written(&request, &Capabilities::default());

    assert_eq!(
        small["tools"][0]["function"],
        json!({"name": "shell__run", "description": "does", "parameters": schema})
    );
    let patch = &small["tools"][1]["function"];
    assert_eq!(
        patch["description"],
        "does\n\n`input` is text of this lark grammar:\nstart: x"
    );
    assert_eq!(patch["parameters"]["required"], json!(["input"]));
    assert_eq!(
        small["tool_choice"],
        json!({"type": "function", "function": {"name": "shell__run"}})
    );
    assert_eq!(small.get("parallel_tool_calls"), None);
    let calls = &small["messages"][0]["tool_calls"];
    assert_eq!(calls[0]["function"], json!({"name": "shell__run", "arguments": "{}"}));
    assert_eq!(
        calls[1]["function"],
        json!({"name": "patch", "arguments": "{\"input\":\"***\"}"})
    );

    let full = written(&request, &openai());
    assert_eq!(
        (&full["tools"][0]["function"]["strict"], &full["parallel_tool_calls"]),
        (&json!(true), &json!(true))
    );

    let bare = written(
        &Request {
            tools: vec![],
            ..request
        },
        &openai(),
    );
    assert_eq!((bare.get("tool_choice"), bare.get("parallel_tool_calls")), (None, None));
}

#[test]
fn a_schema_is_told_in_words_where_it_is_not_obeyed() {
    let schema = json!({"type": "object"});
    let format = Format::Schema {
        name: None,
        description: None,
        schema: &schema,
        strict: Some(true),
    };
    let request = Request {
        system: vec![Part::text("a")],
        format: Some(format),
        ..Request::default()
    };

    let openai = written(&request, &openai());
    assert_eq!(
        openai["response_format"],
        json!({"type": "json_schema", "json_schema": {"name": "structured_output", "schema": schema, "strict": true}})
    );
    let told = written(
        &request,
        &Capabilities {
            schemas: Some(false),
            ..Capabilities::default()
        },
    );
    assert_eq!(told["response_format"], json!({"type": "json_object"}));
    let text = told["messages"][0]["content"].as_str().unwrap();
    assert!(
        text.starts_with("a\n\n") && text.ends_with("JSON schema:\n{\"type\":\"object\"}"),
        "{text}"
    );
}

#[test]
fn thinking_is_switched_beside_the_rest() {
    let request = Request {
        thinking: Some(Thinking::Effort(Effort::High)),
        ..Request::default()
    };

    assert_eq!(written(&request, &openai())["reasoning_effort"], "high");
}

#[test]
fn documents_and_sounds() {
    let file = |source, name: Option<&'static str>| Part::File {
        source,
        name: name.map(Into::into),
        cache: None,
    };
    let pdf = Source::Base64 {
        media_type: "application/pdf".into(),
        data: "JVBE".into(),
    };
    let audio = Part::Audio {
        data: "UklG".into(),
        format: "wav".into(),
    };
    let parts = vec![
        file(pdf, None),
        file(Source::Text("words".into()), Some("a.txt")),
        audio,
    ];
    let request = |parts| Request {
        turns: vec![turn(Role::User, parts)],
        ..Request::default()
    };

    assert_eq!(
        written(&request(parts), &Capabilities::default())["messages"][0]["content"],
        json!([
            {"type": "file", "file": {"filename": "document.pdf", "file_data": "data:application/pdf;base64,JVBE"}},
            {"type": "text", "text": "a.txt:\n\nwords"},
            {"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}},
        ])
    );
    let there = request(vec![file(Source::Url("https://x.org/a.pdf".into()), None)]);
    let refused = write_request(&there, "gpt", &Capabilities::default(), &ToolNames::default()).unwrap_err();
    assert!(!refused.invalid && refused.message.contains("documents at an address"));
}
