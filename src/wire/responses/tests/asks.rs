//! Requests, as clients send them.

use serde_json::json;

use super::*;
use crate::domain::Protocol;
use crate::wire::neutral::{
    Capabilities, Choice, Effort, Format, Request, Role, Source, Thinking, Tool, ToolKind, ToolNames, Turn,
};

fn openai() -> Capabilities {
    Capabilities {
        openai_fields: true,
        thinks: Some(true),
        ..Capabilities::default()
    }
}

fn write(request: &Request<'_>, capabilities: &Capabilities) -> Value {
    let names = ToolNames::new(request, LONGEST_TOOL_NAME);
    serde_json::from_slice(&write_request(request, "gpt-6-astra", capabilities, &names).unwrap()).unwrap()
}

fn with(field: &str, value: Value) -> Value {
    let mut body = json!({"model": "m", "input": "x"});
    body[field] = value;
    body
}

#[test]
fn a_request_comes_back_as_it_was_read() {
    for case in cases("ask", ".json")
        .into_iter()
        .filter(|case| !case.starts_with("codex"))
    {
        let body = json(&format!("ask/{case}.json"));
        let request = read_request(&body).unwrap();

        let again = write(&request, &openai());

        assert_eq!(read_request(&again).unwrap(), request, "{case}: {again:#}");
    }
}

#[test]
fn the_history_is_gathered_into_turns() {
    let body = json("ask/parallel_tools.json");
    let request = read_request(&body).unwrap();

    let shape: Vec<(Role, usize)> = request.turns.iter().map(|turn| (turn.role, turn.parts.len())).collect();
    assert_eq!(
        shape,
        [(Role::User, 1), (Role::Assistant, 3), (Role::User, 2), (Role::User, 1)]
    );
    assert_eq!(
        (request.choice, request.parallel_tools, request.tools.len()),
        (Some(Choice::Auto), Some(true), 2)
    );
}

#[test]
fn pictures_and_documents_are_borrowed_from_the_body() {
    let body = json("ask/image.json");
    let request = read_request(&body).unwrap();

    let sources = request.turns[0].parts.iter().filter_map(|part| match part {
        Part::Image { source, .. } | Part::File { source, .. } => Some(source),
        _ => None,
    });
    let sources: Vec<_> = sources.collect();
    let borrowed = |source: &&Source<'_>| {
        matches!(
            source,
            Source::Base64 {
                data: std::borrow::Cow::Borrowed(_),
                ..
            }
        )
    };
    assert!(borrowed(&sources[0]) && borrowed(&sources[2]));
    assert_eq!(sources[1], &Source::Url("https://example.com/cat.jpg".into()));
}

#[test]
fn bytes_without_a_head_are_known_by_their_name() {
    let part = json!({"type": "input_file", "filename": "a.CSV", "file_data": "QQ=="});
    let body = json!({"input": [{"role": "user", "content": [part]}]});
    let Part::File { source, name, .. } = read_request(&body).unwrap().turns.remove(0).parts.remove(0) else {
        panic!()
    };

    assert_eq!(
        source,
        Source::Base64 {
            media_type: "text/csv".into(),
            data: "QQ==".into()
        }
    );
    assert_eq!(name.as_deref(), Some("a.CSV"));
}

#[test]
fn thinking_is_read_with_its_seal() {
    let body = json("ask/thinking.json");
    let request = read_request(&body).unwrap();

    assert_eq!(
        (request.thinking, request.show_thinking),
        (Some(Thinking::Effort(Effort::High)), true)
    );
    let Part::Thinking {
        text,
        signature: Some(signature),
    } = &request.turns[1].parts[0]
    else {
        panic!("{request:?}")
    };
    assert_eq!(text, "**Trying small primes**\n\n221 is 13 times 17.");
    assert_eq!(
        (signature.origin, signature.id.as_deref()),
        (Protocol::OpenaiResponses, Some("rs_68b0c4"))
    );
}

