//! Codex CLI, whose tools no other protocol knows.

use serde_json::json;

use super::validate::validate;
use super::*;
use crate::wire::neutral::{Request, Role, Stop, ToolKind, ToolNames, Turn};

fn names(request: &Request<'_>) -> ToolNames {
    ToolNames::new(request, LONGEST_TOOL_NAME)
}

#[test]
fn a_model_that_it_does_not_know_gets_groups_and_functions() {
    let body = json("ask/codex_unknown_model.json");
    let request = read_request(&body).unwrap();

    let tools: Vec<_> = request
        .tools
        .iter()
        .map(|tool| (tool.namespace.as_deref(), tool.name.as_ref()))
        .collect();

    assert!(tools.contains(&(None, "exec_command")) && tools.contains(&(Some("multi_agent_v1"), "spawn_agent")));
    assert!(
        !tools.iter().any(|(_, name)| *name == "web_search"),
        "only OpenAI can search"
    );

    let group: Vec<_> = request.tools.iter().filter(|tool| tool.namespace.is_some()).collect();
    let about = |index: usize| group[index].description.as_deref().unwrap();
    assert!(about(0).starts_with("multi_agent_v1: Tools for spawning and managing sub-agents.\n\nClose an agent"));
    assert!(!about(1).starts_with("multi_agent_v1"));

    assert_eq!((request.system.len(), request.turns.len()), (3, 2));
    assert!(request.stream && request.prompt_cache_key.is_some());
}

#[test]
fn a_model_that_it_knows_gets_tools_within_the_input() {
    let body = json("ask/codex_known_model.json");
    let request = read_request(&body).unwrap();

    let exec = &request.tools[0];

    assert_eq!(
        (exec.namespace.as_deref(), exec.name.as_ref()),
        (Some("functions"), "exec")
    );
    assert!(matches!(exec.kind, ToolKind::Custom { format: Some(_) }));
    assert_eq!(request.turns.first().map(|turn| turn.role), Some(Role::User));
    assert_eq!(names(&request).provider(Some("functions"), "exec"), "functions__exec");
}

#[test]
fn the_history_of_a_model_of_another_protocol_is_read() {
    let body = json("ask/codex_history.json");
    let request = read_request(&body).unwrap();

    let shape: Vec<(Role, usize)> = request.turns.iter().map(|turn| (turn.role, turn.parts.len())).collect();

    assert_eq!(
        shape,
        [(Role::User, 1), (Role::User, 1), (Role::Assistant, 4), (Role::User, 2)]
    );

    let [
        Part::Thinking {
            text,
            signature: Some(signature),
        },
        _,
        Part::ToolCall(exec),
        Part::ToolCall(sleep),
    ] = request.turns[2].parts.as_slice()
    else {
        panic!("{request:?}")
    };
    assert_eq!(text, "**Looking**\n\nI look.");
    assert_eq!((&*signature.domain, signature.value.as_ref()), ("anthropic", "EqQBsig"));
    assert_eq!((exec.namespace.as_deref(), exec.custom), (Some("functions"), true));
    assert_eq!(exec.arguments, "text(\"hé\" + (1+1))\n");
    assert_eq!((sleep.namespace.as_deref(), sleep.custom), (Some("clock"), false));

    let Part::ToolResult(result) = &request.turns[3].parts[0] else {
        panic!("{request:?}")
    };

    assert_eq!((result.id.as_ref(), result.parts.len()), ("toolu_0", 2));
}

#[test]
fn messages_of_another_agent_are_read_unless_they_are_encrypted() {
    let message = |words: &str| {
        let head = json!({"type": "input_text", "text": "Payload:"});
        let words = json!({"type": "encrypted_content", "encrypted_content": words});
        json!({"input": [{"type": "agent_message", "author": "/lead", "recipient": "/lead/a", "content": [head, words]}]})
    };

    let plain = message("Look around.");
    let turns = read_request(&plain).unwrap().turns;

    assert_eq!(
        turns,
        [Turn {
            role: Role::User,
            parts: vec![Part::text("Payload:"), Part::text("Look around.")]
        }]
    );

    let refused = read_request(&message("gAAAAABo")).unwrap_err();
    assert_eq!(refused.param, "input[0].content[1].encrypted_content");
}

/// A call as a provider of another protocol sends it: a function, with its JSON in pieces.
fn call(index: usize, name: &'static str, pieces: &[&'static str]) -> Vec<Event<'static>> {
    let start = Event::ToolStart {
        index,
        id: format!("toolu_{index}").into(),
        name: name.into(),
        custom: false,
    };
    let pieces = pieces.iter().map(|piece| Event::ToolArguments {
        index,
        text: (*piece).into(),
    });
    std::iter::once(start).chain(pieces).collect()
}

#[test]
fn a_call_of_another_protocol_comes_back_as_its_own() {
    let body = json("ask/codex_known_model.json");
    let request = read_request(&body).unwrap();
    let identity = ResponseIdentity {
        names: names(&request),
        ..identity(&body)
    };
    let mut events = vec![Event::Start { id: None, tokens: None }];
    events.extend(call(
        0,
        "functions__exec",
        &["{\"inp", "ut\": \"text(\\", "\"a\\\")\\n", "\"}"],
    ));
    events.extend(call(1, "clock__sleep", &["{\"duration_ms\":", "5}"]));
    events.extend(call(2, "functions__exec", &["{\"code\":\"text(2)\"}"]));
    events.extend([
        Event::Stop {
            stop: Stop::Tools,
            sequence: None,
        },
        Event::End,
    ]);

    let stream = written(&events, identity.clone());

    let last = validate(&stream);
    let custom = |at: usize, input: &str| {
        json!({"type": "custom_tool_call", "id": format!("ctc_cm1_0a1_{at}"), "status": "completed", "call_id": format!("toolu_{at}"),
            "name": "exec", "namespace": "functions", "input": input})
    };

    assert_eq!(last["output"][0], custom(0, "text(\"a\")\n"));
    assert_eq!(
        last["output"][1],
        json!({"type": "function_call", "id": "fc_cm1_0a1_1", "status": "completed", "call_id": "toolu_1",
            "name": "sleep", "namespace": "clock", "arguments": "{\"duration_ms\":5}"})
    );
    assert_eq!(last["output"][2], custom(2, "text(2)"));

    let deltas = data(&stream)
        .into_iter()
        .map(|event| serde_json::from_str::<Value>(&event).unwrap());
    let deltas =
        deltas.filter(|event| event["type"] == "response.custom_tool_call_input.delta" && event["output_index"] == 0);
    let deltas: Vec<_> = deltas
        .map(|event| event["delta"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(deltas, ["text(", "\"a\")\n"], "the text goes out as it comes");

    let whole: Value = serde_json::from_slice(&write_response(&fold(&events), &identity)).unwrap();
    assert_eq!(whole["output"], last["output"]);
}
