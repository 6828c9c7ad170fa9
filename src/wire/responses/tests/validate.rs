//! The rules that a stream of this protocol obeys.

use std::collections::HashMap;

use serde_json::{Value, json};

#[derive(Default)]
struct Open {
    item: Value,
    /// Text of each part so far, and whether the part is open.
    parts: Vec<(String, bool)>,
    done: Option<Value>,
}

/// Checks a stream; gives the response that it ends with.
pub(super) fn validate(stream: &str) -> Value {
    let mut items: Vec<Open> = Vec::new();
    let mut last = Value::Null;
    let mut ids = HashMap::new();
    for (number, event) in stream.split_terminator("\n\n").enumerate() {
        let (name, data) = event.split_once("\ndata: ").unwrap();
        let event: Value = serde_json::from_str(data).unwrap();
        let kind = event["type"].as_str().unwrap();
        assert_eq!(name.strip_prefix("event: "), Some(kind));
        assert_eq!(event["sequence_number"], number, "numbers rise by one");
        assert!(last.is_null(), "{kind} after the end");
        match number {
            0 => assert_eq!(kind, "response.created"),
            1 => assert_eq!(kind, "response.in_progress"),
            _ => {}
        }
        let text = |key: &str| {
            event[key]
                .as_str()
                .unwrap_or_else(|| panic!("{kind} without {key}"))
                .to_owned()
        };
        let part_at = event
            .get("content_index")
            .or(event.get("summary_index"))
            .map(|index| index.as_u64().unwrap());
        let at = event.get("output_index").map(|index| index.as_u64().unwrap() as usize);
        if let (Some(at), Some(id)) = (at, event.get("item_id")) {
            assert_eq!(&items[at].item["id"], id, "an item keeps its id");
            assert!(items[at].done.is_none(), "{kind} after its item is done");
        }
        match kind {
            "response.created" | "response.in_progress" => {
                response(&event["response"]);
                assert_eq!(event["response"]["status"], "in_progress");
                assert_eq!(event["response"]["output"], json!([]));
            }
            "response.output_item.added" => {
                assert_eq!(at, Some(items.len()), "items begin in order");
                let id = event["item"]["id"].as_str().unwrap().to_owned();
                assert_eq!(ids.insert(id, ()), None, "ids are unique");
                items.push(Open {
                    item: event["item"].clone(),
                    ..Open::default()
                });
            }
            "response.content_part.added" | "response.reasoning_summary_part.added" => {
                let parts = &mut items[at.unwrap()].parts;
                assert_eq!(part_at, Some(parts.len() as u64), "parts begin in order");
                assert!(parts.iter().all(|part| !part.1), "one part is open at a time");
                parts.push((String::new(), true));
            }
            "response.output_text.delta"
            | "response.refusal.delta"
            | "response.reasoning_summary_text.delta"
            | "response.function_call_arguments.delta"
            | "response.custom_tool_call_input.delta" => {
                let open = &mut items[at.unwrap()];
                if part_at.is_none() && open.parts.is_empty() {
                    open.parts.push((String::new(), true));
                }
                let part = &mut open.parts[part_at.unwrap_or(0) as usize];
                assert!(part.1, "{kind} for a part that is not open");
                assert_ne!(text("delta"), "");
                part.0.push_str(&text("delta"));
                assert_eq!(event.get("logprobs").is_some(), kind == "response.output_text.delta");
            }
            "response.output_text.annotation.added" => {
                assert!(items[at.unwrap()].parts[part_at.unwrap() as usize].1);
                assert!(event["annotation"]["url"].is_string() && event["annotation_index"].is_u64());
            }
            "response.output_text.done" => {
                assert_eq!(items[at.unwrap()].parts[part_at.unwrap() as usize].0, text("text"));
                assert_eq!(event["logprobs"], json!([]));
            }
            "response.refusal.done" => {
                assert_eq!(items[at.unwrap()].parts[part_at.unwrap() as usize].0, text("refusal"));
            }
            "response.reasoning_summary_text.done" => {
                assert_eq!(items[at.unwrap()].parts[part_at.unwrap() as usize].0, text("text"));
            }
            "response.content_part.done" | "response.reasoning_summary_part.done" => {
                let part = &mut items[at.unwrap()].parts[part_at.unwrap() as usize];
                assert!(std::mem::replace(&mut part.1, false), "a part ends once");
                let said = event["part"].get("text").or(event["part"].get("refusal"));
                assert_eq!(said.unwrap().as_str(), Some(part.0.as_str()));
                content(&event["part"]);
            }
            "response.function_call_arguments.done" | "response.custom_tool_call_input.done" => {
                let key = if kind.contains("custom") { "input" } else { "arguments" };
                let sent = items[at.unwrap()].parts.pop().map_or_else(String::new, |part| part.0);
                assert_eq!(sent, text(key));
                items[at.unwrap()].parts.push((sent, false));
            }
            "response.output_item.done" => {
                let open = &mut items[at.unwrap()];
                assert!(open.done.is_none(), "an item ends once");
                assert!(open.parts.iter().all(|part| !part.1), "a part of it is open");
                for key in ["id", "type", "call_id", "name", "namespace", "role"] {
                    assert_eq!(open.item.get(key), event["item"].get(key), "{key} stays");
                }
                item(&event["item"], &open.parts);
                open.done = Some(event["item"].clone());
            }
            "response.completed" | "response.incomplete" => {
                last = event["response"].clone();
                response(&last);
                assert_eq!(kind, format!("response.{}", last["status"].as_str().unwrap()));
                assert_eq!(last["incomplete_details"].is_null(), kind == "response.completed");
                let done: Vec<_> = items
                    .iter()
                    .map(|open| open.done.clone().expect("no item is open"))
                    .collect();
                assert_eq!(last["output"], json!(done));
            }
            "response.failed" => {
                last = event["response"].clone();
                response(&last);
                assert_eq!(last["status"], "failed");
                assert!(last["error"]["code"].is_string() && last["error"]["message"].is_string());
            }
            "error" => last = event.clone(),
            _ => panic!("{kind} is no event"),
        }
    }
    last
}

