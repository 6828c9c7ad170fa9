//! Searches as requests offer them.

use super::*;

#[test]
fn anthropics_search_becomes_openais() {
    let (exchange, sent) = open(
        Operation::Messages,
        Protocol::OpenaiResponses,
        &messages_ask(),
        &facts(),
    )
    .unwrap();

    assert_eq!(
        sent["tools"],
        json!([located(
            json!({"type": "web_search", "filters": {"allowed_domains": ["a.com"]}})
        )])
    );
    assert_eq!(
        (&sent["tool_choice"], &sent["max_tool_calls"]),
        (&json!("required"), &json!(3))
    );
    assert_eq!(sent["include"], json!(["web_search_call.action.sources"]));
    assert!(exchange.notes().is_empty());
}

#[test]
fn openais_search_becomes_anthropics() {
    let (_, sent) = open(
        Operation::Responses,
        Protocol::AnthropicMessages,
        &responses_ask(),
        &facts(),
    )
    .unwrap();

    assert_eq!(
        sent["tools"],
        json!([located(
            json!({"type": "web_search_20250305", "name": "web_search", "max_uses": 2, "blocked_domains": ["b.com"]})
        )])
    );
    assert_eq!(sent["tool_choice"], json!({"type": "tool", "name": "web_search"}));
}

#[test]
fn the_search_of_chat_goes_both_ways() {
    let (exchange, sent) = open(Operation::Chat, Protocol::AnthropicMessages, &chat_ask(), &facts()).unwrap();
    assert_eq!(
        sent["tools"],
        json!([located(json!({"type": "web_search_20250305", "name": "web_search"}))])
    );
    assert_eq!(
        exchange.notes().to_string(),
        "web_search",
        "there is no place for how much it reads"
    );

    let (_, sent) = open(Operation::Chat, Protocol::OpenaiResponses, &chat_ask(), &facts()).unwrap();
    assert_eq!(
        sent["tools"],
        json!([located(json!({"type": "web_search", "search_context_size": "low"}))])
    );

    let mut ask = responses_ask();
    ask["tools"] = json!([located(json!({"type": "web_search", "search_context_size": "low"}))]);
    let (_, sent) = open(Operation::Responses, Protocol::OpenaiChat, &ask, &facts()).unwrap();
    assert_eq!(sent["web_search_options"], chat_ask()["web_search_options"]);
    assert_eq!((sent.get("tools"), sent.get("tool_choice")), (None, None));
}

#[test]
fn a_provider_without_a_search_is_asked_without_it_unless_it_is_forced() {
    let free = |mut body: Value| {
        body.as_object_mut().unwrap().remove("tool_choice");
        body
    };
    for (client, body) in [
        (Operation::Messages, free(messages_ask())),
        (Operation::Responses, free(responses_ask())),
        (Operation::Chat, chat_ask()),
    ] {
        let (exchange, sent) = open(client, Protocol::OpenaiChat, &body, &Facts::default()).unwrap();
        assert!(!sent.to_string().contains("search"), "{sent}");
        assert_eq!(exchange.notes().to_string(), "dropped:web_search");
    }

    for (client, body, path) in [
        (Operation::Messages, messages_ask(), "tool_choice.name"),
        (Operation::Responses, responses_ask(), "tool_choice.type"),
    ] {
        let refused = open(client, Protocol::OpenaiChat, &body, &Facts::default()).unwrap_err();
        assert_eq!((&*refused.param, refused.invalid), (path, false));
    }
}

#[test]
fn a_choice_of_some_tools_leaves_the_search_out_unless_it_names_it() {
    let function = json!({"type": "function", "name": "f", "parameters": {"type": "object"}});
    let mut ask = responses_ask();
    ask["tools"] = json!([{"type": "web_search"}, function]);
    for (allowed, count) in [
        (json!([{"type": "function", "name": "f"}]), 1),
        (json!([{"type": "web_search"}]), 1),
    ] {
        ask["tool_choice"] = json!({"type": "allowed_tools", "mode": "required", "tools": allowed});
        let (_, sent) = open(Operation::Responses, Protocol::AnthropicMessages, &ask, &facts()).unwrap();

        assert_eq!(sent["tools"].as_array().unwrap().len(), count, "{sent}");
        let name = if allowed[0]["type"] == "web_search" {
            "web_search"
        } else {
            "f"
        };
        assert_eq!(
            (&sent["tools"][0]["name"], &sent["tool_choice"]["type"]),
            (&json!(name), &json!("any"))
        );
    }
}
