//! The rules that a stream of this protocol keeps.

use std::collections::HashSet;

use serde_json::{Value, json};

/// Checks a stream. Returns the response at its end.
pub(super) fn validate(stream: &str) -> Value {
    let mut checker = Checker::default();

    for (number, event) in stream.split_terminator("\n\n").enumerate() {
        let (name, data) = event.split_once("\ndata: ").unwrap();
        let event: Value = serde_json::from_str(data).unwrap();
        let kind = event["type"].as_str().unwrap();
        assert_eq!(name.strip_prefix("event: "), Some(kind));
        assert_eq!(event["sequence_number"], number, "numbers rise by one");
        assert!(checker.last.is_null(), "{kind} after the end");
        match number {
            0 => assert_eq!(kind, "response.created"),
            // An answer that fails before it begins needs no more.
            1 => assert!(matches!(kind, "response.in_progress" | "response.failed"), "{kind}"),
            _ => {}
        }

        checker.event(kind, &event);
    }

    checker.last
}

#[derive(Default)]
struct Checker {
    items: Vec<Open>,
    ids: HashSet<String>,
    /// The response of the last event; null before it.
    last: Value,
}

#[derive(Default)]
struct Open {
    item: Value,
    /// The text of each part so far, and whether the part is open.
    parts: Vec<(String, bool)>,
    done: Option<Value>,
}

fn index(event: &Value, key: &str) -> Option<usize> {
    event.get(key).map(|index| index.as_u64().unwrap() as usize)
}

fn part_index(event: &Value) -> Option<usize> {
    index(event, "content_index").or(index(event, "summary_index"))
}

fn text<'e>(event: &'e Value, key: &str) -> &'e str {
    event[key].as_str().unwrap_or_else(|| panic!("{event} without {key}"))
}

impl Checker {
    fn event(&mut self, kind: &str, event: &Value) {
        if let (Some(at), Some(id)) = (index(event, "output_index"), event.get("item_id")) {
            assert_eq!(&self.items[at].item["id"], id, "an item keeps its id");
            assert!(self.items[at].done.is_none(), "{kind} after its item is done");
        }

        match kind {
            "response.created" | "response.in_progress" => {
                response(&event["response"]);
                assert_eq!(event["response"]["status"], "in_progress");
                assert_eq!(event["response"]["output"], json!([]));
            }
            "response.output_item.added" => self.item_added(event),
            "response.content_part.added" | "response.reasoning_summary_part.added" => self.part_added(event),
            "response.output_text.delta"
            | "response.refusal.delta"
            | "response.reasoning_summary_text.delta"
            | "response.function_call_arguments.delta"
            | "response.custom_tool_call_input.delta" => self.delta(kind, event),
            "response.output_text.annotation.added" => {
                assert!(self.part(event).1);
                assert!(event["annotation"]["url"].is_string() && event["annotation_index"].is_u64());
            }
            "response.output_text.done" => {
                assert_eq!(self.part(event).0, text(event, "text"));
                assert_eq!(event["logprobs"], json!([]));
            }
            "response.refusal.done" => assert_eq!(self.part(event).0, text(event, "refusal")),
            "response.reasoning_summary_text.done" => assert_eq!(self.part(event).0, text(event, "text")),
            "response.content_part.done" | "response.reasoning_summary_part.done" => self.part_done(event),
            "response.web_search_call.in_progress"
            | "response.web_search_call.searching"
            | "response.web_search_call.completed" => assert!(event["item_id"].is_string()),
            "response.function_call_arguments.done" => self.arguments_done(event, "arguments"),
            "response.custom_tool_call_input.done" => self.arguments_done(event, "input"),
            "response.output_item.done" => self.item_done(event),
            "response.completed" | "response.incomplete" => self.end(kind, event),
            "response.failed" => self.fail(event),
            "error" => self.last = event.clone(),
            _ => panic!("{kind} is no event"),
        }
    }

    fn item(&mut self, event: &Value) -> &mut Open {
        &mut self.items[index(event, "output_index").unwrap()]
    }

