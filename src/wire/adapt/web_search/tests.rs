//! Web searches for targets with and without one, within one protocol and between two.

use serde_json::{Value, json};

use crate::domain::{Facts, Protocol, Strictness};
use crate::wire::adapt::samples::{fitted, plan, shipped, stated};
use crate::wire::adapt::{ClientBody, Plan, TargetFacts, fit_request};
use crate::wire::neutral::{Choice, Request, SearchTool, Tool, ToolKind, UNSIGNED};
use crate::wire::operation::Operation;

const FUNCTION: &str = r#"{"name":"f","input_schema":{"type":"object"}}"#;

fn messages(tools: &Value, choice: &Value) -> String {
    json!({"model": "m", "max_tokens": 9, "tools": tools, "tool_choice": choice,
        "messages": [{"role": "user", "content": "x"}]})
    .to_string()
}

fn search() -> Value {
    json!({"type": "web_search_20250305", "name": "web_search", "max_uses": 5})
}

fn function() -> Value {
    serde_json::from_str(FUNCTION).unwrap()
}

/// A server that speaks Messages and is not Anthropic's.
fn other() -> TargetFacts {
    stated(
        &json!({"anthropic_fields": true, "cache_marks": {"most": 4}}),
        Protocol::AnthropicMessages,
    )
}

#[test]
fn a_search_that_the_provider_does_not_have_leaves_the_tools() {
    for (tools, left) in [
        (json!([search()]), None),
        (json!([search(), function()]), Some(json!([function()]))),
        (
            json!([function(), search(), function()]),
            Some(json!([function(), function()])),
        ),
        (json!([function(), search()]), Some(json!([function()]))),
    ] {
        let (body, notes) = fitted(
            &messages(&tools, &json!({"type": "auto"})),
            Operation::Messages,
            &other(),
        );

        assert_eq!(body.get("tools"), left.as_ref(), "{tools}");
        assert_eq!(body.get("tool_choice").is_some(), left.is_some());
        assert_eq!(notes, "dropped:web_search");
    }
}

#[test]
fn a_search_that_is_forced_is_refused() {
    let refused = |body: &str, operation, target: &TargetFacts| match plan(body, operation, target) {
        Plan::Refuse(refusal) => Some(refusal.param.into_owned()),
        _ => None,
    };
    let named = json!({"type": "tool", "name": "web_search"});
    let any = json!({"type": "any"});
    let of = |tools: &Value, choice: &Value| refused(&messages(tools, choice), Operation::Messages, &other());

    assert_eq!(
        of(&json!([search(), function()]), &named).as_deref(),
        Some("tool_choice.name")
    );
    assert_eq!(of(&json!([search()]), &any).as_deref(), Some("tool_choice"));
    assert_eq!(of(&json!([search(), function()]), &any), None);

    let server = stated(&json!({"tools": {"strict": "keep"}}), Protocol::OpenaiResponses);
    for (choice, path) in [
        (json!({"type": "web_search"}), Some("tool_choice.type")),
        (json!("required"), Some("tool_choice")),
        (json!("auto"), None),
    ] {
        let body = json!({"model": "m", "input": "x", "tools": [{"type": "web_search"}], "tool_choice": choice});
        let refused = refused(&body.to_string(), Operation::Responses, &server);
        assert_eq!(refused.as_deref(), path, "{choice}");
    }
}

#[test]
fn a_provider_that_searches_gets_the_tool_as_it_came() {
    let claude = shipped("anthropic/claude-opus-4-8", Protocol::AnthropicMessages);
    let body = messages(&json!([search()]), &json!({"type": "tool", "name": "web_search"}));
    assert_eq!(plan(&body, Operation::Messages, &claude), Plan::Passthrough);

    let gpt = shipped("openai/gpt-5.5", Protocol::OpenaiResponses);
    let body = json!({"model": "m", "input": "x", "tools": [{"type": "web_search"}]}).to_string();
    assert_eq!(plan(&body, Operation::Responses, &gpt), Plan::Passthrough);
}

#[test]
fn a_tool_of_the_clients_with_such_a_name_stays() {
    let own = json!([{"name": "web_search", "input_schema": {"type": "object"}}]);
    let body = messages(&own, &json!({"type": "tool", "name": "web_search"}));

    assert_eq!(plan(&body, Operation::Messages, &other()), Plan::Passthrough);
}

