//! Requests of clients, as they are read.

use serde_json::{Value, json};

use super::*;
use crate::domain::{Effort, Protocol};
use crate::wire::neutral::{Choice, Format, Request, Role, Source, Thinking, Tool, ToolKind, ToolResult, Turn};

/// A request with one question and further fields.
pub(super) fn asking(more: Value) -> Value {
    let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "?"}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn user(text: &'static str) -> Turn<'static> {
    Turn {
        role: Role::User,
        parts: vec![Part::text(text)],
    }
}

#[test]
fn a_plain_question() {
    let body: Value = serde_json::from_str(fixture!("ask/plain.json")).unwrap();

    assert_eq!(
        read_request(&body),
        Ok(Request {
            system: vec![Part::text("You are a helpful assistant that answers briefly.")],
            turns: vec![user("What is the capital of France?")],
            ..Request::default()
        })
    );
}

#[test]
fn calls_and_their_results() {
    let body: Value = serde_json::from_str(fixture!("ask/parallel_tools.json")).unwrap();

    let request = read_request(&body).unwrap();

    let call = |id: &'static str, arguments: &'static str| {
        Part::ToolCall(ToolCall {
            id: id.into(),
            name: "get_weather".into(),
            namespace: None,
            arguments: arguments.into(),
            custom: false,
        })
    };
    let result = |id: &'static str, text: &'static str| {
        Part::ToolResult(ToolResult {
            id: id.into(),
            parts: vec![Part::text(text)],
            is_error: false,
            cache: None,
        })
    };

    assert_eq!(
        request.turns[1..],
        [
            Turn {
                role: Role::Assistant,
                parts: vec![
                    Part::text("I will look both up."),
                    call("call_p1", "{\"city\":\"Paris\"}"),
                    call("call_a2", "{\"city\":\"Atlantis\"}"),
                ],
            },
            Turn {
                role: Role::User,
                parts: vec![
                    result("call_p1", "21 °C, clear"),
                    result("call_a2", "Error: there is no such city")
                ],
            },
            user("Take Lisbon instead, and tell me the time there."),
        ]
    );
    assert_eq!(request.choice, Some(Choice::Tool("get_weather".into())));
    assert_eq!((request.parallel_tools, request.stream), (Some(true), true));

    let now = Tool {
        name: "now".into(),
        namespace: None,
        description: None,
        kind: ToolKind::Function {
            parameters: None,
            strict: None,
        },
        cache: None,
    };
    assert_eq!(request.tools[1], now);
}

#[test]
fn pictures_and_documents_are_not_copied() {
    let body: Value = serde_json::from_str(fixture!("ask/image.json")).unwrap();

    let request = read_request(&body).unwrap();

    let [
        Part::Text { .. },
        Part::Image {
            source: Source::Base64 { media_type, data },
            detail,
            ..
        },
        linked,
        file,
    ] = &request.turns[0].parts[..]
    else {
        panic!("{request:#?}")
    };

    assert_eq!((media_type.as_ref(), detail.as_deref()), ("image/png", Some("low")));

    let sent = body["messages"][0]["content"][1]["image_url"]["url"].as_str().unwrap();
    assert!(
        sent.as_bytes().as_ptr_range().contains(&data.as_ptr()),
        "borrowed from the body"
    );

    let url = Source::Url("https://example.com/eiffel.jpg".into());
    assert_eq!(
        *linked,
        Part::Image {
            source: url,
            detail: None,
            cache: None
        }
    );

    let Part::File {
        source: Source::Base64 { media_type, .. },
        name,
        ..
    } = file
    else {
        panic!("{file:?}")
    };
    assert_eq!(
        (media_type.as_ref(), name.as_deref()),
        ("application/pdf", Some("plan.pdf"))
    );
}

#[test]
fn thoughts_come_with_their_signatures() {
    let body: Value = serde_json::from_str(fixture!("ask/thinking.json")).unwrap();

    let request = read_request(&body).unwrap();

    let signature = Signature::of(Protocol::AnthropicMessages, "EqQBCkYIARgCKkCh5k3Jr2c9", None, false);
    let thought = Part::Thinking {
        text: "7 times 13 is 91.".into(),
        signature: Some(signature),
    };

    assert_eq!(request.turns[1].parts, [thought, Part::text("No: 91 = 7 · 13.")]);
    assert_eq!(
        (request.thinking, request.max_tokens),
        (Some(Thinking::Effort(Effort::High)), Some(16_000))
    );
}

#[test]
fn sampling_and_stop_texts() {
    let body: Value = serde_json::from_str(fixture!("ask/length.json")).unwrap();

    let request = read_request(&body).unwrap();

    assert_eq!(
        (request.max_tokens, request.stop),
        (Some(20), vec!["\n\n".into(), "END".into()])
    );

    let numbers = [
        request.sampling.temperature,
        request.sampling.top_p,
        request.sampling.frequency_penalty,
        request.sampling.seed,
    ];
    assert_eq!(numbers.map(|n| n.unwrap().to_string()), ["0.7", "0.95", "0.5", "42"]);
    assert_eq!(request.user.as_deref(), Some("user-8f3a"));
    assert_eq!(
        read_request(&asking(json!({"stop": "x", "max_tokens": 7})))
            .unwrap()
            .max_tokens,
        Some(7)
    );
    assert_eq!(
        read_request(&asking(json!({"max_completion_tokens": 5, "max_tokens": 7})))
            .unwrap()
            .max_tokens,
        Some(5)
    );
}

#[test]
fn the_shape_of_the_answer() {
    let body: Value = serde_json::from_str(fixture!("ask/structured_output.json")).unwrap();
    let Some(Format::Schema {
        name, strict, schema, ..
    }) = read_request(&body).unwrap().format
    else {
        panic!()
    };

    assert_eq!((name.as_deref(), strict), (Some("calendar_event"), Some(true)));
    assert_eq!(schema["required"][2], "participants");

    let format = |format: Value| {
        read_request(&asking(json!({ "response_format": format })))
            .unwrap()
            .format
            .is_some()
    };
    assert!(format(json!({"type": "json_object"})));
    assert!(!format(json!({"type": "text"})));
}

#[test]
fn instructions_stand_first_or_in_the_middle() {
    let body = json!({"messages": [
        {"role": "developer", "content": [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}]},
        {"role": "system", "content": "b"},
        {"role": "user", "content": "c", "name": "Ann"},
        {"role": "system", "content": "d"},
    ]});

    let request = read_request(&body).unwrap();

    let cache = Some(&body["messages"][0]["content"][0]["cache_control"]);
    let marked = Part::Text {
        text: "a".into(),
        citations: Vec::new(),
        cache,
    };

    assert_eq!(request.system, [marked, Part::text("b")]);
    assert_eq!(
        request.turns,
        [
            user("c"),
            Turn {
                role: Role::System,
                parts: vec![Part::text("d")]
            }
        ]
    );

    let only = json!({"messages": [{"role": "system", "content": "a"}]});
    assert_eq!(
        read_request(&only).unwrap(),
        Request {
            turns: vec![user("a")],
            ..Request::default()
        }
    );
}

