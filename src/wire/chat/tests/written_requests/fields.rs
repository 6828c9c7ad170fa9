//! The fields of a request beside its messages.

use std::borrow::Cow;

use serde_json::json;

use super::*;
use crate::domain::{AnswerFormats, Effort, Schemas, samples};
use crate::wire::neutral::{Choice, Format, Thinking, Tool, ToolKind};

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
        // Missing parameters become an empty object.
        let none = json!({"type": "object", "properties": {}});
        for tool in &mut request.tools {
            if let ToolKind::Function {
                parameters: parameters @ None,
                ..
            } = &mut tool.kind
            {
                *parameters = Some(Cow::Borrowed(&none));
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
            &Facts {
                fields: samples::refused(&["top_k"]),
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
            &Facts {
                max_tokens: Some(8192),
                stream_options: false,
                ..Facts::default()
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
        &Facts {
            fields: samples::refused(&["temperature", "top_p", "top_k", "presence_penalty", "frequency_penalty"]),
            ..Facts::default()
        },
    );
    assert_eq!((none.get("temperature"), none.get("top_k")), (None, None));
}

/// A request with a function in a group and a tool that takes free text, and calls of both.
fn using_tools<'a>(schema: &'a Value, grammar: &'a Value) -> Request<'a> {
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

    Request {
        tools: vec![
            tool(
                "run",
                Some("shell"),
                ToolKind::Function {
                    parameters: Some(Cow::Borrowed(schema)),
                    strict: Some(true),
                },
            ),
            tool("patch", None, ToolKind::Custom { format: Some(grammar) }),
        ],
        turns: vec![turn(
            Role::Assistant,
            vec![call("run", Some("shell"), "", false), call("patch", None, "***", true)],
        )],
        choice: Some(Choice::Tool("run".into())),
        parallel_tools: Some(true),
        ..Request::default()
    }
}

#[test]
fn tools_have_names_that_the_provider_takes() {
    let grammar = json!({"type": "grammar", "syntax": "lark", "definition": "start: x"});
    let schema = json!({"type": "object", "properties": {"a": {}}});
    let request = using_tools(&schema, &grammar);

    let small = written(&request, &Facts::default());

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
}

#[test]
fn strict_tools_and_parallel_calls_are_for_openai() {
    let (schema, grammar) = (json!({"type": "object"}), json!({"type": "text"}));
    let request = using_tools(&schema, &grammar);

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
fn a_schema_is_an_instruction_for_models_that_do_not_obey_it() {
    let schema = json!({"type": "object"});
    let format = Format::Schema {
        name: None,
        description: None,
        schema: Cow::Borrowed(&schema),
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

    let instructed = written(
        &request,
        &Facts {
            schema: Schemas {
                formats: AnswerFormats::JsonObject,
                ..Schemas::default()
            },
            ..Facts::default()
        },
    );
    assert_eq!(instructed["response_format"], json!({"type": "json_object"}));

    let text = instructed["messages"][0]["content"].as_str().unwrap();
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
