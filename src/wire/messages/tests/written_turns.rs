//! Conversations, as Anthropic gets them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::writing::{asking, call, result, says, text, turn, written, written_for};
use crate::domain::{Facts, Protocol, Roles, SystemTurns};
use crate::wire::messages::read_request::read_request;
use crate::wire::neutral::{Part, Request, Role, Signature, Source, ToolCall, ToolResult, Turn};

#[test]
fn turns_of_one_role_become_one_message_with_results_first() {
    let request = asking(vec![
        says(Role::User, "a"),
        says(Role::User, "b"),
        turn(Role::Assistant, vec![Part::text(" "), call("1", "f", "")]),
        turn(Role::Assistant, vec![call("2", "f", "{\"x\": 1.0}")]),
        turn(Role::User, vec![result("1", "one")]),
        says(Role::System, "mind"),
        turn(Role::User, vec![result("2", ""), Part::text("c"), Part::text("")]),
    ]);

    let body = written(&request);

    assert_eq!(
        body["messages"],
        json!([
            {"role": "user", "content": [text("a"), text("b")]},
            {"role": "assistant", "content": [
                {"type": "tool_use", "id": "1", "name": "f", "input": {}},
                {"type": "tool_use", "id": "2", "name": "f", "input": {"x": 1.0}},
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "1", "content": [text("one")]},
                {"type": "tool_result", "tool_use_id": "2"},
                text("mind"),
                text("c"),
            ]},
        ])
    );
    assert_eq!(
        body["tools"],
        json!([{"name": "f", "input_schema": {"type": "object"}}]),
        "Anthropic has to know the tools of all calls"
    );
    assert_eq!(body["tool_choice"], json!({"type": "none"}));
}

#[test]
fn system_turns_stand_where_the_model_takes_them() {
    let turns = || {
        vec![
            says(Role::System, "first"),
            says(Role::User, "a"),
            turn(Role::Assistant, vec![call("1", "f", "{}")]),
            says(Role::System, "then"),
            turn(Role::User, vec![result("1", "one")]),
            says(Role::System, "last"),
        ]
    };
    let request = Request {
        system: vec![Part::text("zero")],
        ..asking(turns())
    };

    let inside = written_for(
        &request,
        &Facts {
            roles: Roles {
                system: SystemTurns::Anywhere,
                ..Roles::default()
            },
            ..Facts::default()
        },
    )
    .unwrap();
    let roles = |body: &Value| -> Vec<String> {
        body["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|m| m["role"].as_str().unwrap().to_owned())
            .collect()
    };

    assert_eq!(inside["system"], json!([text("zero"), text("first")]));
    assert_eq!(roles(&inside), ["user", "assistant", "user", "system"]);
    assert_eq!(inside["messages"][3]["content"], json!([text("then"), text("last")]));

    let outside = written(&request);
    assert_eq!(roles(&outside), ["user", "assistant", "user"]);
    assert_eq!(outside["messages"][2]["content"][1], text("then"));
}

#[test]
fn a_conversation_always_begins_with_the_user() {
    let body = written(&asking(vec![says(Role::Assistant, "Hi!"), says(Role::User, "Hello")]));

    assert_eq!(
        body["messages"][0]["content"],
        json!([text("[The assistant speaks first.]")])
    );

    let body = written(&Request {
        system: vec![Part::text("Tell a joke.")],
        ..Request::default()
    });
    assert_eq!(
        body["messages"],
        json!([{"role": "user", "content": [text("Tell a joke.")]}])
    );
    assert_eq!(body.get("system"), None);
}

#[test]
fn the_assistants_last_words_lose_their_blanks() {
    let body = written(&asking(vec![says(Role::User, "a"), says(Role::Assistant, "It is \n")]));

    assert_eq!(body["messages"][1]["content"], json!([text("It is")]));
}

#[test]
fn thoughts_go_back_with_the_signature_that_they_have() {
    let signature = |origin, redacted| Some(Signature::of(origin, "s", None, redacted));
    let thought = |text: &'static str, signature| Part::Thinking {
        text: text.into(),
        signature,
    };
    let request = asking(vec![
        says(Role::User, "a"),
        turn(
            Role::Assistant,
            vec![thought("only", signature(Protocol::AnthropicMessages, false))],
        ),
        says(Role::User, "b"),
        turn(
            Role::Assistant,
            vec![
                thought("mine", signature(Protocol::AnthropicMessages, false)),
                thought("", signature(Protocol::AnthropicMessages, true)),
                thought("nobodys", None),
                Part::Refusal("no".into()),
            ],
        ),
    ]);

    assert_eq!(
        written(&request)["messages"],
        json!([
            {"role": "user", "content": [text("a"), text("b")]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "mine", "signature": "s"},
                {"type": "redacted_thinking", "data": "s"},
                {"type": "thinking", "thinking": "nobodys", "signature": ""},
                text("no"),
            ]},
        ])
    );
}

