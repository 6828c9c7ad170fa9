//! What the servers say, in their protocols, whole and streamed.

use crossmodel::domain::Protocol;
use serde_json::{Value, json};

use super::Server;
use crate::wire::servers::{Made, checks, is_messages, list, text};

/// What a model says in one turn.
#[derive(Clone, Copy)]
pub struct Said {
    thinks: bool,
    talks: bool,
    calls: &'static [&'static str],
}

impl Said {
    pub const fn thought_and_calls(calls: &'static [&'static str]) -> Self {
        Self {
            thinks: true,
            talks: false,
            calls,
        }
    }

    pub const fn calls_only(calls: &'static [&'static str]) -> Self {
        Self {
            thinks: false,
            talks: false,
            calls,
        }
    }

    pub const fn text_and_calls(calls: &'static [&'static str]) -> Self {
        Self {
            thinks: false,
            talks: true,
            calls,
        }
    }

    pub const fn thought_and_text() -> Self {
        Self {
            thinks: true,
            talks: true,
            calls: &[],
        }
    }
}

impl Server {
    /// Refuses a request as the real server does.
    pub fn check(&self, request: &Value) -> Result<(), String> {
        checks::no_marks(request)?;
        (self.family.check)(self.target.protocol, request, &self.said)
    }

    /// The answer to a request, and notes what has to come back.
    pub fn answer(&mut self, said: &Said, request: &Value, turn: usize) -> Value {
        let name = self.family.name;
        let signs = self.family.signs || is_messages(self.target.protocol);
        let made = Made {
            words: if said.thinks {
                format!("{name} thinks {turn}.")
            } else {
                String::new()
            },
            seal: match said.thinks && signs || name.starts_with("gemini") && !said.calls.is_empty() {
                true => format!("{name}/{turn}+aGk="),
                false => String::new(),
            },
            before: checks::prefix(request, list(request, "messages").len(), 0),
            has_calls: !said.calls.is_empty(),
        };
        let words = if said.talks {
            format!("{name} says {turn}.")
        } else {
            String::new()
        };
        let calls = said.calls.iter().enumerate().map(|(at, tool)| {
            let id = self.family.call_id.replace("{}", &format!("{}", turn * 10 + 10 + at));
            (id, *tool)
        });
        let calls: Vec<(String, &str)> = calls.collect();

        self.said.push(made.clone());
        match self.target.protocol {
            Protocol::AnthropicMessages => messages(&made, &words, &calls),
            Protocol::OpenaiResponses => responses(&made, &words, &calls, turn),
            _ => chat(&made, &words, &calls, name),
        }
    }
}

const ARGUMENTS: &str = "{\"p\":\"a\"}";

fn chat(made: &Made, words: &str, calls: &[(String, &str)], name: &str) -> Value {
    let in_tags = name.starts_with("MiniMax");
    let content = match made.words.is_empty() {
        false if in_tags => format!("<think>\n{}\n</think>\n\n{words}", made.words),
        _ => words.to_owned(),
    };
    let mut message = json!({"role": "assistant", "content": content, "refusal": null});
    if !made.words.is_empty() && !in_tags && made.seal.is_empty() {
        message["reasoning_content"] = made.words.clone().into();
    }
    if !calls.is_empty() {
        message["tool_calls"] = calls.iter().enumerate().map(|(at, (id, tool))| {
            let mut call = json!({"index": at, "id": id, "type": "function", "function": {"name": tool, "arguments": ARGUMENTS}});
            if at == 0 && !made.seal.is_empty() {
                call["extra_content"] = json!({"google": {"thought_signature": made.seal}});
            }
            call
        }).collect();
    }
    let finish = if calls.is_empty() { "stop" } else { "tool_calls" };
    json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": name,
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}})
}

fn messages(made: &Made, words: &str, calls: &[(String, &str)]) -> Value {
    let mut content = Vec::new();
    if !made.words.is_empty() {
        content.push(json!({"type": "thinking", "thinking": made.words, "signature": made.seal}));
    }
    if !words.is_empty() {
        content.push(json!({"type": "text", "text": words}));
    }
    content.extend(
        calls
            .iter()
            .map(|(id, tool)| json!({"type": "tool_use", "id": id, "name": tool, "input": {"p": "a"}})),
    );
    json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": content,
        "stop_reason": if calls.is_empty() { "end_turn" } else { "tool_use" }, "stop_sequence": null,
        "usage": {"input_tokens": 9, "output_tokens": 9}})
}

