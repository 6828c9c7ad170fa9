//! Requests of clients, as they are read.

use serde_json::{Value, json};

use super::{REQUESTS, request};
use crate::domain::{Effort, Facts, Roles, SystemTurns, ThinkingFacts};
use crate::wire::messages::LONGEST_TOOL_NAME;
use crate::wire::messages::read_request::read_request;
use crate::wire::messages::write_request::write_request;
use crate::wire::neutral::{Choice, Format, Part, Role, Sampling, Source, Thinking, ToolKind, ToolNames};

fn capable() -> Facts {
    Facts {
        thinking: ThinkingFacts {
            efforts: Some(Effort::ALL.iter().map(|effort| effort.as_str().to_owned()).collect()),
            thinks: Some(true),
            ..ThinkingFacts::default()
        },
        roles: Roles {
            system: SystemTurns::Anywhere,
            ..Roles::default()
        },
        ..Facts::default()
    }
}

pub(super) fn block(role: &str, block: Value) -> Result<Vec<Part<'static>>, String> {
    // The body is leaked, so the parts can outlive this function: a few bytes of a test.
    let body = json!({"max_tokens": 5, "messages": [{"role": role, "content": [block]}]});
    let body: &'static Value = Box::leak(Box::new(body));
    read_request(body)
        .map(|mut request| request.turns.remove(0).parts)
        .map_err(|refused| refused.message)
}

#[test]
fn every_request_comes_back_as_it_was_read() {
    for (name, text) in REQUESTS {
        let body: Value = serde_json::from_str(text).unwrap();
        let mut first = read_request(&body).unwrap();
        let names = ToolNames::new(&first, LONGEST_TOOL_NAME);

        let written = write_request(&first, "claude", &capable(), &names).unwrap();

        let again: Value = serde_json::from_slice(&written).unwrap();
        let second = read_request(&again).unwrap();
        // Documented losses.
        if first.sampling.temperature.is_some() {
            first.sampling.top_p = None;
        }
        if name == "claude_code" {
            // A system turn may not stand between a call and its result.
            first.turns.swap(3, 4);
        }
        assert_eq!(second, first, "{name}");
        assert_eq!(again["model"], "claude");
    }
}

#[test]
fn claude_codes_request_is_read_whole() {
    let body = request("claude_code");

    let request = read_request(&body).unwrap();

    assert_eq!(request.system.len(), 2, "without the note to the billing");
    assert!(matches!(&request.system[0], Part::Text { cache: Some(_), .. }));
    assert_eq!(request.tools.len(), 23, "without the web search that Anthropic runs");
    assert_eq!(request.turns.iter().map(|turn| turn.role).collect::<Vec<_>>(), {
        use Role::{Assistant, System, User};
        [User, System, Assistant, System, User]
    });

    let found = &request.turns[2].parts[2];
    assert_eq!(*found, Part::text("\n\nRust Blog\nhttps://blog.rust-lang.org\n\n"));
    assert_eq!(
        (request.thinking, request.max_tokens, request.stream),
        (Some(Thinking::Effort(Effort::High)), Some(64_000), true)
    );
    assert!(request.user.unwrap().contains("session_id"));
}

#[test]
fn a_picture_is_not_copied() {
    let body = request("image");

    let request = read_request(&body).unwrap();

    for part in &request.turns[0].parts {
        if let Part::Image {
            source: Source::Base64 { data, .. },
            ..
        }
        | Part::File {
            source: Source::Base64 { data, .. },
            ..
        } = part
        {
            assert!(matches!(data, std::borrow::Cow::Borrowed(_)));
        }
    }
}

