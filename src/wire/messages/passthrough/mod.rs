//! Watches a stream of Anthropic's protocol that is forwarded to a client of the same protocol.

mod glance;

use serde_json::Value;

use self::glance::Glance;
use super::usage;
use crate::domain::Protocol;
use crate::wire::content;
use crate::wire::event_stream::{EventWatch, Metered, StreamEnd};
use crate::wire::reported::Reported;
use crate::wire::sse::EventAction;

/// The watcher of a stream: its usage, its end and the amount of its text. The client gets every event.
#[derive(Clone, Debug, Default)]
pub struct PassthroughWatch {
    usage: usage::Usage,
    text_bytes: usize,
    stopped: bool,
    done: bool,
    content: bool,
    failed: Option<Box<Reported>>,
}

impl PassthroughWatch {
    /// A stream that has not begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads an event that is no delta of a block.
    fn read(&mut self, event: &Value) {
        match event.get("type").and_then(Value::as_str).unwrap_or_default() {
            "message_start" => {
                if let Some(usage) = event.pointer("/message/usage") {
                    self.usage = usage::Usage::read(usage);
                }
            }
            "message_delta" => {
                self.stopped = self.stopped || event.pointer("/delta/stop_reason").is_some_and(Value::is_string);
                if let Some(usage) = event.get("usage") {
                    self.usage.update(usage::Usage::read(usage));
                }
            }
            "message_stop" => self.done = true,
            _ => {}
        }

        if let Some(reported) = Reported::in_event(event) {
            self.failed.get_or_insert(Box::new(reported));
        }
    }
}

impl EventWatch for PassthroughWatch {
    fn judge(&mut self, data: &[u8]) -> EventAction {
        match serde_json::from_slice::<Glance<'_>>(data) {
            Ok(Glance {
                kind: Some("content_block_delta"),
                delta,
            }) if self.content => {
                self.text_bytes += delta.text_bytes();
            }
            glance => match serde_json::from_slice::<Value>(data) {
                Ok(event) => {
                    if let Ok(Glance {
                        kind: Some("content_block_delta"),
                        delta,
                    }) = glance
                    {
                        self.text_bytes += delta.text_bytes();
                    } else {
                        self.read(&event);
                    }
                    let opens = !self.content && self.failed.is_none();
                    self.content |= opens && content::carries(Protocol::AnthropicMessages, &event);
                }
                Err(_) => self.content = true,
            },
        }

        EventAction::Forward
    }

    fn end(&self) -> StreamEnd {
        match self {
            Self { failed: Some(_), .. } => StreamEnd::Failed,
            Self { done: true, .. } | Self { stopped: true, .. } => StreamEnd::Complete,
            _ => StreamEnd::Cut,
        }
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn metered(&self) -> Metered {
        Metered {
            tokens: self.usage.tokens(),
            service: self.usage.service(),
            text_bytes: self.text_bytes,
            ..Metered::default()
        }
    }

    fn has_content(&self) -> bool {
        self.content
    }

    fn error(&self) -> Option<&Reported> {
        self.failed.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watch(events: &[&str]) -> PassthroughWatch {
        let mut passing = PassthroughWatch::new();
        for event in events {
            assert_eq!(passing.judge(event.as_bytes()), EventAction::Forward);
        }
        passing
    }

    const START: &str = r#"{"type":"message_start","message":{"usage":{"input_tokens":7,"cache_read_input_tokens":3,"output_tokens":1}}}"#;
    const TEXT: &str = r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a\"b"}}"#;
    const STOP: &str = r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":9}}"#;
    const DONE: &str = r#"{"type":"message_stop"}"#;
    const ERROR: &str = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;

    #[test]
    fn events_that_pass_are_counted() {
        let thought =
            r#"{"index":0, "delta":{"thinking":"ab","type":"thinking_delta"}, "type" : "content_block_delta"}"#;
        let passing = watch(&[START, "", "{", TEXT, thought, r#"{"type":"ping"}"#, STOP, DONE]);

        assert_eq!(
            (passing.end(), passing.is_done(), passing.metered().text_bytes),
            (StreamEnd::Complete, true, 5)
        );
        assert_eq!(
            passing.metered().tokens.map(|t| (t.prompt, t.cache_read, t.completion)),
            Some((10, 3, 9))
        );
    }

    #[test]
    fn the_end_is_known_at_any_moment() {
        assert_eq!(watch(&[START, TEXT]).end(), StreamEnd::Cut);
        assert_eq!(watch(&[START, TEXT]).metered().tokens.map(|t| t.prompt), Some(10));
        assert_eq!(watch(&[START, TEXT, STOP]).end(), StreamEnd::Complete);
        assert_eq!(watch(&[START, STOP, ERROR]).end(), StreamEnd::Failed);
        assert!(!watch(&[START, STOP]).is_done());
    }
}