#[test]
fn thinking_is_asked_for_in_many_ways() {
    for (more, thinking) in [
        (json!({"reasoning_effort": "none"}), Some(Thinking::Off)),
        (
            json!({"reasoning_effort": "xhigh"}),
            Some(Thinking::Effort(Effort::XHigh)),
        ),
        (json!({"reasoning_effort": null}), None),
        (
            json!({"reasoning_effort": "low", "thinking": {"type": "enabled"}}),
            Some(Thinking::Effort(Effort::Low)),
        ),
        (
            json!({"reasoning": {"effort": "minimal"}}),
            Some(Thinking::Effort(Effort::Minimal)),
        ),
        (json!({"reasoning": {"max_tokens": 2000}}), Some(Thinking::Budget(2000))),
        (json!({"reasoning": {"enabled": false}}), Some(Thinking::Off)),
        (
            json!({"thinking": {"type": "enabled", "budget_tokens": 4096}}),
            Some(Thinking::Budget(4096)),
        ),
        (json!({"thinking": {"type": "disabled"}}), Some(Thinking::Off)),
        (json!({"enable_thinking": true}), Some(Thinking::Adaptive)),
        (
            json!({"chat_template_kwargs": {"enable_thinking": false}}),
            Some(Thinking::Off),
        ),
        (json!({"thinking": 7, "reasoning": []}), None),
    ] {
        assert_eq!(
            read_request(&asking(more.clone())).unwrap().thinking,
            thinking,
            "{more}"
        );
    }
}

#[test]
fn tools_are_chosen() {
    let tool = |name: &str| json!({"type": "function", "function": {"name": name}});
    let patch = json!({"type": "custom", "custom": {"name": "patch", "format": {"type": "text"}}});
    let body = |choice: Value| asking(json!({"tools": [tool("a"), tool("b"), patch], "tool_choice": choice}));
    let choice = |choice: Value| read_request(&body(choice)).unwrap().choice.map(|c| format!("{c:?}"));

    assert_eq!(choice(json!("none")).as_deref(), Some("Never"));
    assert_eq!(choice(json!("required")).as_deref(), Some("Any"));
    assert_eq!(choice(tool("b")).as_deref(), Some("Tool(\"b\")"));
    assert_eq!(
        choice(json!({"type": "custom", "custom": {"name": "patch"}})).as_deref(),
        Some("Tool(\"patch\")")
    );

    let allowed = json!({"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [tool("b")]}});
    let allowed = body(allowed);
    let request = read_request(&allowed).unwrap();
    assert_eq!((request.choice, request.tools.len()), (Some(Choice::Any), 1));
    assert_eq!(
        read_request(&asking(json!({"tool_choice": "auto"}))).unwrap().choice,
        None,
        "without tools"
    );
}

#[test]
fn empty_fields_count_as_absent() {
    let body = json!({"messages": [
        {"role": "user", "content": "?", "name": null},
        {"role": "assistant", "content": "", "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": ""}}]},
        {"role": "tool", "tool_call_id": "1", "content": ""},
        {"role": "assistant", "content": "", "reasoning_content": ""},
        {"role": "assistant", "content": null},
    ], "tools": null, "stop": null, "n": null, "stream": false, "logit_bias": {}, "top_logprobs": 0, "modalities": ["text"]});

    let request = read_request(&body).unwrap();

    assert_eq!(request.turns.len(), 3);
    assert_eq!(request.turns[1].parts.len(), 1, "an empty text beside calls");
}