#[test]
fn thinking_is_read_in_all_its_forms() {
    for (more, thinking, show) in [
        (json!({}), None, false),
        (
            json!({"thinking": {"type": "disabled"}, "output_config": {"effort": "max"}}),
            Some(Thinking::Off),
            false,
        ),
        (
            json!({"thinking": {"type": "adaptive"}}),
            Some(Thinking::Adaptive),
            true,
        ),
        (
            json!({"thinking": {"type": "adaptive", "display": "omitted"}}),
            Some(Thinking::Adaptive),
            false,
        ),
        (
            json!({"thinking": {"type": "enabled", "budget_tokens": 16_000}}),
            Some(Thinking::Budget(16_000)),
            true,
        ),
        (
            json!({"thinking": {"type": "enabled", "budget_tokens": 16_000}, "output_config": {"effort": "low"}}),
            Some(Thinking::Effort(Effort::Low)),
            true,
        ),
        (
            json!({"output_config": {"effort": "xhigh"}}),
            Some(Thinking::Effort(Effort::XHigh)),
            true,
        ),
    ] {
        let mut body = json!({"max_tokens": 5, "messages": [{"role": "user", "content": "x"}]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let request = read_request(&body).unwrap();
        assert_eq!((request.thinking, request.show_thinking), (thinking, show), "{more}");
    }
}

#[test]
fn a_schema_is_strict_for_others_only_if_it_is_closed() {
    for (schema, strict) in [
        (
            json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": false}),
            Some(true),
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": [], "additionalProperties": false}),
            None,
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}),
            None,
        ),
        (json!({"type": "object"}), None),
    ] {
        for body in [
            json!({"max_tokens": 5, "messages": [{"role": "user", "content": "x"}], "output_config": {"format": {"type": "json_schema", "schema": schema}}}),
            json!({"max_tokens": 5, "messages": [{"role": "user", "content": "x"}], "output_format": {"type": "json_schema", "schema": schema}}),
        ] {
            let Some(Format::Schema {
                strict: read,
                schema: kept,
                ..
            }) = read_request(&body).unwrap().format
            else {
                panic!()
            };
            assert_eq!((read, kept.as_ref()), (strict, &schema));
        }
    }
}

#[test]
fn results_come_first_in_their_turn() {
    let body = json!({"max_tokens": 5, "messages": [{"role": "user", "content": [
        {"type": "text", "text": "a"},
        {"type": "tool_result", "tool_use_id": "1"},
        {"type": "text", "text": "b"},
        {"type": "tool_result", "tool_use_id": "2", "content": [{"type": "tool_reference", "tool_name": "grep"}]}
    ]}]});

    let request = read_request(&body).unwrap();

    let kinds: Vec<_> = request.turns[0]
        .parts
        .iter()
        .map(|part| match part {
            Part::ToolResult(result) => result.id.to_string(),
            Part::Text { text, .. } => text.to_string(),
            other => panic!("{other:?}"),
        })
        .collect();

    assert_eq!(kinds, ["1", "2", "a", "b"]);
}

#[test]
fn documents_and_search_results_become_what_others_know() {
    let source =
        json!({"type": "content", "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]});
    let parts = block(
        "user",
        json!({"type": "document", "title": "T", "context": "C", "source": source}),
    )
    .unwrap();

    assert_eq!(parts, ["C", "T", "one", "two"].map(Part::text));

    let found = json!({"type": "search_result", "title": "T", "source": "https://x", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]});
    assert_eq!(block("user", found).unwrap(), [Part::text("T\nhttps://x\n\na\nb")]);

    let text = json!({"type": "document", "title": "T", "source": {"type": "text", "media_type": "text/plain", "data": "words"}});
    let file = Part::File {
        source: Source::Text("words".into()),
        name: Some("T".into()),
        cache: None,
    };
    assert_eq!(block("user", text).unwrap(), [file]);
}

#[test]
fn another_protocols_signature_is_unpacked() {
    let parts = block(
        "assistant",
        json!({"type": "thinking", "thinking": "t", "signature": "cm1.openai-responses.-.rs_1.gAAA"}),
    );
    let Ok(
        [
            Part::Thinking {
                signature: Some(signature),
                ..
            },
        ],
    ) = parts.as_deref()
    else {
        panic!("{parts:?}")
    };

    assert_eq!(
        (&*signature.domain, signature.id.as_deref(), &*signature.value),
        ("openai", Some("rs_1"), "gAAA")
    );

    let parts = block(
        "assistant",
        json!({"type": "thinking", "thinking": "t", "signature": ""}),
    );
    assert_eq!(
        parts,
        Ok(vec![Part::Thinking {
            text: "t".into(),
            signature: None
        }])
    );
}

#[test]
fn tools_that_the_client_runs_keep_their_documented_schema() {
    let body = json!({"max_tokens": 5, "messages": [{"role": "user", "content": "x"}],
        "tools": [{"type": "bash_20250124", "name": "bash"}, {"type": "memory_20250818", "name": "memory"}],
        "tool_choice": {"type": "tool", "name": "bash", "disable_parallel_tool_use": false}});

    let request = read_request(&body).unwrap();

    let ToolKind::Function {
        parameters: Some(schema),
        ..
    } = &request.tools[0].kind
    else {
        panic!()
    };

    assert_eq!(schema["properties"]["command"]["type"], "string");
    assert_eq!(request.tools[1].name, "memory");
    assert_eq!(
        (request.choice, request.parallel_tools),
        (Some(Choice::Tool("bash".into())), Some(true))
    );
    assert_eq!(request.sampling, Sampling::default());
}
