//! Tools and their choice, as targets take them.

use serde_json::{Value, json};

use crate::domain::Protocol;
use crate::wire::adapt::samples::{fitted, plan, shipped, stated};
use crate::wire::adapt::{Plan, TargetFacts};
use crate::wire::operation::Operation;

/// A server that takes instructions anywhere, of which `tools` is known.
fn target(tools: Value, protocol: Protocol) -> TargetFacts {
    let roles = json!({"system": "anywhere", "developer": "native"});
    stated(
        &json!({"tools": tools, "roles": roles, "cache_marks": {"most": 4}}),
        protocol,
    )
}

fn chat(tools: Value, more: Value) -> Value {
    let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "x"}], "tools": tools});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn function(name: &str, strict: Option<bool>) -> Value {
    let mut tool =
        json!({"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}});
    if let Some(strict) = strict {
        tool["function"]["strict"] = strict.into();
    }
    tool
}

fn notes(plan: &Plan) -> String {
    plan.notes().map(ToString::to_string).unwrap_or_default()
}

#[test]
fn strict_is_left_out_where_the_target_does_not_know_it_or_wants_it_alike() {
    let mixed = chat(json!([function("a", Some(true)), function("b", None)]), json!({}));
    let alike = chat(json!([function("a", Some(true)), function("b", Some(true))]), json!({}));
    let none = chat(json!([function("a", None), function("b", None)]), json!({}));
    let fits = |body: &Value, strict: &str| {
        fitted(
            &body.to_string(),
            Operation::Chat,
            &target(json!({"strict": strict}), Protocol::OpenaiChat),
        )
    };

    for (body, strict, sent, notes) in [
        (&mixed, "drop", &none, "tool_strict"),
        (&alike, "drop", &none, "tool_strict"),
        (&mixed, "all_alike", &none, "tool_strict"),
        (&alike, "all_alike", &alike, ""),
        (&mixed, "keep", &mixed, ""),
        (&none, "drop", &none, ""),
    ] {
        assert_eq!(fits(body, strict), (sent.clone(), notes.to_owned()), "{strict}");
    }

    let messages = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}],
        "tools": [{"name": "a", "strict": true, "input_schema": {"type": "object"}}]});
    let (sent, _) = fitted(
        &messages.to_string(),
        Operation::Messages,
        &target(json!({}), Protocol::AnthropicMessages),
    );
    assert_eq!(
        sent["tools"][0],
        json!({"name": "a", "input_schema": {"type": "object"}})
    );
    let claude = shipped("anthropic/claude-opus-4-8", Protocol::AnthropicMessages);
    assert_eq!(
        plan(&messages.to_string(), Operation::Messages, &claude),
        Plan::Passthrough
    );

    let responses = json!({"model": "m", "input": "x", "tools": [{"type": "function", "name": "a", "strict": false, "parameters": {}}]});
    let (sent, _) = fitted(
        &responses.to_string(),
        Operation::Responses,
        &target(json!({}), Protocol::OpenaiResponses),
    );
    assert_eq!(
        sent["tools"][0],
        json!({"type": "function", "name": "a", "parameters": {}})
    );
}

#[test]
fn an_empty_list_is_left_out_in_every_protocol() {
    for (operation, protocol, body) in [
        (
            Operation::Chat,
            Protocol::OpenaiChat,
            json!({"model": "m", "messages": [{"role": "user", "content": "x"}], "tools": [], "tool_choice": "auto"}),
        ),
        (
            Operation::Messages,
            Protocol::AnthropicMessages,
            json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}], "tools": []}),
        ),
        (
            Operation::Responses,
            Protocol::OpenaiResponses,
            json!({"model": "m", "input": "x", "tools": [], "parallel_tool_calls": true}),
        ),
    ] {
        let (sent, notes) = fitted(&body.to_string(), operation, &target(json!({}), protocol));
        assert_eq!(
            (
                sent.get("tools"),
                sent.get("tool_choice"),
                sent.get("parallel_tool_calls")
            ),
            (None, None, None)
        );
        assert!(notes.starts_with("tools"), "{notes}");
        let kept = target(json!({"empty_list": "ok", "parallel_field": true}), protocol);
        assert_eq!(plan(&body.to_string(), operation, &kept), Plan::Passthrough);
    }
}

#[test]
fn tools_with_free_text_are_written_as_functions_where_the_target_knows_none() {
    let custom = chat(json!([{"type": "custom", "custom": {"name": "patch"}}]), json!({}));

    let unknown = plan(
        &custom.to_string(),
        Operation::Chat,
        &target(json!({}), Protocol::OpenaiChat),
    );
    assert_eq!(notes(&unknown), "tools, rewritten");
    let known = target(json!({"custom": true}), Protocol::OpenaiChat);
    assert_eq!(plan(&custom.to_string(), Operation::Chat, &known), Plan::Passthrough);
}

