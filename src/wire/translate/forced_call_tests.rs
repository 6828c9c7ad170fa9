//! Calls that a model has to make, at targets that cannot be made to call a tool while they think.

use bytes::Bytes;
use serde_json::{Value, json};

use super::request_tests::opened;
use crate::domain::Protocol;
use crate::wire::event_stream::{EventStream as _, StreamEnd};
use crate::wire::operation::Operation;

/// A model that always thinks, and cannot be made to call a tool.
fn thinker() -> Value {
    json!({"thinking": {"thinks": true, "off": "impossible"}, "tools": {"choice": ["auto", "none"], "choice_thinking": "as_schema"},
        "schema": {"closed": true}})
}

fn schema() -> Value {
    json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]})
}

fn chat(tools: &[&str], choice: Value) -> String {
    let tools: Vec<Value> = tools
        .iter()
        .map(|name| json!({"type": "function", "function": {"name": name, "description": "Weather", "parameters": schema()}}))
        .collect();
    json!({"model": "m", "messages": [{"role": "user", "content": "x"}], "tools": tools, "tool_choice": choice})
        .to_string()
}

#[test]
fn one_tools_schema_becomes_the_answers_and_the_answer_is_its_call() {
    let named = json!({"type": "function", "function": {"name": "get.weather"}});
    for (tools, choice) in [
        (&["get.weather"][..], json!("required")),
        (&["other", "get.weather"], named),
    ] {
        let (exchange, sent) = opened(
            (Operation::Chat, Protocol::AnthropicMessages),
            &chat(tools, choice),
            &thinker(),
        )
        .unwrap();

        let mut closed = schema();
        closed["additionalProperties"] = false.into();
        assert_eq!(
            sent["output_config"]["format"],
            json!({"type": "json_schema", "schema": closed})
        );
        assert_eq!(
            (&sent["tool_choice"], sent["tools"].as_array().unwrap().len()),
            (&json!({"type": "none"}), tools.len())
        );
        assert_eq!(exchange.notes().to_string(), "tool_choice, schema");

        let answer = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
            "content": [{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "text", "text": "{\"city\":\"Rome\"}"}],
            "usage": {"input_tokens": 1, "output_tokens": 2}});
        let told: Value =
            serde_json::from_slice(&exchange.write_response(answer.to_string().as_bytes()).unwrap().body).unwrap();
        let choice = &told["choices"][0];
        let call = &choice["message"]["tool_calls"][0];
        assert_eq!(
            call["function"],
            json!({"name": "get.weather", "arguments": "{\"city\":\"Rome\"}"})
        );
        assert_eq!(
            (&choice["finish_reason"], &choice["message"]["content"]),
            (&json!("tool_calls"), &Value::Null)
        );
        assert_eq!(choice["message"]["reasoning_content"], "hm");
    }
}

/// A stream of a chat provider.
fn chunks() -> Vec<Bytes> {
    let delta = |delta: Value, end: Value| {
        let chunk = json!({"id": "x", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": end}]});
        Bytes::from(format!("data: {chunk}\n\n"))
    };
    vec![
        delta(json!({"role": "assistant", "reasoning_content": "hm"}), Value::Null),
        delta(json!({"content": "\n"}), Value::Null),
        delta(json!({"content": "{\"city\":"}), Value::Null),
        delta(json!({"content": "\"Rome\"}"}), Value::Null),
        delta(json!({}), json!("stop")),
        Bytes::from("data: [DONE]\n\n"),
    ]
}

#[test]
fn a_stream_of_such_an_answer_is_a_stream_of_the_call() {
    let body = json!({"model": "m", "max_tokens": 9, "stream": true, "messages": [{"role": "user", "content": "x"}],
        "tools": [{"name": "weather", "input_schema": schema()}], "tool_choice": {"type": "any"}})
    .to_string();
    let (exchange, sent) = opened((Operation::Messages, Protocol::OpenaiChat), &body, &thinker()).unwrap();
    assert_eq!(
        (&sent["tool_choice"], &sent["response_format"]["type"]),
        (&json!("none"), &json!("json_schema"))
    );

    let (mut stream, mut out) = (exchange.stream(), Vec::new());
    for chunk in chunks() {
        stream.push(&chunk, &mut out).unwrap();
    }
    out.extend(stream.finish());
    let text: String = out
        .iter()
        .map(|piece| String::from_utf8_lossy(piece).into_owned())
        .collect();

    assert_eq!(stream.end(), StreamEnd::Complete);
    assert!(
        text.contains("\"type\":\"tool_use\"") && text.contains("\"name\":\"weather\""),
        "{text}"
    );
    assert!(
        text.contains("input_json_delta") && !text.contains("text_delta"),
        "{text}"
    );
    assert!(text.contains("\"stop_reason\":\"tool_use\""), "{text}");
}

#[test]
fn a_stream_that_is_gathered_is_the_call_too() {
    let (exchange, _) = opened(
        (Operation::Chat, Protocol::OpenaiChat),
        &chat(&["weather"], json!("required")),
        &thinker(),
    )
    .unwrap();
    let mut gathered = exchange.gathered(1 << 20);
    for chunk in chunks() {
        gathered.push(&chunk).unwrap();
    }
    gathered.finish();

    let told: Value = serde_json::from_slice(&gathered.into_answer().body).unwrap();

    let arguments = &told["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"];
    assert_eq!(arguments.as_str().map(str::trim), Some("{\"city\":\"Rome\"}"));
    assert_eq!(told["choices"][0]["finish_reason"], "tool_calls");
}

#[test]
fn where_no_schema_can_stand_for_the_call_the_model_is_asked_in_words() {
    let system = |sent: &Value| sent["messages"][0]["content"].as_str().unwrap().to_owned();
    let (exchange, sent) = opened(
        (Operation::Chat, Protocol::OpenaiChat),
        &chat(&["a", "b"], json!("required")),
        &thinker(),
    )
    .unwrap();
    assert_eq!(sent["tool_choice"], "auto");
    assert_eq!(system(&sent), "Your next answer has to be a call of one of the tools.");
    assert_eq!(exchange.notes().to_string(), "cut:tool_choice");

    let mut told = thinker();
    told["schema"]["formats"] = "json_object".into();
    let (_, sent) = opened(
        (Operation::Chat, Protocol::OpenaiChat),
        &chat(&["a"], json!({"type": "function", "function": {"name": "a"}})),
        &told,
    )
    .unwrap();
    assert_eq!(system(&sent), "Your next answer has to be a call of the tool `a`.");

    let can_be_off =
        json!({"thinking": {"thinks": true, "switch": "thinking_type"}, "tools": {"choice_thinking": "think_off"}});
    let (exchange, sent) = opened(
        (Operation::Chat, Protocol::OpenaiChat),
        &chat(&["a"], json!("required")),
        &can_be_off,
    )
    .unwrap();
    assert_eq!(
        (&sent["tool_choice"], &sent["thinking"]["type"]),
        (&json!("required"), &json!("disabled"))
    );
    assert_eq!(exchange.notes().to_string(), "thinking");
}
