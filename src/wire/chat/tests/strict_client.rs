//! A strict client: it reads a stream and asserts the rules of the protocol.

use std::collections::BTreeMap;

use serde_json::Value;

/// The contents of a stream that keeps the rules.
#[derive(Debug, Default)]
pub(super) struct Received {
    pub(super) text: String,
    pub(super) thoughts: String,
    pub(super) refusal: String,
    /// Id, name and arguments of each call, by its index.
    calls: BTreeMap<u64, (String, String, String)>,
    pub(super) finish: Option<String>,
    pub(super) usage: Option<Value>,
    pub(super) failed: bool,
    pub(super) done: bool,
}

/// Reads a stream as a strict client does.
pub(super) fn receive(stream: &str, include_usage: bool) -> Received {
    let mut received = Received::default();
    let events = stream
        .strip_suffix("\n\n")
        .map(|stream| stream.split("\n\n").collect::<Vec<_>>())
        .unwrap_or_default();

    for (index, event) in events.into_iter().enumerate() {
        assert!(!received.done && !received.failed, "nothing follows the end: {event}");
        let data = event.strip_prefix("data: ").expect("every event is one line of data");
        if data == "[DONE]" {
            assert!(received.finish.is_some(), "an answer ends for a reason");
            assert!(!include_usage || received.usage.is_some() || !stream.contains("prompt_tokens"));
            received.done = true;
            continue;
        }

        let chunk: Value = serde_json::from_str(data).expect("data is JSON");
        if chunk.get("error").is_some() {
            received.failed = true;
        } else {
            received.chunk(&chunk, index, include_usage);
        }
    }

    for (_, _, arguments) in received.calls.values().filter(|_| received.done) {
        assert!(!arguments.is_empty(), "clients parse arguments");
    }

    received
}

impl Received {
    fn chunk(&mut self, chunk: &Value, index: usize, include_usage: bool) {
        assert_eq!(chunk["object"], "chat.completion.chunk");
        assert_eq!(chunk["id"], "chatcmpl-7h3x");
        assert_eq!(chunk["model"], "fast");
        assert!(chunk["created"].is_i64());
        assert!(self.usage.is_none(), "usage comes last");
        assert_eq!(chunk.get("usage").is_some(), include_usage);

        let choices = chunk["choices"].as_array().expect("choices are a list");
        let [choice] = choices.as_slice() else {
            assert!(choices.is_empty() && self.finish.is_some());
            self.usage = Some(chunk["usage"].clone());
            assert!(chunk["usage"]["total_tokens"].is_u64());
            return;
        };

        assert_eq!(choice["index"], 0);
        assert!(self.finish.is_none(), "nothing follows the reason to finish");

        let delta = choice["delta"].as_object().expect("a delta is an object");
        assert_eq!(delta.contains_key("role"), index == 0, "the role comes first, once");

        self.finish = choice["finish_reason"].as_str().map(str::to_owned);
        if let Some(text) = delta.get("content") {
            self.text += text.as_str().expect("content is text");
        }
        if let Some(text) = delta.get("reasoning_content") {
            self.thoughts += text.as_str().expect("thoughts are text");
        }
        if let Some(text) = delta.get("refusal") {
            self.refusal += text.as_str().expect("a refusal is text");
        }

        for call in delta.get("tool_calls").and_then(Value::as_array).into_iter().flatten() {
            self.call(call);
        }
    }

    fn call(&mut self, call: &Value) {
        let index = call["index"].as_u64().expect("calls have an index");
        let arguments = call["function"]["arguments"].as_str().expect("arguments are text");

        let Some(id) = call.get("id") else {
            self.calls.get_mut(&index).expect("a call goes on that began").2 += arguments;
            return;
        };

        assert_eq!(index, self.calls.len() as u64, "calls begin in their order");
        assert_eq!(call["type"], "function");

        let name = call["function"]["name"].as_str().unwrap().to_owned();
        let id = id.as_str().unwrap().to_owned();
        self.calls.insert(index, (id, name, arguments.to_owned()));
    }
}
