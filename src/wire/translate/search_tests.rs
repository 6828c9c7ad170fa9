//! Searches of the web that a provider makes, between clients and providers of all protocols.

use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::domain::{Facts, FactsPatch, Protocol};
use crate::wire::event_stream::{EventStream as _, StreamEnd};
use crate::wire::neutral::{Signature, Untranslatable};
use crate::wire::operation::Operation;

/// A provider that searches the web.
fn facts() -> Facts {
    let patch: FactsPatch =
        serde_json::from_value(json!({"tools": {"hosted": ["web_search"]}, "fields": {"web_search_options": "ok"}}))
            .unwrap();
    Facts::default().with(&patch)
}

fn open(
    client: Operation,
    provider: Protocol,
    body: &Value,
    facts: &Facts,
) -> Result<(Exchange, Value), Untranslatable> {
    let target = TranslationTarget {
        model: "their-model",
        facts,
        asks_usage: true,
        includes_reasoning: None,
    };
    let style = ResponseStyle {
        id: "0a1".into(),
        model: "m".into(),
        ..ResponseStyle::default()
    };
    let (exchange, sent) = Exchange::open((client, provider), body.to_string().as_bytes(), target, style)?;
    Ok((exchange, serde_json::from_slice(&sent).unwrap()))
}

fn place() -> Value {
    json!({"city": "Bern", "country": "CH", "timezone": "Europe/Zurich"})
}

fn located(extra: Value) -> Value {
    let mut place = place();
    place["type"] = "approximate".into();
    let mut extra = extra;
    extra["user_location"] = place;
    extra
}

fn messages_ask() -> Value {
    let tool = located(
        json!({"type": "web_search_20250305", "name": "web_search", "max_uses": 3, "allowed_domains": ["a.com"]}),
    );
    json!({"model": "m", "max_tokens": 99, "messages": [{"role": "user", "content": "x"}], "tools": [tool],
        "tool_choice": {"type": "tool", "name": "web_search"}})
}

fn responses_ask() -> Value {
    let tool = located(json!({"type": "web_search", "filters": {"blocked_domains": ["b.com"]}}));
    json!({"model": "m", "input": "x", "tools": [tool], "max_tool_calls": 2, "tool_choice": {"type": "web_search"}})
}

fn chat_ask() -> Value {
    let place = json!({"type": "approximate", "approximate": place()});
    json!({"model": "m", "messages": [{"role": "user", "content": "x"}],
        "web_search_options": {"search_context_size": "low", "user_location": place}})
}

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
        (&json!({"type": "web_search"}), &json!(3))
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

const CITED: &str = "Cats sleep.";

fn messages_answer() -> Value {
    let citation = json!({"type": "web_search_result_location", "url": "https://a.com/1", "title": "One", "cited_text": "Cats …",
        "encrypted_index": "E"});
    json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "theirs", "content": [
        {"type": "text", "text": "I look."},
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "cats"}},
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": [
            {"type": "web_search_result", "url": "https://a.com/1", "title": "One", "encrypted_content": "E", "page_age": null},
            {"type": "web_search_result", "url": "https://a.com/2", "title": "Two", "encrypted_content": "E", "page_age": null}]},
        {"type": "text", "text": CITED, "citations": [citation]}],
        "stop_reason": "end_turn", "stop_sequence": null,
        "usage": {"input_tokens": 9, "output_tokens": 5, "server_tool_use": {"web_search_requests": 1}}})
}

fn messages_stream() -> String {
    let answer = messages_answer();
    let mut sent = String::new();
    let mut add = |event: Value| {
        sent.push_str(&format!(
            "event: {}\ndata: {event}\n\n",
            event["type"].as_str().unwrap()
        ))
    };
    add(
        json!({"type": "message_start", "message": {"id": "msg_1", "content": [], "usage": {"input_tokens": 9, "output_tokens": 1}}}),
    );
    for (index, block) in answer["content"].as_array().unwrap().iter().enumerate() {
        let mut start = block.clone();
        let delta = |delta: Value| json!({"type": "content_block_delta", "index": index, "delta": delta});
        let mut deltas = Vec::new();
        match block["type"].as_str().unwrap() {
            "text" => {
                start["text"] = "".into();
                start.as_object_mut().unwrap().remove("citations");
                for citation in block["citations"].as_array().into_iter().flatten() {
                    deltas.push(delta(json!({"type": "citations_delta", "citation": citation})));
                }
                deltas.push(delta(json!({"type": "text_delta", "text": block["text"]})));
            }
            "server_tool_use" => {
                start["input"] = json!({});
                for piece in ["", "{\"que", "ry\": \"cats\"}"] {
                    deltas.push(delta(json!({"type": "input_json_delta", "partial_json": piece})));
                }
            }
            _ => {}
        }
        add(json!({"type": "content_block_start", "index": index, "content_block": start}));
        deltas.into_iter().for_each(&mut add);
        add(json!({"type": "content_block_stop", "index": index}));
    }
    add(
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null}, "usage": answer["usage"]}),
    );
    add(json!({"type": "message_stop"}));
    sent
}

