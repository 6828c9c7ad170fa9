//! Searches as answers tell of them, and as later requests repeat them.

use bytes::Bytes;

use super::*;
use crate::wire::event_stream::{EventStream as _, StreamEnd};
use crate::wire::neutral::Signature;

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
        json!({"type": "server_tool_use", "id": "srvtoolu_cm1_0a1_0", "name": "web_search", "input": {"query": "cats"}})
    );
    assert_eq!(blocks[1]["tool_use_id"], blocks[0]["id"]);
    let pages = blocks[1]["content"].as_array().unwrap();
    assert_eq!(
        (pages.len(), &pages[1]["url"], &pages[1]["type"]),
        (2, &json!("https://a.com/2"), &json!("web_search_result"))
    );
    assert_eq!(blocks[2]["citations"][0]["url"], "https://a.com/1");
    assert_eq!(
        told["usage"]["server_tool_use"],
        json!({"web_search_requests": 1, "web_fetch_requests": 0})
    );
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
        json!({"type": "web_search_call", "id": "ws_cm1_0a1_1", "status": "completed", "action": {"type": "search", "query": "cats",
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