#[test]
fn pictures_and_files_take_anthropics_form() {
    let file = |source| Part::File {
        source,
        name: Some("n".into()),
        cache: None,
    };
    let base64 = |media_type: &'static str, data: &'static str| Source::Base64 {
        media_type: media_type.into(),
        data: data.into(),
    };
    let request = asking(vec![turn(
        Role::User,
        vec![
            Part::Image {
                source: base64("image/jpg", "AA"),
                detail: Some("high".into()),
                cache: None,
            },
            Part::Image {
                source: Source::Url("https://x/y".into()),
                detail: None,
                cache: None,
            },
            file(base64("application/pdf", "BB")),
            file(base64("image/png", "CC")),
            file(base64("text/csv", "YSxi")),
            file(Source::Text("words".into())),
            file(Source::Url("https://x/z.pdf".into())),
        ],
    )]);

    assert_eq!(
        written(&request)["messages"][0]["content"],
        json!([
            {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "AA"}},
            {"type": "image", "source": {"type": "url", "url": "https://x/y"}},
            {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "BB"}, "title": "n"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "CC"}},
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a,b"}, "title": "n"},
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "words"}, "title": "n"},
            {"type": "document", "source": {"type": "url", "url": "https://x/z.pdf"}, "title": "n"},
        ])
    );
    for part in [
        file(base64("application/zip", "/w==")),
        Part::Audio {
            data: "".into(),
            format: "wav".into(),
        },
    ] {
        let refused = written_for(&asking(vec![turn(Role::User, vec![part])]), &Facts::default()).unwrap_err();
        assert!(!refused.invalid);
    }
}

#[test]
fn a_call_needs_an_object() {
    let request = |arguments: &'static str| {
        asking(vec![
            says(Role::User, "a"),
            turn(Role::Assistant, vec![call("functions.f:0", "f", arguments)]),
            turn(Role::User, vec![result("functions.f:0", "x")]),
        ])
    };
    for arguments in ["{\"a\":", "[]", "7"] {
        let refused = written_for(&request(arguments), &Facts::default()).unwrap_err();
        assert!(refused.invalid && refused.message.contains("'functions.f:0'"));
    }
}

fn any_turn() -> impl Strategy<Value = Turn<'static>> {
    let part = prop_oneof![
        "[ a]{0,3}".prop_map(Part::text),
        "[a-c.]{0,2}".prop_map(|id| Part::ToolCall(ToolCall {
            id: id.into(),
            name: "f".into(),
            namespace: None,
            arguments: "{}".into(),
            custom: false
        })),
        "[a-c.]{0,2}".prop_map(|id| Part::ToolResult(ToolResult {
            id: id.into(),
            parts: vec![],
            is_error: true,
            cache: None
        })),
        any::<bool>().prop_map(|redacted| Part::Thinking {
            text: "t".into(),
            signature: Some(Signature::of(Protocol::AnthropicMessages, "s", None, redacted)),
        }),
    ];
    let role = prop::sample::select(vec![Role::User, Role::Assistant, Role::System]);
    (role, prop::collection::vec(part, 0..4)).prop_map(|(role, mut parts)| {
        parts.retain(|part| match part {
            Part::ToolResult(_) => role == Role::User,
            Part::ToolCall(_) | Part::Thinking { .. } => role == Role::Assistant,
            _ => true,
        });
        Turn { role, parts }
    })
}

proptest! {
    #[test]
    fn any_conversation_keeps_anthropics_rules(
        turns in prop::collection::vec(any_turn(), 1..8),
        system_inside in any::<bool>(),
    ) {
        let said = turns.iter().flat_map(|turn| &turn.parts).any(|part| match part {
            Part::Text { text, .. } => !text.trim().is_empty(),
            Part::ToolCall(_) | Part::ToolResult(_) => true,
            _ => false,
        });
        prop_assume!(said);
        let body = written_for(&asking(turns), &Facts { roles: Roles { system: if system_inside { SystemTurns::Anywhere } else { SystemTurns::Field }, ..Roles::default() }, ..Facts::default() }).unwrap();

        let messages = body["messages"].as_array().unwrap();

        prop_assert_eq!(&messages[0]["role"], "user");
        for pair in messages.windows(2) {
            prop_assert_ne!(&pair[0]["role"], &pair[1]["role"]);
        }

        for message in messages {
            let blocks = message["content"].as_array().unwrap();
            prop_assert!(!blocks.is_empty());
            let results: Vec<bool> = blocks.iter().map(|block| block["type"] == "tool_result").collect();
            prop_assert!(results.is_sorted_by(|a, b| a >= b), "results come first");
            for block in blocks.iter().filter(|block| block["type"] == "text") {
                prop_assert!(!block["text"].as_str().unwrap().trim().is_empty());
            }
            prop_assert!(!blocks.iter().all(|block| block["type"].as_str().unwrap().ends_with("thinking")));
        }

        prop_assert!(read_request(&body).is_ok());
    }
}
