//! A check of Anthropic's rules for streams, with the message that a client puts together.

use serde_json::{Value, json};

/// The message of a client at the end of a stream.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Message {
    /// The blocks. The input of calls is text in `input`.
    pub(super) blocks: Vec<Value>,
    /// The `delta` and the `usage` of `message_delta`.
    pub(super) last: Option<Value>,
    /// The error that ended the stream.
    pub(super) error: Option<Value>,
}

/// Reads a stream and asserts the order, indexes, pairs of start and stop, kinds of deltas and names of events.
pub(super) fn check(bytes: &[u8]) -> Message {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut message = Message::default();
    let (mut started, mut open, mut done) = (false, false, false);

    assert!(text.is_empty() || text.ends_with("\n\n"));
    for event in text.split("\n\n").filter(|event| !event.is_empty()) {
        let (name, data) = event.split_once('\n').unwrap();
        let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(name.strip_prefix("event: "), data["type"].as_str(), "{event}");
        assert!(!done && message.error.is_none(), "something follows the end: {event}");
        match data["type"].as_str().unwrap() {
            "message_start" => {
                assert!(!started, "a second start");
                started = true;
                let start = &data["message"];
                assert_eq!((&start["content"], &start["stop_reason"]), (&json!([]), &Value::Null));
                assert!(start["usage"]["input_tokens"].is_u64() && start["id"].as_str().unwrap().starts_with("msg_"));
            }
            "content_block_start" => {
                assert!(started && !open && message.last.is_none(), "{event}");
                open = true;
                assert_eq!(data["index"], message.blocks.len());
                let mut block = data["content_block"].clone();
                if block["type"] == "tool_use" {
                    assert_eq!(block["input"], json!({}));
                    assert!(!block["id"].as_str().unwrap().is_empty());
                    block["input"] = "".into();
                }
                message.blocks.push(block);
            }
            "content_block_delta" => {
                assert!(open, "{event}");
                assert_eq!(data["index"], message.blocks.len() - 1);
                let block = message.blocks.last_mut().unwrap();
                let delta = &data["delta"];
                let (kind, key, piece) = match delta["type"].as_str().unwrap() {
                    "text_delta" => ("text", "text", &delta["text"]),
                    "thinking_delta" => ("thinking", "thinking", &delta["thinking"]),
                    "signature_delta" => ("thinking", "signature", &delta["signature"]),
                    "input_json_delta" => ("tool_use", "input", &delta["partial_json"]),
                    "citations_delta" => {
                        assert_eq!(block["type"], "text");
                        assert!(delta["citation"]["url"].is_string());
                        continue;
                    }
                    other => panic!("{other}"),
                };
                assert_eq!(block["type"], kind);
                block[key] = format!("{}{}", block[key].as_str().unwrap(), piece.as_str().unwrap()).into();
            }
            "content_block_stop" => {
                assert!(open, "{event}");
                open = false;
                assert_eq!(data["index"], message.blocks.len() - 1);
            }
            "message_delta" => {
                assert!(
                    started && !open && message.last.is_none() && !message.blocks.is_empty(),
                    "{event}"
                );
                assert!(data["delta"]["stop_reason"].is_string() && data["usage"]["output_tokens"].is_u64());
                message.last = Some(json!({"delta": data["delta"], "usage": data["usage"]}));
            }
            "message_stop" => {
                assert!(message.last.is_some() && !open);
                done = true;
            }
            "error" => message.error = Some(data["error"].clone()),
            other => panic!("{other}"),
        }
    }

    assert_eq!(done, message.last.is_some());
    message
}