#[test]
fn a_strict_request_is_not_made_without_its_search() {
    let body = messages(&json!([search()]), &json!({"type": "auto"}));

    let strict = plan(&body, Operation::Messages, &other()).under(Strictness::Strict);
    assert!(matches!(strict, Plan::Refuse(refusal) if refusal.param == "tools"));
}

/// Whether the search goes on to a target, and the notes; the path of a refusal.
fn translated(search: SearchTool<'static>, facts: &Facts, protocol: Protocol) -> Result<(bool, String), String> {
    let mut request = Request {
        web_search: Some(search),
        ..Request::default()
    };
    match fit_request(&mut request, (facts, protocol, "m"), ClientBody(&json!({}))) {
        Ok(notes) => Ok((request.web_search.is_some(), notes.to_string())),
        Err(refused) => Err(refused.param.into_owned()),
    }
}

#[test]
fn limits_of_a_search_are_kept_and_hints_are_told() {
    let hosted = |fields: Value| {
        stated(
            &json!({"tools": {"hosted": ["web_search"]}, "fields": fields}),
            Protocol::OpenaiChat,
        )
        .facts
    };
    let (any, chat) = (hosted(json!({})), hosted(json!({"web_search_options": "ok"})));
    let openai = shipped("openai/gpt-5.5", Protocol::OpenaiResponses).facts;
    let plain = SearchTool::default;
    let blocked = || SearchTool {
        blocked_domains: vec!["x.com".into()],
        ..plain()
    };
    let stored = || SearchTool {
        stored_only: true,
        ..plain()
    };
    let large = || SearchTool {
        context_size: Some("high".into()),
        ..plain()
    };
    let few = || SearchTool {
        max_uses: Some(1),
        ..plain()
    };
    let (kept, dropped) = (Ok((true, String::new())), Ok((false, "dropped:web_search".to_owned())));
    let told = Ok((true, "web_search".to_owned()));

    for (search, facts, protocol, expected) in [
        (plain(), &any, Protocol::AnthropicMessages, &kept),
        (plain(), &any, Protocol::OpenaiResponses, &kept),
        (plain(), &any, Protocol::OpenaiChat, &dropped),
        (plain(), &chat, Protocol::OpenaiChat, &kept),
        (plain(), &Facts::default(), Protocol::OpenaiResponses, &dropped),
        (blocked(), &any, Protocol::AnthropicMessages, &kept),
        (blocked(), &any, Protocol::OpenaiResponses, &dropped),
        (blocked(), &openai, Protocol::OpenaiResponses, &kept),
        (blocked(), &chat, Protocol::OpenaiChat, &dropped),
        (stored(), &any, Protocol::AnthropicMessages, &dropped),
        (stored(), &any, Protocol::OpenaiResponses, &dropped),
        (stored(), &openai, Protocol::OpenaiResponses, &kept),
        (large(), &any, Protocol::AnthropicMessages, &told),
        (large(), &chat, Protocol::OpenaiChat, &kept),
        (few(), &chat, Protocol::OpenaiChat, &told),
        (few(), &any, Protocol::OpenaiResponses, &told),
        (few(), &openai, Protocol::OpenaiResponses, &kept),
    ] {
        assert_eq!(
            &translated(search.clone(), facts, protocol),
            expected,
            "{search:?} {protocol:?}"
        );
    }
}

#[test]
fn a_search_that_is_forced_in_another_protocol_is_refused_with_the_clients_path() {
    let refused = |choice: Choice<'static>, tools: Vec<Tool<'static>>| {
        let mut request = Request {
            web_search: Some(SearchTool::default()),
            choice: Some(choice),
            tools,
            ..Request::default()
        };
        let refused = fit_request(
            &mut request,
            (&Facts::default(), Protocol::OpenaiChat, "m"),
            ClientBody(&json!({})),
        )
        .err();
        refused.map(|refused| refused.param.into_owned())
    };
    let tool = Tool {
        name: "f".into(),
        namespace: None,
        description: None,
        kind: ToolKind::Custom { format: None },
        cache: None,
    };

    assert_eq!(
        refused(Choice::WebSearch("tool_choice.name"), vec![tool.clone()]).as_deref(),
        Some("tool_choice.name")
    );
    assert_eq!(refused(Choice::Any, Vec::new()).as_deref(), Some("tool_choice"));
    assert_eq!(refused(Choice::Any, vec![tool]), None);
    assert_eq!(refused(Choice::Auto, Vec::new()), None);
}