#[test]
fn tools_that_only_openai_has_in_responses_are_written_as_functions_where_the_target_knows_none() {
    let text = json!({"type": "custom", "name": "patch"});
    let function = json!({"type": "function", "name": "a", "parameters": {"type": "object", "properties": {}}});
    let group = json!({"type": "namespace", "name": "functions", "tools": [text]});
    let call = json!({"type": "function_call", "call_id": "c1", "name": "a", "arguments": "{}"});
    let result = json!({"type": "function_call_output", "call_id": "c1", "output": "x"});
    let with = |field: &str, value: &str| {
        let mut item = call.clone();
        item[field] = value.into();
        item
    };
    let body = |tools: &Value, items: Value| json!({"model": "m", "input": items, "tools": tools}).to_string();
    let says = json!([{"role": "user", "content": "{\"type\": \"custom\", \"namespace\": \"additional_tools\"}"}]);
    let mut named = function.clone();
    named["parameters"]["properties"]["custom"] = json!({"enum": ["custom", "namespace"]});

    for (body, sent) in [
        (body(&json!([text]), json!("x")), "tools, rewritten"),
        (body(&json!([group]), json!("x")), "tools, rewritten"),
        (
            body(&json!([]), json!([{"type": "additional_tools", "tools": [group]}])),
            "tools, rewritten",
        ),
        (
            body(&json!([function]), json!([with("namespace", "functions"), result])),
            "tools, rewritten",
        ),
        (
            body(&json!([function]), json!([with("type", "custom_tool_call"), result])),
            "tools, rewritten",
        ),
        (body(&json!([function]), json!([call, result])), ""),
        (body(&json!([named]), says), ""),
    ] {
        let fits = |facts: Value| plan(&body, Operation::Responses, &target(facts, Protocol::OpenaiResponses));
        assert_eq!(notes(&fits(json!({"empty_list": "ok"}))), sent, "{body}");
        assert_eq!(
            fits(json!({"empty_list": "ok", "custom": true})),
            Plan::Passthrough,
            "{body}"
        );
    }
}

#[test]
fn a_choice_that_the_target_refuses_is_written_anew() {
    let named = json!({"tool_choice": {"type": "function", "function": {"name": "a"}}});
    let (required, auto) = (json!({"tool_choice": "required"}), json!({"tool_choice": "auto"}));
    let allowed = json!({"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": []}}});
    let tools = json!([function("a", None)]);
    let fits = |more: &Value, facts: Value| {
        let body = chat(tools.clone(), more.clone()).to_string();
        notes(&plan(&body, Operation::Chat, &target(facts, Protocol::OpenaiChat)))
    };

    for (choice, words, is_rewritten) in [
        (&named, json!(["auto", "none"]), true),
        (&required, json!(["auto", "none", "named"]), true),
        (&allowed, json!(["auto", "none", "named"]), true),
        (&json!({"tool_choice": "none"}), json!(["auto"]), true),
        (&json!({"tool_choice": "none"}), json!(["auto", "none"]), false),
        (&auto, json!(["auto", "none"]), false),
        (&named, json!(["auto", "named"]), false),
        (&required, json!(["auto", "none", "required", "named"]), false),
    ] {
        let notes = fits(choice, json!({"choice": words}));
        assert_eq!(notes, if is_rewritten { "rewritten" } else { "" }, "{choice} {words}");
    }
}

#[test]
fn thinking_is_off_in_messages_where_a_tool_is_forced_and_the_target_refuses_both() {
    let body = |more: Value| {
        let tools = json!([{"name": "a", "input_schema": {"type": "object", "properties": {}}}]);
        let mut body =
            json!({"model": "m", "max_tokens": 2000, "messages": [{"role": "user", "content": "x"}], "tools": tools});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body.to_string()
    };
    let opus = shipped("anthropic/claude-opus-5", Protocol::AnthropicMessages);
    let forced = json!({"type": "any"});

    for more in [
        json!({"tool_choice": forced}),
        json!({"tool_choice": forced, "thinking": {"type": "adaptive"}}),
        json!({"tool_choice": {"type": "tool", "name": "a"}, "output_config": {"effort": "high"}}),
    ] {
        let (sent, notes) = fitted(&body(more), Operation::Messages, &opus);
        assert_eq!(sent["thinking"], json!({"type": "disabled"}));
        assert!(notes.starts_with("thinking"), "{notes}");
    }
    assert_eq!(
        plan(
            &body(json!({"tool_choice": {"type": "auto"}})),
            Operation::Messages,
            &opus
        ),
        Plan::Passthrough
    );
    let older = shipped("anthropic/claude-opus-4-8", Protocol::AnthropicMessages);
    assert_eq!(
        plan(&body(json!({"tool_choice": forced})), Operation::Messages, &older),
        Plan::Passthrough
    );

    let newer = shipped("anthropic/claude-opus-5-5", Protocol::AnthropicMessages);
    assert_eq!(
        notes(&plan(
            &body(json!({"tool_choice": forced})),
            Operation::Messages,
            &newer
        )),
        "rewritten"
    );
}