#[test]
fn whatever_cannot_be_done_is_refused_and_says_where() {
    let item = |item: Value| json!([{"role": "user", "content": "x"}, item]);
    let message = |part: Value| item(json!({"role": "user", "content": [part]}));
    for (field, value, param, invalid) in [
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
        ("reasoning", json!({"effort": "vast"}), "reasoning.effort", true),
        ("text", json!({"format": {"type": "xml"}}), "text.format.type", true),
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
        ("max_output_tokens", json!(-1), "max_output_tokens", true),
        ("stream", json!(1), "stream", true),
    ] {
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
fn what_only_openai_runs_and_what_nobody_has_to_know_is_dropped() {
    let body = json!({
        "input": [
            {"role": "user", "content": "x"},
            {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "q"}},
            {"type": "reasoning", "id": "rs_1", "summary": []},
        ],
        "tools": [{"type": "web_search"}, {"type": "web_search_preview_2025_03_11"}, {"type": "image_generation"}, {"type": "tool_search"}],
        "background": false, "store": true, "include": ["web_search_call.results"], "top_logprobs": 0, "metadata": {"a": "b"},
        "truncation": "auto", "client_metadata": {}, "something_new": 1, "conversation": null,
    });
    let request = read_request(&body).unwrap();

    let turns = vec![Turn {
        role: Role::User,
        parts: vec![Part::text("x")],
    }];
    assert_eq!(
        request,
        Request {
            turns,
            ..Request::default()
        }
    );
}

#[test]
fn only_allowed_tools_are_left() {
    let function = |name: &str| json!({"type": "function", "name": name, "parameters": {}});
    let mut body = with(
        "tools",
        json!([
            function("a"), function("b"), {"type": "namespace", "name": "g", "description": "G.", "tools": [function("a"), function("c")]},
        ]),
    );
    let names = |body: &Value| -> Vec<(Option<String>, String)> {
        let own = |tool: &Tool<'_>| (tool.namespace.clone().map(Into::into), tool.name.clone().into());
        read_request(body).unwrap().tools.iter().map(own).collect()
    };

    body["tool_choice"] =
        json!({"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "a"}]});
    assert_eq!(names(&body), [(None, "a".to_owned())]);
    assert_eq!(read_request(&body).unwrap().choice, Some(Choice::Any));

    body["tool_choice"]["tools"] = json!([{"type": "namespace", "name": "g"}]);
    assert_eq!(
        names(&body),
        [
            (Some("g".to_owned()), "a".to_owned()),
            (Some("g".to_owned()), "c".to_owned())
        ]
    );

    body["tool_choice"]["tools"] = json!([{"type": "function", "name": "z"}]);
    assert_eq!(read_request(&body).unwrap_err().param, "tool_choice.tools");
}

#[test]
fn instructions_within_the_conversation_stay_there() {
    let body = json!({"instructions": "I.", "input": [
        {"role": "developer", "content": "D."}, {"role": "user", "content": "x"}, {"role": "system", "content": "S."},
    ]});
    let request = read_request(&body).unwrap();

    assert_eq!(request.system, [Part::text("I."), Part::text("D.")]);
    assert_eq!(
        request.turns[1],
        Turn {
            role: Role::System,
            parts: vec![Part::text("S.")]
        }
    );
    let written = write(&request, &openai());
    assert_eq!(written["instructions"], "I.\n\nD.");
    assert_eq!(written["input"][1]["role"], "developer");

    let body = json!({"instructions": "I.", "input": [{"role": "developer", "content": "D."}]});
    let request = read_request(&body).unwrap();
    assert_eq!((request.system.len(), request.turns[0].role), (1, Role::System));
}

#[test]
fn the_providers_request_keeps_nothing_at_openai_and_asks_for_sealed_thoughts() {
    let request = |thinking, show_thinking| Request {
        turns: vec![Turn {
            role: Role::User,
            parts: vec![Part::text("x")],
        }],
        thinking,
        show_thinking,
        ..Request::default()
    };
    let fields = |request: &Request<'_>, capabilities: &Capabilities| {
        let body = write(request, capabilities);
        assert_eq!(body["store"], false);
        (body["include"].clone(), body["reasoning"].clone())
    };
    let sealed = json!(["reasoning.encrypted_content"]);
    let capabilities = |thinks, efforts: &[&str]| Capabilities {
        thinks,
        efforts: Some(efforts.iter().map(|effort| (*effort).to_owned()).collect()),
        ..Capabilities::default()
    };
    let unknown = Capabilities::default();
    let budget = Some(Thinking::Budget(2048));

    assert_eq!(fields(&request(None, false), &unknown), (json!(null), json!(null)));
    assert_eq!(
        fields(&request(None, true), &openai()),
        (sealed.clone(), json!({"summary": "auto"}))
    );
    assert_eq!(
        fields(&request(budget, true), &unknown),
        (sealed.clone(), json!({"effort": "medium", "summary": "auto"}))
    );
    assert_eq!(
        fields(&request(budget, true), &capabilities(Some(false), &["low"])),
        (json!(null), json!(null))
    );
    let effort = Some(Thinking::Effort(Effort::Max));
    assert_eq!(
        fields(&request(effort, false), &capabilities(Some(true), &["low", "high"])).1,
        json!({"effort": "high"})
    );
    let off = Some(Thinking::Off);
    assert_eq!(
        fields(&request(off, true), &capabilities(Some(true), &["none", "low"])).1,
        json!({"effort": "none"})
    );
    assert_eq!(
        fields(&request(off, false), &capabilities(Some(true), &["low", "high"])).1,
        json!({"effort": "low"})
    );
    let must = Capabilities {
        must_think: true,
        ..capabilities(Some(true), &["none", "low"])
    };
    assert_eq!(fields(&request(off, false), &must).1, json!({"effort": "low"}));
    assert_eq!(
        fields(&request(Some(Thinking::Adaptive), false), &openai()).1,
        json!(null)
    );
}

#[test]
fn thoughts_go_back_only_to_their_maker() {
    let signature = |origin| {
        Some(Signature {
            origin,
            value: "v".into(),
            id: Some("rs_1".into()),
            redacted: false,
        })
    };
    let thought = |signature| Part::Thinking {
        text: "Hm.".into(),
        signature,
    };
    let parts = vec![
        thought(signature(Protocol::OpenaiResponses)),
        thought(signature(Protocol::AnthropicMessages)),
        thought(None),
        Part::text("a"),
    ];
    let request = Request {
        turns: vec![Turn {
            role: Role::Assistant,
            parts,
        }],
        ..Request::default()
    };

    assert_eq!(
        write(&request, &openai())["input"],
        json!([
            {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}], "encrypted_content": "v"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "a"}]},
        ])
    );
}

