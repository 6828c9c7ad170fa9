//! Clients of three protocols, which send back what they were told.

use crossmodel::wire::operation::Operation;
use serde_json::{Map, Value, json};

use super::{list, object, text};

/// A client and its conversation.
pub struct Client {
    operation: Operation,
    streams: bool,
    history: Vec<Value>,
    pub calls: usize,
    pub results: usize,
}

impl Client {
    pub fn new(operation: Operation, streams: bool) -> Self {
        let first = match operation {
            Operation::Chat => vec![
                json!({"role": "developer", "content": "Be brief."}),
                json!({"role": "user", "content": "Begin."}),
            ],
            Operation::Messages => vec![json!({"role": "user", "content": "Begin."})],
            _ => {
                vec![json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Begin."}]})]
            }
        };
        Self {
            operation,
            streams,
            history: first,
            calls: 0,
            results: 0,
        }
    }

    /// The next request, in the words of a client that was written for the owner of its protocol.
    pub fn request(&self) -> Value {
        let parameters = json!({"type": "object", "properties": {"p": {"type": "string"}}, "required": ["p"]});
        let tools = ["read", "list"];
        let mut body = match self.operation {
            Operation::Chat => json!({"model": "the-alias", "max_completion_tokens": 8000, "reasoning_effort": "high",
                "messages": self.history, "tools": tools.map(|name| json!({"type": "function",
                "function": {"name": name, "description": "d", "parameters": parameters}}))}),
            Operation::Messages => {
                json!({"model": "the-alias", "max_tokens": 8000, "system": [{"type": "text", "text": "Be brief."}],
                "thinking": {"type": "enabled", "budget_tokens": 2000}, "messages": self.history,
                "tools": tools.map(|name| json!({"name": name, "description": "d", "input_schema": parameters}))})
            }
            _ => {
                json!({"model": "the-alias", "store": false, "include": ["reasoning.encrypted_content"], "instructions": "Be brief.",
                "reasoning": {"effort": "high", "summary": "auto"}, "input": self.history,
                "tools": tools.map(|name| json!({"type": "function", "name": name, "description": "d", "parameters": parameters}))})
            }
        };
        if self.streams {
            body["stream"] = true.into();
        }
        body
    }

    /// Adds an answer as it was told, and what follows it: the results of its calls, or the user's next words.
    pub fn add(&mut self, answer: &Value, turn: usize) {
        match self.operation {
            Operation::Chat => self.add_chat(answer, turn),
            Operation::Messages => self.add_messages(answer, turn),
            _ => self.add_responses(answer, turn),
        }
    }

    fn add_chat(&mut self, answer: &Value, turn: usize) {
        let message = &answer["choices"][0]["message"];
        self.history.push(message.clone());
        let calls = list(message, "tool_calls");
        self.calls += calls.len();
        for call in calls {
            self.results += 1;
            self.history
                .push(json!({"role": "tool", "tool_call_id": call["id"], "content": format!("result {turn}")}));
        }
        if calls.is_empty() || turn == 3 {
            self.history
                .push(json!({"role": "user", "content": format!("Go on {turn}.")}));
        }
    }

    fn add_messages(&mut self, answer: &Value, turn: usize) {
        let content = list(answer, "content");
        self.history.push(json!({"role": "assistant", "content": content}));
        let calls: Vec<_> = content.iter().filter(|block| block["type"] == "tool_use").collect();
        self.calls += calls.len();
        self.results += calls.len();
        let mut next: Vec<Value> = calls
            .iter()
            .map(|call| json!({"type": "tool_result", "tool_use_id": call["id"], "content": format!("result {turn}")}))
            .collect();
        if calls.is_empty() || turn == 3 {
            next.push(json!({"type": "text", "text": format!("Go on {turn}.")}));
        }
        self.history.push(json!({"role": "user", "content": next}));
    }

    fn add_responses(&mut self, answer: &Value, turn: usize) {
        let output = list(answer, "output");
        self.history.extend(output.iter().cloned());
        let calls: Vec<_> = output.iter().filter(|item| item["type"] == "function_call").collect();
        self.calls += calls.len();
        self.results += calls.len();
        for call in &calls {
            self.history.push(
                json!({"type": "function_call_output", "call_id": call["call_id"], "output": format!("result {turn}")}),
            );
        }
        if calls.is_empty() || turn == 3 {
            let words = format!("Go on {turn}.");
            self.history
                .push(json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": words}]}));
        }
    }
}

/// The whole answer that a client makes of a stream, as the SDKs do.
pub fn gathered(operation: Operation, stream: &str) -> Value {
    let data = stream.split("\n\n").filter_map(|event| {
        let data = event.lines().find_map(|line| line.strip_prefix("data: "))?;
        serde_json::from_str::<Value>(data).ok()
    });
    let events: Vec<Value> = data.collect();
    match operation {
        Operation::Chat => gathered_chat(&events),
        Operation::Messages => gathered_messages(&events),
        _ => {
            let last = events.iter().find(|event| event["type"] == "response.completed");
            last.unwrap_or_else(|| panic!("no end: {stream}"))["response"].clone()
        }
    }
}

fn gathered_chat(events: &[Value]) -> Value {
    let mut message = json!({"role": "assistant", "content": null});
    for event in events {
        merge(&mut message, &event["choices"][0]["delta"]);
    }
    json!({"choices": [{"index": 0, "message": message}]})
}

/// Adds a delta: texts grow, elements of lists are found by their index, and all else is replaced.
fn merge(whole: &mut Value, delta: &Value) {
    let Some(delta) = delta.as_object() else { return };
    for (key, more) in delta {
        let place = &mut whole[key.as_str()];
        match more {
            Value::String(more) if !matches!(key.as_str(), "role" | "id" | "type" | "name" | "signature") => {
                *place = format!("{}{more}", place.as_str().unwrap_or_default()).into();
            }
            Value::Array(more) => {
                if !place.is_array() {
                    *place = json!([]);
                }
                let all = place.as_array_mut().unwrap();
                for element in more {
                    let index = element["index"].as_u64().unwrap_or(0) as usize;
                    all.resize(all.len().max(index + 1), json!({}));
                    merge(&mut all[index], element);
                }
            }
            Value::Object(_) => {
                if !place.is_object() {
                    *place = Map::new().into();
                }
                merge(place, more);
            }
            Value::Null => {}
            other => *place = other.clone(),
        }
    }
}

fn gathered_messages(events: &[Value]) -> Value {
    let mut blocks: Vec<Value> = Vec::new();
    let mut input = String::new();
    for event in events {
        match text(event, "type") {
            "content_block_start" => {
                input.clear();
                blocks.push(event["content_block"].clone());
            }
            "content_block_delta" => {
                let block = blocks.last_mut().unwrap();
                for (key, piece) in object(&event["delta"]).iter().filter(|(key, _)| *key != "type") {
                    let piece = piece.as_str().unwrap();
                    match key.as_str() {
                        "partial_json" => input.push_str(piece),
                        "signature" => block["signature"] = piece.into(),
                        key => block[key] = format!("{}{piece}", text(block, key)).into(),
                    }
                }
            }
            "content_block_stop" if !input.is_empty() => {
                blocks.last_mut().unwrap()["input"] = serde_json::from_str(&input).unwrap();
            }
            _ => {}
        }
    }
    json!({"content": blocks})
}
