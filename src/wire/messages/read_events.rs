//! A provider's stream.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;

use super::read_response::{citation, explanation, settled, signature_of};
use super::{forced, stop, usage};
use crate::domain::ServiceReport;
use crate::wire::error::ProviderError;
use crate::wire::neutral::{Event, Stop};

/// Makes events of the data of a provider's events. Blocks, deltas and events that are not known are passed over.
#[derive(Debug, Default)]
pub struct ReadEvents {
    started: bool,
    over: bool,
    stopped: bool,
    /// Blocks that have begun and not ended, by their index in the provider's stream.
    open: HashMap<u64, Open>,
    calls: usize,
    usage: usage::Usage,
}

/// A block that has begun.
#[derive(Debug)]
enum Open {
    Text,
    /// The signature comes at the end, perhaps in pieces.
    Thinking {
        signature: String,
    },
    Redacted,
    Tool {
        index: usize,
        empty: bool,
    },
    /// The tool whose arguments are the answer.
    Forced,
    Unknown,
}

impl ReadEvents {
    /// A stream that begins. `includes_reasoning` is for other protocols.
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

    /// The bytes have ended. A stream that gave its reason to stop is complete, though its last mark is missing.
    pub fn finish(&mut self, out: &mut dyn FnMut(Event<'_>)) {
        if self.stopped && !self.over {
            self.end(out);
        }
    }

    /// How the provider says so far that it serves the call.
    pub fn served(&self) -> ServiceReport {
        self.usage.served()
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

    fn block_start(&mut self, index: u64, block: &Value, out: &mut dyn FnMut(Event<'_>)) {
        let text = |key: &str| block.get(key).and_then(Value::as_str).unwrap_or_default();
        let open = match text("type") {
            "text" => {
                said(text("text"), |text| out(Event::Text(text.into())));
                Open::Text
            }
            "thinking" => {
                said(text("thinking"), |text| out(Event::Thinking(text.into())));
                Open::Thinking {
                    signature: text("signature").to_owned(),
                }
            }
            "redacted_thinking" => {
                out(Event::Signature(signature_of(text("data"), true)));
                Open::Redacted
            }
            "tool_use" => {
                // Some hosts send the whole input at once.
                let input = block
                    .get("input")
                    .filter(|input| input.as_object().is_some_and(|map| !map.is_empty()));
                let input = input.map(Value::to_string);
                if text("name") == forced::NAME {
                    said(input.as_deref().unwrap_or_default(), |text| {
                        out(Event::Text(text.into()))
                    });
                    Open::Forced
                } else {
                    let call = self.calls;
                    self.calls += 1;
                    out(Event::ToolStart {
                        index: call,
                        id: text("id").into(),
                        name: text("name").into(),
                        custom: false,
                    });
                    said(input.as_deref().unwrap_or_default(), |text| {
                        out(Event::ToolArguments {
                            index: call,
                            text: text.into(),
                        });
                    });
                    Open::Tool {
                        index: call,
                        empty: input.is_none(),
                    }
                }
            }
            _ => Open::Unknown,
        };
        self.open.insert(index, open);
    }

    fn block_delta(&mut self, index: u64, delta: &Value, out: &mut dyn FnMut(Event<'_>)) {
        let text = |key: &str| delta.get(key).and_then(Value::as_str).unwrap_or_default();
        let kind = text("type");
        // Hosts that forget to begin a block are understood where that is possible.
        let open = self.open.entry(index).or_insert_with(|| match kind {
            "thinking_delta" | "signature_delta" => Open::Thinking {
                signature: String::new(),
            },
            "text_delta" | "citations_delta" => Open::Text,
            _ => Open::Unknown,
        });
        match (kind, open) {
            ("text_delta", Open::Text) => said(text("text"), |text| out(Event::Text(text.into()))),
            ("citations_delta", Open::Text) => {
                if let Some(citation) = delta.get("citation").and_then(citation) {
                    out(Event::Citation(citation));
                }
            }
            ("thinking_delta", Open::Thinking { .. }) => {
                said(text("thinking"), |text| out(Event::Thinking(text.into())));
            }
            ("signature_delta", Open::Thinking { signature }) => signature.push_str(text("signature")),
            ("input_json_delta", Open::Tool { index, empty }) => said(text("partial_json"), |text| {
                *empty = false;
                out(Event::ToolArguments {
                    index: *index,
                    text: text.into(),
                });
            }),
            ("input_json_delta", Open::Forced) => said(text("partial_json"), |text| out(Event::Text(text.into()))),
            _ => {}
        }
    }

    fn block_stop(&mut self, index: u64, out: &mut dyn FnMut(Event<'_>)) {
        match self.open.remove(&index) {
            None | Some(Open::Unknown) => return,
            Some(Open::Thinking { signature }) => {
                said(&signature, |value| out(Event::Signature(signature_of(value, false))));
            }
            Some(Open::Tool { index, empty: true }) => out(Event::ToolArguments {
                index,
                text: "{}".into(),
            }),
            Some(Open::Text | Open::Redacted | Open::Tool { .. } | Open::Forced) => {}
        }
        out(Event::PartEnd);
    }

    fn message_delta(&mut self, event: &Value, out: &mut dyn FnMut(Event<'_>)) {
        let delta = event.get("delta").unwrap_or(&Value::Null);
        if let Some(reason) = delta.get("stop_reason").and_then(Value::as_str) {
            self.stopped = true;
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

/// Passes on text that is not empty.
fn said(text: &str, pass: impl FnOnce(&str)) {
    if !text.is_empty() {
        pass(text);
    }
}