fn responses(made: &Made, words: &str, calls: &[(String, &str)], turn: usize) -> Value {
    let mut output = Vec::new();
    if !made.words.is_empty() {
        output.push(json!({"type": "reasoning", "id": format!("rs_6{turn}a"), "summary": [{"type": "summary_text", "text": made.words}],
            "encrypted_content": made.seal}));
    }
    if !words.is_empty() {
        output.push(
            json!({"type": "message", "id": format!("msg_6{turn}b"), "status": "completed", "role": "assistant",
            "content": [{"type": "output_text", "text": words, "annotations": [], "logprobs": []}]}),
        );
    }
    output.extend(calls.iter().enumerate().map(|(at, (id, tool))| {
        json!({"type": "function_call", "id": format!("fc_6{turn}{at}"), "status": "completed", "call_id": id, "name": tool,
            "arguments": ARGUMENTS})
    }));
    json!({"id": "resp_1", "object": "response", "created_at": 1, "status": "completed", "model": "gpt", "output": output,
        "usage": {"input_tokens": 9, "output_tokens": 9, "total_tokens": 18}})
}

/// The stream of an answer.
pub fn streamed(protocol: Protocol, answer: &Value) -> String {
    match protocol {
        Protocol::AnthropicMessages => streamed_messages(answer),
        Protocol::OpenaiResponses => streamed_responses(answer),
        _ => streamed_chat(answer),
    }
}

fn event(data: &Value) -> String {
    match data["type"].as_str() {
        Some(kind) => format!("event: {kind}\ndata: {data}\n\n"),
        None => format!("data: {data}\n\n"),
    }
}

fn streamed_chat(answer: &Value) -> String {
    let choice = &answer["choices"][0];
    let message = &choice["message"];
    let mut deltas = vec![json!({"role": "assistant", "content": ""})];
    for key in ["reasoning_content", "content"] {
        let all: Vec<char> = text(message, key).chars().collect();
        deltas.extend(
            all.chunks(5)
                .map(|piece| json!({key: piece.iter().collect::<String>()})),
        );
    }
    deltas.extend(
        list(message, "tool_calls")
            .iter()
            .map(|call| json!({"tool_calls": [call]})),
    );

    let chunk = |delta: &Value, finish: &Value| {
        event(
            &json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}),
        )
    };
    let mut out: String = deltas.iter().map(|delta| chunk(delta, &Value::Null)).collect();
    out.push_str(&chunk(&json!({}), &choice["finish_reason"]));
    out + "data: [DONE]\n\n"
}

fn streamed_messages(answer: &Value) -> String {
    let mut start = answer.clone();
    (start["content"], start["stop_reason"]) = (json!([]), Value::Null);
    let mut events = vec![json!({"type": "message_start", "message": start})];
    for (index, block) in list(answer, "content").iter().enumerate() {
        let (begun, deltas) = match text(block, "type") {
            "thinking" => (
                json!({"type": "thinking", "thinking": "", "signature": ""}),
                vec![
                    json!({"type": "thinking_delta", "thinking": block["thinking"]}),
                    json!({"type": "signature_delta", "signature": block["signature"]}),
                ],
            ),
            "text" => (
                json!({"type": "text", "text": ""}),
                vec![json!({"type": "text_delta", "text": block["text"]})],
            ),
            _ => (
                json!({"type": "tool_use", "id": block["id"], "name": block["name"], "input": {}}),
                vec![json!({"type": "input_json_delta", "partial_json": block["input"].to_string()})],
            ),
        };
        events.push(json!({"type": "content_block_start", "index": index, "content_block": begun}));
        events.extend(
            deltas
                .into_iter()
                .map(|delta| json!({"type": "content_block_delta", "index": index, "delta": delta})),
        );
        events.push(json!({"type": "content_block_stop", "index": index}));
    }
    events.push(json!({"type": "message_delta", "delta": {"stop_reason": answer["stop_reason"], "stop_sequence": null}, "usage": {"output_tokens": 9}}));
    events.push(json!({"type": "message_stop"}));
    events.iter().map(event).collect()
}

fn streamed_responses(answer: &Value) -> String {
    let mut begun = answer.clone();
    (begun["output"], begun["status"]) = (json!([]), "in_progress".into());
    let mut events = vec![json!({"type": "response.created", "response": begun})];
    for (index, item) in list(answer, "output").iter().enumerate() {
        let mut empty = item.clone();
        for (key, value) in [
            ("summary", json!([])),
            ("encrypted_content", Value::Null),
            ("content", json!([])),
            ("arguments", "".into()),
        ] {
            if empty.get(key).is_some() {
                empty[key] = value;
            }
        }
        events.push(json!({"type": "response.output_item.added", "output_index": index, "item": empty}));
        if let Some(arguments) = item.get("arguments") {
            events.push(
                json!({"type": "response.function_call_arguments.delta", "output_index": index, "delta": arguments}),
            );
        }
        events.push(json!({"type": "response.output_item.done", "output_index": index, "item": item}));
    }
    events.push(json!({"type": "response.completed", "response": answer}));
    events.iter().map(event).collect()
}
