//! Reads a provider's stream into neutral events.

mod blocks;

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;

use self::blocks::Open;
use super::read_response::{explanation, settled};
use super::{stop, usage};
use crate::domain::ServiceReport;
use crate::wire::error::ProviderError;
use crate::wire::neutral::{Event, Stop};

/// Reads the data of a provider's events. Unknown blocks, deltas and events are skipped.
#[derive(Debug, Default)]
pub struct ReadEvents {
    started: bool,
    over: bool,
    stopped: bool,
    /// Blocks that have begun and not ended, by their index in the provider's stream.
    open: HashMap<u64, Open>,
    calls: usize,
    /// What the searches that have begun look for, by their ids.
    searches: HashMap<String, String>,
    usage: usage::Usage,
}

impl ReadEvents {
    /// A stream that has not begun. `includes_reasoning` is for other protocols.
    pub fn new(_includes_reasoning: Option<bool>) -> Self {
        Self::default()
    }

    /// Reads the data of one event.
    pub fn read(&mut self, data: &[u8], out: &mut dyn FnMut(Event<'_>)) {
        if self.over {
            return;
        }
        let Ok(event) = serde_json::from_slice::<Value>(data) else {
            return;
        };

        let kind = event.get("type").and_then(Value::as_str).unwrap_or_default();
        let index = event.get("index").and_then(Value::as_u64).unwrap_or(0);
        match kind {
            "message_start" => self.start(event.get("message"), out),
            "content_block_start" => {
                self.start(None, out);
                if let Some(block) = event.get("content_block") {
                    self.block_start(index, block, out);
                }
            }
            "content_block_delta" => {
                self.start(None, out);
                if let Some(delta) = event.get("delta") {
                    self.block_delta(index, delta, out);
                }
            }
            "content_block_stop" => self.block_stop(index, out),
            "message_delta" => {
                self.start(None, out);
                self.message_delta(&event, out);
            }
            "message_stop" if self.started => self.end(out),
            "error" => {
                self.over = true;
                out(Event::Error(ProviderError::read(data)));
            }
            _ => {}
        }
    }

    /// Ends the stream after its last byte. With a reason to stop it is complete, even without `message_stop`.
    pub fn finish(&mut self, out: &mut dyn FnMut(Event<'_>)) {
        if self.stopped && !self.over {
            self.end(out);
        }
    }

    /// How the provider has served the call, as it has reported so far.
    pub fn service(&self) -> ServiceReport {
        self.usage.service()
    }

    fn start(&mut self, message: Option<&Value>, out: &mut dyn FnMut(Event<'_>)) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }

        if let Some(usage) = message.and_then(|message| message.get("usage")) {
            self.usage = usage::Usage::read(usage);
        }
        let id = message
            .and_then(|message| message.get("id"))
            .and_then(Value::as_str)
            .map(Cow::Borrowed);
        out(Event::Start {
            id,
            tokens: self.usage.tokens(),
        });
    }

    fn end(&mut self, out: &mut dyn FnMut(Event<'_>)) {
        self.over = true;
        out(Event::End);
    }

    fn message_delta(&mut self, event: &Value, out: &mut dyn FnMut(Event<'_>)) {
        let delta = event.get("delta").unwrap_or(&Value::Null);
        if let Some(reason) = delta.get("stop_reason").and_then(Value::as_str) {
            self.stopped = true;
            // Some hosts do not end the last block.
            for open in self.open.values_mut() {
                open.cite(out);
            }
            let stop = stop::read(reason);
            if stop == Stop::Refusal
                && let Some(why) = explanation(delta)
            {
                out(Event::Refusal(why.into()));
                out(Event::PartEnd);
            }

            let sequence = delta.get("stop_sequence").and_then(Value::as_str).map(Cow::Borrowed);
            out(Event::Stop {
                stop: settled(stop, self.calls > 0),
                sequence,
            });
        }

        if let Some(usage) = event.get("usage") {
            self.usage.update(usage::Usage::read(usage));
            if let Some(tokens) = self.usage.tokens() {
                out(Event::Usage(tokens));
            }
        }
    }
}

/// Passes text on unless it is empty.
fn unless_empty(text: &str, pass: impl FnOnce(&str)) {
    if !text.is_empty() {
        pass(text);
    }
}