fn responses_answer() -> Value {
    let annotation =
        json!({"type": "url_citation", "start_index": 0, "end_index": 4, "url": "https://a.com/1", "title": "One"});
    json!({"id": "resp_1", "object": "response", "status": "completed", "output": [
        {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "cats",
            "sources": [{"type": "url", "url": "https://a.com/1"}, {"type": "url", "url": "https://a.com/2"}]}},
        {"type": "web_search_call", "id": "ws_2", "status": "completed", "action": {"type": "open_page", "url": "https://a.com/1"}},
        {"type": "message", "id": "m_1", "role": "assistant", "content": [{"type": "output_text", "text": CITED, "annotations": [annotation]}]}],
        "usage": {"input_tokens": 9, "output_tokens": 5, "total_tokens": 14}})
}

fn responses_stream() -> String {
    let answer = responses_answer();
    let mut sent = String::new();
    let mut add = |event: Value| sent.push_str(&format!("data: {event}\n\n"));
    add(json!({"type": "response.created", "response": {"id": "resp_1", "output": []}}));
    for (index, item) in answer["output"].as_array().unwrap().iter().enumerate() {
        let mut begun = item.clone();
        begun["content"] = json!([]);
        begun["status"] = "in_progress".into();
        add(json!({"type": "response.output_item.added", "output_index": index, "item": begun}));
        add(json!({"type": "response.output_item.done", "output_index": index, "item": item}));
    }
    add(json!({"type": "response.completed", "response": answer}));
    sent
}

fn whole(client: Operation, provider: Protocol, answer: &Value) -> (Value, u64) {
    let ask = match client {
        Operation::Messages => messages_ask(),
        Operation::Responses => responses_ask(),
        _ => chat_ask(),
    };
    let (exchange, _) = open(client, provider, &ask, &facts()).unwrap();
    let answer = exchange.write_response(answer.to_string().as_bytes()).unwrap();
    (
        serde_json::from_slice(&answer.body).unwrap(),
        answer.metered.service.searches,
    )
}

/// The events of a stream, and how many searches were metered.
fn streamed(client: Operation, provider: Protocol, sent: &str, step: usize) -> (Vec<Value>, u64) {
    let ask = match client {
        Operation::Messages => messages_ask(),
        Operation::Responses => responses_ask(),
        _ => chat_ask(),
    };
    let (exchange, _) = open(client, provider, &ask, &facts()).unwrap();
    let mut stream = exchange.stream();
    let mut out = Vec::new();
    for chunk in sent.as_bytes().chunks(step) {
        stream.push(&Bytes::copy_from_slice(chunk), &mut out).unwrap();
    }
    out.extend(stream.finish());
    assert_eq!(stream.end(), StreamEnd::Complete);

    let told = String::from_utf8(out.concat()).unwrap();
    let lines = told.lines().filter_map(|line| line.strip_prefix("data: "));
    let events = lines.filter_map(|data| serde_json::from_str(data).ok()).collect();
    (events, stream.metered().service.searches)
}

