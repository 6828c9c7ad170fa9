//! Signatures on their way to clients of other protocols and back to those who can read them.

use bytes::Bytes;
use crossmodel::domain::{Facts, Protocol};
use crossmodel::wire::event_stream::EventStream as _;
use crossmodel::wire::operation::Operation;
use crossmodel::wire::translate::{Exchange, TranslationTarget};
use serde_json::{Value, json};

use super::recorded::{facts, style};

fn open(client: Operation, protocol: Protocol, body: &Value, facts: &Facts) -> (Exchange, Value) {
    let target = TranslationTarget {
        model: "up",
        facts,
        asks_usage: true,
        includes_reasoning: None,
    };
    let body = body.to_string();
    let (exchange, request) = Exchange::open((client, protocol), body.as_bytes(), target, style()).unwrap();
    (exchange, serde_json::from_slice(&request).unwrap())
}

/// What a client of messages is told of a chat answer with this message: its blocks, of a whole answer and of a stream.
fn told(message: &Value, facts: &Facts) -> [Vec<Value>; 2] {
    let ask = json!({"model": "m", "max_tokens": 99, "messages": [{"role": "user", "content": "Hi"}]});
    let exchange = || open(Operation::Messages, Protocol::OpenaiChat, &ask, facts).0;

    let answer = json!({"id": "c", "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]});
    let whole = exchange().write_response(answer.to_string().as_bytes()).unwrap().body;
    let whole: Value = serde_json::from_slice(&whole).unwrap();

    let chunk = json!({"id": "c", "choices": [{"index": 0, "delta": message, "finish_reason": "tool_calls"}]});
    let (mut stream, mut out) = (exchange().stream(), Vec::new());
    let events = Bytes::from(format!("data: {chunk}\n\ndata: [DONE]\n\n"));
    stream.push(&events, &mut out).unwrap();
    let events = String::from_utf8(out.concat()).unwrap();
    let data = events.lines().filter_map(|line| line.strip_prefix("data: "));
    let mut blocks: Vec<Value> = Vec::new();
    for event in data.map(|data| serde_json::from_str::<Value>(data).unwrap()) {
        match event["type"].as_str().unwrap() {
            "content_block_start" => blocks.push(event["content_block"].clone()),
            "content_block_delta" => {
                let block = blocks.last_mut().unwrap();
                let delta = &event["delta"];
                match delta["type"].as_str().unwrap() {
                    "signature_delta" => block["signature"] = delta["signature"].clone(),
                    "thinking_delta" => block["thinking"] = delta["thinking"].clone(),
                    "input_json_delta" => {
                        block["input"] = serde_json::from_str(delta["partial_json"].as_str().unwrap()).unwrap();
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    [whole["content"].as_array().unwrap().clone(), blocks]
}

/// What a chat provider gets of a conversation in which the model's turn has these blocks.
fn back(content: &[Value], facts: &Facts) -> Value {
    let results = content.iter().filter(|block| block["type"] == "tool_use");
    let results: Vec<Value> = results
        .map(|call| json!({"type": "tool_result", "tool_use_id": call["id"], "content": "ok"}))
        .collect();
    let body = json!({"model": "m", "max_tokens": 99, "messages": [{"role": "user", "content": "Hi"},
        {"role": "assistant", "content": content}, {"role": "user", "content": results}]});
    open(Operation::Messages, Protocol::OpenaiChat, &body, facts).1["messages"][1].clone()
}

fn call(id: &str) -> Value {
    json!({"id": id, "type": "function", "function": {"name": "read", "arguments": "{\"p\":\"a\"}"}})
}

#[test]
fn the_signature_of_googles_call_travels_to_the_client_and_back() {
    let gemini = facts("google/gemini-3.1-pro-preview", Protocol::OpenaiChat);
    let mut signed = call("fc_1");
    signed["extra_content"] = json!({"google": {"thought_signature": "U0lH"}});
    let message = json!({"role": "assistant", "tool_calls": [signed, call("fc_2")]});

    for content in told(&message, &gemini) {
        assert_eq!(
            content[0],
            json!({"type": "thinking", "thinking": "", "signature": "cm1.google.c..U0lH"})
        );
        assert_eq!(content.len(), 3);
        assert_eq!(back(&content, &gemini)["tool_calls"], message["tool_calls"]);

        let elsewhere = back(&content, &facts("openai/gpt-4.1", Protocol::OpenaiChat));
        assert_eq!(elsewhere["tool_calls"], json!([call("fc_1"), call("fc_2")]));
    }
}

#[test]
fn encrypted_details_travel_to_the_client_and_back() {
    let mut router = Facts::default();
    router.seals.domain = "openrouter".into();
    let details = json!([{"type": "reasoning.summary", "summary": "Thought.", "index": 0},
        {"type": "reasoning.encrypted", "data": "gAAA", "id": "rs_1", "format": "openai-responses-v1", "index": 1}]);
    let message =
        json!({"role": "assistant", "reasoning": "Thought.", "reasoning_details": details, "tool_calls": [call("c1")]});

    for content in told(&message, &router) {
        assert_eq!(content[0]["thinking"], "Thought.");
        assert!(
            content[0]["signature"]
                .as_str()
                .unwrap()
                .starts_with("cm1.openrouter.d..")
        );
        assert_eq!(back(&content, &router)["reasoning_details"], details);
        assert_eq!(back(&content, &Facts::default()).get("reasoning_details"), None);
    }
    for content in told(&message, &Facts::default()) {
        assert_eq!(content[0]["signature"], "cm1.none.-..", "of a server that makes none");
    }
}

#[test]
fn an_id_that_anthropic_would_refuse_is_carried_to_its_clients_and_back() {
    let kimi = facts("moonshotai/kimi-k3", Protocol::OpenaiChat);
    let message = json!({"role": "assistant", "reasoning_content": "hm", "tool_calls": [call("functions.read:0")]});

    for content in told(&message, &kimi) {
        let id = content[1]["id"].as_str().unwrap();
        assert!(id.starts_with("toolu_cm1x_"), "{id}");
        assert_eq!(back(&content, &kimi)["tool_calls"][0]["id"], "functions.read:0");

        let mistral = back(&content, &facts("mistral/mistral-large-latest", Protocol::OpenaiChat));
        assert_eq!(mistral["tool_calls"][0]["id"].as_str().unwrap().len(), 9);
    }
}

#[test]
fn no_signature_goes_back_to_a_provider_that_has_refused_one() {
    let claude = facts("anthropic/claude-opus-4-8", Protocol::AnthropicMessages);
    let block = json!({"type": "thinking", "thinking": "hm", "signature": "cm1.anthropic.-..EqQB"});
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "a", "thinking_blocks": [block]}, {"role": "user", "content": "Go on"}]});
    let target = TranslationTarget {
        model: "up",
        facts: &claude,
        asks_usage: true,
        includes_reasoning: None,
    };
    let pair = (Operation::Chat, Protocol::AnthropicMessages);
    let blocks = |request: Vec<u8>| {
        let request: Value = serde_json::from_slice(&request).unwrap();
        request["messages"][1]["content"].as_array().unwrap().len()
    };

    let body = body.to_string();
    let usual = Exchange::open(pair, body.as_bytes(), target, style()).unwrap().1;
    let mended = Exchange::open_without_signatures(pair, body.as_bytes(), target, style())
        .unwrap()
        .1;

    assert_eq!((blocks(usual), blocks(mended)), (2, 1));
}