#[test]
fn a_conversation_of_another_protocol_is_written_in_this_ones_shapes() {
    let schema = json!({"type": "object"});
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
        Part::ToolResult(crate::wire::neutral::ToolResult {
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
    let long = "u".repeat(80);
    let request = Request {
        turns: vec![
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
        ],
        tools: vec![Tool {
            name: "f.x".into(),
            namespace: None,
            description: None,
            kind: ToolKind::Function {
                parameters: Some(&schema),
                strict: None,
            },
            cache: None,
        }],
        choice: Some(Choice::Tool("f.x".into())),
        max_tokens: Some(1),
        user: Some(long.as_str().into()),
        format: Some(Format::Schema {
            name: None,
            description: None,
            schema: &schema,
            strict: None,
        }),
        ..Request::default()
    };

    let body = write(&request, &openai());

    let id = body["input"][1]["call_id"].as_str().unwrap();
    assert_eq!(
        (id.len(), body["safety_identifier"].as_str().map(str::len)),
        (64, Some(64))
    );
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
    assert_eq!(
        body["tools"],
        json!([{"type": "function", "name": "f_x", "parameters": {"type": "object"}, "strict": false}])
    );
    assert_eq!(body["tool_choice"], json!({"type": "function", "name": "f_x"}));
    assert_eq!(body["max_output_tokens"], 16);
    assert_eq!(body["text"]["format"]["name"], "structured_output");
}

static LONG_ID: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| "call_".to_owned() + &"9".repeat(70));

#[test]
fn stop_texts_are_refused() {
    let request = Request {
        stop: vec!["END".into()],
        ..Request::default()
    };

    let refused = write_request(&request, "m", &openai(), &ToolNames::default()).unwrap_err();

    assert_eq!((refused.param.as_ref(), refused.invalid), ("stop", false));
}

#[test]
fn what_the_model_or_its_host_does_not_take_is_left_out() {
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
    let capabilities = Capabilities {
        sampling: false,
        max_tokens: Some(4_000),
        ..Capabilities::default()
    };

    assert_eq!(
        write(&request, &capabilities),
        json!({"model": "gpt-6-astra", "input": [], "max_output_tokens": 4000, "store": false})
    );
}