#[test]
fn another_tool_of_that_name_takes_the_place_of_anthropics_search() {
    let facts = shipped("anthropic/claude-opus-4-8", Protocol::AnthropicMessages).facts;
    let mut request = Request {
        web_search: Some(SearchTool::default()),
        tools: vec![Tool {
            name: "web_search".into(),
            namespace: None,
            description: None,
            kind: ToolKind::Function {
                parameters: None,
                strict: None,
            },
            cache: None,
        }],
        ..Request::default()
    };

    let notes = fit_request(
        &mut request,
        (&facts, Protocol::AnthropicMessages, "m"),
        ClientBody(&json!({})),
    )
    .unwrap();
    assert_eq!(
        (request.web_search, notes.to_string()),
        (None, "dropped:web_search".into())
    );
}

/// A conversation with a search whose id and pages are these, and a text that cites one.
fn searched(id: &str, mark: &str) -> String {
    json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": [
        {"type": "server_tool_use", "id": id, "name": "web_search", "input": {"query": "\"cats\""}},
        {"type": "web_search_tool_result", "tool_use_id": id, "content": [
            {"type": "web_search_result", "url": "https://a.com", "title": "One", "encrypted_content": mark}]},
        {"type": "text", "text": "Cats.", "citations": [{"type": "web_search_result_location", "url": "https://a.com", "title": "One",
            "cited_text": "", "encrypted_index": mark}], "x": 1}]}, {"role": "user", "content": "y"}]})
    .to_string()
}

#[test]
fn a_search_of_another_provider_in_an_earlier_turn_becomes_text_for_anthropic() {
    let claude = shipped("anthropic/claude-opus-4-8", Protocol::AnthropicMessages);
    let (body, notes) = fitted(&searched("srvtoolu_cm1_1", UNSIGNED), Operation::Messages, &claude);

    assert_eq!(
        body["messages"][1]["content"],
        json!([
            {"type": "text", "text": "[The web was searched for: \"cats\"]"},
            {"type": "text", "text": "One\nhttps://a.com"},
            {"type": "text", "text": "Cats.", "citations": null, "x": 1}
        ])
    );
    assert_eq!(notes, "searches");
    assert_eq!(
        plan(&searched("srvtoolu_1", "E"), Operation::Messages, &claude),
        Plan::Passthrough
    );
}

#[test]
fn a_search_of_anthropics_becomes_text_for_a_server_without_one() {
    let (body, notes) = fitted(
        &searched("srvtoolu_1", "E"),
        Operation::Messages,
        &stated(&json!({}), Protocol::AnthropicMessages),
    );

    let kinds = body["messages"][1]["content"]
        .as_array()
        .unwrap()
        .iter()
        .map(|block| block["type"].clone());
    assert_eq!(kinds.collect::<Vec<_>>(), ["text", "text", "text"]);
    assert!(notes.contains("searches"), "{notes}");
}

#[test]
fn a_search_in_an_earlier_turn_of_responses_stays_with_the_provider_that_made_it() {
    let item = |id: &str| {
        json!({"type": "web_search_call", "id": id, "status": "completed", "action": {"type": "search", "query": "cats",
            "sources": [{"type": "url", "url": "https://a.com"}, {"type": "url", "url": "https://b.com"}]}})
    };
    let body = |id: &str| {
        let says = json!({"role": "user", "content": "x"});
        json!({"model": "m", "input": [says, item(id), says]}).to_string()
    };
    let text = "[The web was searched for: cats]\nhttps://a.com\nhttps://b.com";
    let told = json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]});

    let gpt = shipped("openai/gpt-5.5", Protocol::OpenaiResponses);
    assert_eq!(plan(&body("ws_68a0"), Operation::Responses, &gpt), Plan::Passthrough);
    let (fitted_body, notes) = fitted(&body("ws_cm1_0a_1"), Operation::Responses, &gpt);
    assert_eq!((&fitted_body["input"][1], notes.as_str()), (&told, "searches"));

    let other = stated(&json!({"seals": {"domain": "other"}}), Protocol::OpenaiResponses);
    let (fitted_body, _) = fitted(&body("ws_68a0"), Operation::Responses, &other);
    assert_eq!(fitted_body["input"][1], told);
}
