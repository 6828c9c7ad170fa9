//! Cuts the events of a Messages stream. The text of each block is searched by itself.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{CutEvents, Progress, Usage};
use crate::wire::stop_texts::{Passed, StopTexts, StopWindow};

/// The cut of one stream.
pub(super) struct Cut {
    window: StopWindow,
    /// The index of the block whose text is open.
    index: Value,
    ended_by: Option<String>,
    lost: usize,
}

/// What is read of every event.
#[derive(Deserialize)]
struct Kind<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Cow<'a, str>,
}

impl Cut {
    pub(super) fn new(texts: StopTexts) -> Self {
        Self {
            window: StopWindow::new(texts),
            index: Value::Null,
            ended_by: None,
            lost: 0,
        }
    }

    /// Takes text of a block; returns the text that goes on.
    fn take(&mut self, passed: Passed) -> String {
        self.ended_by = passed.ended_by;
        self.lost += passed.lost;
        passed.text
    }

    /// Takes the event of a text. Returns whether it changed, and whether text is left in it.
    fn text(&mut self, event: &mut Value, path: &str) -> (bool, bool) {
        self.index = event.get("index").cloned().unwrap_or(Value::Null);
        let Some(Value::String(text)) = event.pointer_mut(path) else {
            return (false, true);
        };

        let passed = self.window.push(text);
        let changed = passed.text != *text || passed.ended_by.is_some();
        *text = self.take(passed);
        (changed, !text.is_empty())
    }
}

impl CutEvents for Cut {
    fn event(&mut self, data: &[u8], out: &mut Vec<u8>) {
        let kind = serde_json::from_slice::<Kind<'_>>(data).map_or_else(|_| "".into(), |kind| kind.kind);
        match &*kind {
            "content_block_delta" if memchr::memmem::find(data, b"\"text_delta\"").is_some() => {
                let mut event: Value = serde_json::from_slice(data).unwrap_or_default();
                match self.text(&mut event, "/delta/text") {
                    (false, _) => append(&kind, data, out),
                    (true, true) => append(&kind, event.to_string().as_bytes(), out),
                    (true, false) => {}
                }
            }
            "content_block_start" if memchr::memmem::find(data, b"\"text\"").is_some() => {
                let mut event: Value = serde_json::from_slice(data).unwrap_or_default();
                match self.text(&mut event, "/content_block/text") {
                    (false, _) => append(&kind, data, out),
                    (true, _) => append(&kind, event.to_string().as_bytes(), out),
                }
            }
            "ping" | "content_block_delta" => append(&kind, data, out),
            _ => {
                self.flush(out);
                if self.ended_by.is_none() {
                    append(&kind, data, out);
                }
            }
        }
    }

    fn flush(&mut self, out: &mut Vec<u8>) {
        if !self.window.holds() {
            return;
        }
        let passed = self.window.finish();
        let text = self.take(passed);
        if !text.is_empty() {
            let delta = json!({"type": "content_block_delta", "index": self.index,
                "delta": {"type": "text_delta", "text": text}});
            append("content_block_delta", delta.to_string().as_bytes(), out);
        }
    }

    fn progress(&self) -> Progress {
        Progress {
            has_cut: self.ended_by.is_some(),
            is_over: self.ended_by.is_some(),
            lost: self.lost,
        }
    }

    fn close(&self, usage: Usage, out: &mut Vec<u8>) {
        let mut counts = json!({"output_tokens": usage.tokens.completion});
        if !usage.counted {
            counts["input_tokens"] = usage.tokens.prompt.into();
        }
        let delta = json!({"stop_reason": "stop_sequence", "stop_sequence": self.ended_by});

        for event in [
            json!({"type": "content_block_stop", "index": self.index}),
            json!({"type": "message_delta", "delta": delta, "usage": counts}),
            json!({"type": "message_stop"}),
        ] {
            let kind = event.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
            append(&kind, event.to_string().as_bytes(), out);
        }
    }
}

fn append(kind: &str, data: &[u8], out: &mut Vec<u8>) {
    if !kind.is_empty() {
        out.extend_from_slice(b"event: ");
        out.extend_from_slice(kind.as_bytes());
        out.push(b'\n');
    }
    out.extend_from_slice(b"data: ");
    out.extend_from_slice(data);
    out.extend_from_slice(b"\n\n");
}