/// A response has what the SDKs want.
pub(super) fn response(response: &Value) {
    assert_eq!(response["object"], "response");
    for key in ["id", "model", "status"] {
        assert!(response[key].is_string(), "{key}");
    }
    assert!(response["created_at"].is_i64() && response["parallel_tool_calls"].is_boolean());
    assert!(response["tools"].is_array() && response["output"].is_array() && !response["tool_choice"].is_null());
    assert_eq!(response["store"], false);
    if let Some(usage) = response["usage"].as_object() {
        let numbers = ["input_tokens", "output_tokens", "total_tokens"].map(|key| usage[key].as_u64().unwrap());
        assert_eq!(numbers[0] + numbers[1], numbers[2]);
        assert!(usage["input_tokens_details"]["cached_tokens"].is_u64());
        assert!(usage["input_tokens_details"]["cache_write_tokens"].is_u64());
        assert!(usage["output_tokens_details"]["reasoning_tokens"].is_u64());
    }
}

fn content(part: &Value) {
    if part["type"] == "output_text" {
        assert!(part["annotations"].is_array());
    }
}

fn item(item: &Value, parts: &[(String, bool)]) {
    let texts: Vec<&str> = parts.iter().map(|part| part.0.as_str()).collect();
    let listed = |key: &str| -> Vec<String> {
        let said = |part: &Value| {
            part.get("text")
                .or(part.get("refusal"))
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        };
        item[key].as_array().unwrap().iter().map(said).collect()
    };
    match item["type"].as_str().unwrap() {
        "message" => {
            assert_eq!(listed("content"), texts);
            assert!(item["status"].is_string() && item["role"] == "assistant");
        }
        "reasoning" => assert_eq!(listed("summary"), texts),
        "function_call" => assert_eq!(item["arguments"], texts.concat()),
        "custom_tool_call" => assert_eq!(item["input"], texts.concat()),
        kind => panic!("{kind} is no item"),
    }
}