#[test]
fn a_messages_client_reads_openais_searches_as_anthropics() {
    let (told, searches) = whole(Operation::Messages, Protocol::OpenaiResponses, &responses_answer());

    let blocks = told["content"].as_array().unwrap();
    let kinds: Vec<_> = blocks.iter().map(|block| block["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["server_tool_use", "web_search_tool_result", "text"]);
    assert_eq!(
        blocks[0],
        json!({"type": "server_tool_use", "id": "srvtoolu_0a1_0", "name": "web_search", "input": {"query": "cats"}})
    );
    assert_eq!(blocks[1]["tool_use_id"], blocks[0]["id"]);
    let pages = blocks[1]["content"].as_array().unwrap();
    assert_eq!(
        (pages.len(), &pages[1]["url"], &pages[1]["type"]),
        (2, &json!("https://a.com/2"), &json!("web_search_result"))
    );
    assert_eq!(blocks[2]["citations"][0]["url"], "https://a.com/1");
    assert_eq!(told["usage"]["server_tool_use"], json!({"web_search_requests": 1}));
    assert_eq!(searches, 1, "an opened page is no search");
    // Anthropic would refuse what is not its own, so such a conversation is written anew.
    assert!(Signature::may_be_packed_in(told.to_string().as_bytes()));
}

#[test]
fn a_responses_client_reads_anthropics_searches_as_openais() {
    let (told, searches) = whole(Operation::Responses, Protocol::AnthropicMessages, &messages_answer());

    let items = told["output"].as_array().unwrap();
    let kinds: Vec<_> = items.iter().map(|item| item["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["message", "web_search_call", "message"]);
    assert_eq!(
        items[1],
        json!({"type": "web_search_call", "id": "ws_0a1_1", "status": "completed", "action": {"type": "search", "query": "cats",
            "queries": ["cats"], "sources": [{"type": "url", "url": "https://a.com/1"}, {"type": "url", "url": "https://a.com/2"}]}})
    );
    assert_eq!(items[2]["content"][0]["annotations"][0]["url"], "https://a.com/1");
    assert_eq!(searches, 1);
}

#[test]
fn a_chat_client_reads_the_pages_that_are_cited() {
    for (provider, answer) in [
        (Protocol::AnthropicMessages, messages_answer()),
        (Protocol::OpenaiResponses, responses_answer()),
    ] {
        let (told, searches) = whole(Operation::Chat, provider, &answer);

        let message = &told["choices"][0]["message"];
        assert!(message["content"].as_str().unwrap().ends_with(CITED));
        let annotation = &message["annotations"][0];
        assert_eq!(
            (&annotation["type"], &annotation["url_citation"]["url"]),
            (&json!("url_citation"), &json!("https://a.com/1"))
        );
        assert_eq!(searches, 1);
    }
}

#[test]
fn a_streamed_search_is_told_like_a_whole_one() {
    for step in [1, 7, 100_000] {
        let (events, searches) = streamed(
            Operation::Messages,
            Protocol::OpenaiResponses,
            &responses_stream(),
            step,
        );
        let (told, _) = whole(Operation::Messages, Protocol::OpenaiResponses, &responses_answer());
        let starts: Vec<_> = events
            .iter()
            .filter(|event| event["type"] == "content_block_start")
            .collect();
        assert_eq!(starts.len(), 3);
        assert_eq!(starts[0]["content_block"]["input"], json!({}));
        let input = events.iter().find_map(|event| event.pointer("/delta/partial_json"));
        assert_eq!(input, Some(&json!("{\"query\":\"cats\"}")));
        assert_eq!(starts[1]["content_block"], told["content"][1]);
        let last = events.iter().find(|event| event["type"] == "message_delta").unwrap();
        assert_eq!(last["usage"]["server_tool_use"], told["usage"]["server_tool_use"]);
        assert_eq!(searches, 1);

        let (events, searches) = streamed(
            Operation::Responses,
            Protocol::AnthropicMessages,
            &messages_stream(),
            step,
        );
        let (told, _) = whole(Operation::Responses, Protocol::AnthropicMessages, &messages_answer());
        let last = events
            .iter()
            .find(|event| event["type"] == "response.completed")
            .unwrap();
        assert_eq!(last["response"]["output"], told["output"]);
        let kinds = events.iter().filter_map(|event| event["type"].as_str());
        assert_eq!(
            kinds
                .filter(|kind| kind.starts_with("response.web_search_call."))
                .count(),
            3
        );
        assert_eq!(searches, 1);
    }
}

#[test]
fn a_search_that_failed_is_told_as_one_and_not_counted() {
    let mut answer = messages_answer();
    answer["content"][2]["content"] =
        json!({"type": "web_search_tool_result_error", "error_code": "max_uses_exceeded"});
    let (told, _) = whole(Operation::Responses, Protocol::AnthropicMessages, &answer);
    assert_eq!(
        (&told["output"][1]["status"], &told["output"][1]["action"]["sources"]),
        (&json!("failed"), &json!([]))
    );

    let mut answer = responses_answer();
    answer["output"][0]["status"] = "failed".into();
    let (told, searches) = whole(Operation::Messages, Protocol::OpenaiResponses, &answer);
    assert_eq!(told["content"][1]["content"]["type"], "web_search_tool_result_error");
    assert_eq!((told["usage"].get("server_tool_use"), searches), (None, 0));
}

#[test]
fn searches_of_earlier_turns_stay_readable_in_every_protocol() {
    // What a Messages client was told of OpenAI's searches goes back to either.
    let (told, _) = whole(Operation::Messages, Protocol::OpenaiResponses, &responses_answer());
    let mut ask = messages_ask();
    ask["messages"] = json!([{"role": "user", "content": "x"}, {"role": "assistant", "content": told["content"]}, {"role": "user", "content": "y"}]);
    for provider in [
        Protocol::OpenaiResponses,
        Protocol::AnthropicMessages,
        Protocol::OpenaiChat,
    ] {
        ask["tools"][0].as_object_mut().unwrap().remove("allowed_domains");
        let (_, sent) = open(Operation::Messages, provider, &ask, &facts()).unwrap();
        let sent = sent.to_string();
        assert!(sent.contains("https://a.com/2") && sent.contains(CITED), "{sent}");
        assert!(!sent.contains("cm1.") && !sent.contains("srvtoolu"), "{sent}");
    }

    let (told, _) = whole(Operation::Responses, Protocol::AnthropicMessages, &messages_answer());
    let mut input = vec![json!({"role": "user", "content": "x"})];
    input.extend(told["output"].as_array().unwrap().iter().cloned());
    input.push(json!({"role": "user", "content": "y"}));
    let mut ask = responses_ask();
    ask["input"] = input.into();
    let (_, sent) = open(Operation::Responses, Protocol::AnthropicMessages, &ask, &facts()).unwrap();
    assert!(sent["messages"][1].to_string().contains("https://a.com/2"), "{sent}");
}