    fn part(&mut self, event: &Value) -> &mut (String, bool) {
        &mut self.item(event).parts[part_index(event).unwrap()]
    }

    fn item_added(&mut self, event: &Value) {
        assert_eq!(
            index(event, "output_index"),
            Some(self.items.len()),
            "items begin in order"
        );

        let id = event["item"]["id"].as_str().unwrap().to_owned();
        assert!(self.ids.insert(id), "ids are unique");
        self.items.push(Open {
            item: event["item"].clone(),
            ..Open::default()
        });
    }

    fn part_added(&mut self, event: &Value) {
        let parts = &mut self.item(event).parts;

        assert_eq!(part_index(event), Some(parts.len()), "parts begin in order");
        assert!(parts.iter().all(|part| !part.1), "one part is open at a time");
        parts.push((String::new(), true));
    }

    fn delta(&mut self, kind: &str, event: &Value) {
        let open = self.item(event);
        if part_index(event).is_none() && open.parts.is_empty() {
            open.parts.push((String::new(), true));
        }

        let part = &mut open.parts[part_index(event).unwrap_or(0)];

        assert!(part.1, "{kind} for a part that is not open");
        assert_ne!(text(event, "delta"), "");
        part.0.push_str(text(event, "delta"));
        assert_eq!(event.get("logprobs").is_some(), kind == "response.output_text.delta");
    }

    fn part_done(&mut self, event: &Value) {
        let part = self.part(event);

        assert!(std::mem::replace(&mut part.1, false), "a part ends once");

        let whole = event["part"].get("text").or(event["part"].get("refusal"));
        assert_eq!(whole.unwrap().as_str(), Some(part.0.as_str()));
        content(&event["part"]);
    }

    fn arguments_done(&mut self, event: &Value, key: &str) {
        let open = self.item(event);
        let sent = open.parts.pop().map_or_else(String::new, |part| part.0);

        assert_eq!(sent, text(event, key));
        open.parts.push((sent, false));
    }

    fn item_done(&mut self, event: &Value) {
        let open = self.item(event);

        assert!(open.done.is_none(), "an item ends once");
        assert!(open.parts.iter().all(|part| !part.1), "a part of it is open");
        for key in ["id", "type", "call_id", "name", "namespace", "role"] {
            assert_eq!(open.item.get(key), event["item"].get(key), "{key} stays");
        }

        item(&event["item"], &open.parts);
        open.done = Some(event["item"].clone());
    }

    fn end(&mut self, kind: &str, event: &Value) {
        self.last = event["response"].clone();
        response(&self.last);

        assert_eq!(kind, format!("response.{}", self.last["status"].as_str().unwrap()));
        assert_eq!(self.last["incomplete_details"].is_null(), kind == "response.completed");

        let done: Vec<_> = self
            .items
            .iter()
            .map(|open| open.done.clone().expect("no item is open"))
            .collect();
        assert_eq!(self.last["output"], json!(done));
    }

    fn fail(&mut self, event: &Value) {
        self.last = event["response"].clone();
        response(&self.last);

        assert_eq!(self.last["status"], "failed");
        assert!(self.last["error"]["code"].is_string() && self.last["error"]["message"].is_string());
    }
}

/// Asserts the fields that the SDKs require of a response.
fn response(response: &Value) {
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
        let text = |part: &Value| {
            part.get("text")
                .or(part.get("refusal"))
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        };
        item[key].as_array().unwrap().iter().map(text).collect()
    };
    match item["type"].as_str().unwrap() {
        "message" => {
            assert_eq!(listed("content"), texts);
            assert!(item["status"].is_string() && item["role"] == "assistant");
        }
        "reasoning" => assert_eq!(listed("summary"), texts),
        "function_call" => assert_eq!(item["arguments"], texts.concat()),
        "custom_tool_call" => assert_eq!(item["input"], texts.concat()),
        "web_search_call" => {
            assert!(matches!(item["status"].as_str(), Some("completed" | "failed")));
            assert!(item["action"]["query"].is_string() && item["action"]["sources"].is_array());
        }
        kind => panic!("{kind} is no item"),
    }
}
