//! A stream for a client.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::block::{Block, Input, WebCitation};
use super::write_response::{Details, own};
use super::{stop, usage};
use crate::domain::Tokens;
use crate::wire::error::{ApiError, ProviderErrorDetail};
use crate::wire::neutral::{Citation, Event, ResponseIdentity, Signature, Stop};

/// Writes a stream of Anthropic's.
///
/// One block is open at a time, as clients expect. While a call is open whose arguments are not complete, whatever belongs
/// to other parts is held back until they are: calls whose arguments come by turns at the provider come one after the
/// other here. The reason to stop is held until the end, since it stands beside the last token counts.
#[derive(Debug)]
pub struct WriteEvents {
    identity: ResponseIdentity,
    started: bool,
    over: bool,
    /// The index of the next block.
    next: usize,
    open: Option<Open>,
    /// Calls that are written and closed.
    closed: Vec<usize>,
    held: Vec<Event<'static>>,
    stop: Stop,
    sequence: Option<String>,
    tokens: Option<Tokens>,
}

#[derive(Debug)]
enum Open {
    Text,
    Thinking,
    Tool {
        call: usize,
        arguments: String,
        /// How much of them was found incomplete.
        checked: usize,
        custom: bool,
    },
}

impl WriteEvents {
    /// A stream that begins.
    pub fn new(identity: ResponseIdentity) -> Self {
        Self {
            identity,
            started: false,
            over: false,
            next: 0,
            open: None,
            closed: Vec::new(),
            held: Vec::new(),
            stop: Stop::End,
            sequence: None,
            tokens: None,
        }
    }

    /// Appends what the event is in Anthropic's stream, if it is anything yet.
    pub fn write(&mut self, event: Event<'_>, out: &mut Vec<u8>) {
        if self.over {
            return;
        }
        match event {
            Event::Start { tokens, .. } => {
                self.tokens = tokens.or(self.tokens);
                self.start(out);
            }
            Event::Stop { stop, sequence } => {
                self.stop = stop;
                self.sequence = sequence.map(Cow::into_owned);
            }
            Event::Usage(tokens) => self.tokens = Some(tokens),
            Event::Error(_) => {}
            Event::End => self.end(out),
            part => {
                self.start(out);
                self.part(part, out);
            }
        }
    }

    /// Appends the event that tells of a failure. Nothing follows it.
    pub fn fail(&mut self, error: &ApiError, out: &mut Vec<u8>) {
        #[derive(Serialize)]
        struct Failure<'a> {
            #[serde(rename = "type")]
            kind: &'static str,
            error: Inner<'a>,
        }
        #[derive(Serialize)]
        struct Inner<'a> {
            #[serde(rename = "type")]
            kind: &'a str,
            message: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            provider: Option<&'a ProviderErrorDetail>,
        }
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        let kind = if error.status == 404 {
            "not_found_error"
        } else {
            error.kind
        };
        let error = Inner {
            kind,
            message: &error.message,
            provider: error.provider.as_deref(),
        };
        event("error", &Failure { kind: "error", error }, out);
    }

    fn start(&mut self, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        let message = json!({
            "type": "message_start",
            "message": {
                "id": format!("msg_{}", self.identity.id),
                "type": "message",
                "role": "assistant",
                "model": self.identity.model,
                "content": [],
                "stop_reason": null,
                "stop_sequence": null,
                "usage": usage::ClientUsage::new(self.tokens),
            }
        });
        event("message_start", &message, out);
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        #[derive(Serialize)]
        struct MessageDelta<'a> {
            #[serde(rename = "type")]
            kind: &'static str,
            delta: Delta<'a>,
            usage: usage::ClientUsage,
        }
        #[derive(Serialize)]
        struct Delta<'a> {
            stop_reason: &'static str,
            stop_sequence: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            stop_details: Option<Details>,
        }
        self.start(out);
        self.close(out);
        // Each round writes at least the first of what waits, and closes it.
        while !self.held.is_empty() {
            self.release(out);
            self.close(out);
        }
        if self.next == 0 {
            self.open_text(out);
            self.close(out);
        }
        self.over = true;
        let stop = self.stop.with_tools(!self.closed.is_empty());
        let delta = Delta {
            stop_reason: stop::write(stop),
            stop_sequence: self.sequence.as_deref().filter(|_| stop == Stop::Sequence),
            stop_details: Details::of(stop),
        };
        let last = MessageDelta {
            kind: "message_delta",
            delta,
            usage: usage::ClientUsage::new(self.tokens),
        };
        event("message_delta", &last, out);
        event("message_stop", &json!({"type": "message_stop"}), out);
    }

    /// Writes a piece of a part, or holds it back.
    fn part(&mut self, piece: Event<'_>, out: &mut Vec<u8>) {
        if let Some(Open::Tool {
            call,
            arguments,
            custom,
            checked,
        }) = &mut self.open
        {
            let its_own = match &piece {
                Event::ToolArguments { index, .. } | Event::ToolStart { index, .. } => *index == *call,
                Event::PartEnd => true,
                _ => false,
            };
            // Looked at again only if there is more of them.
            let changed = std::mem::replace(checked, arguments.len()) != arguments.len();
            let complete = changed && !*custom && serde_json::from_str::<IgnoredAny>(arguments).is_ok();
            if !its_own && complete {
                self.close(out);
                self.release(out);
                return self.part(piece, out);
            }
            if !its_own {
                self.held.push(owned(piece));
                return;
            }
        }
        match piece {
            Event::Text(text) | Event::Refusal(text) | Event::Thinking(text) if text.is_empty() => {}
            Event::Text(text) | Event::Refusal(text) => {
                self.open_text(out);
                self.delta(&json!({"type": "text_delta", "text": text}), out);
            }
            Event::Citation(citation) => {
                self.open_text(out);
                self.delta(
                    &json!({"type": "citations_delta", "citation": WebCitation::of(&citation)}),
                    out,
                );
            }
            Event::Thinking(text) => {
                self.open_thinking(out);
                self.delta(&json!({"type": "thinking_delta", "thinking": text}), out);
            }
            Event::Signature(signature) => self.signature(&signature, out),
            Event::ToolStart {
                index,
                id,
                name,
                custom,
            } => {
                let open = matches!(&self.open, Some(Open::Tool { .. }));
                if open || self.closed.contains(&index) {
                    return;
                }
                let name = self.identity.names.client(&name).map_or(&*name, |name| &name.name);
                let block = Block::ToolUse {
                    id: self.call_id(&id, index),
                    name,
                    input: Input::Empty,
                };
                let block = serde_json::to_value(block).unwrap_or_default();
                self.begin(
                    &block,
                    Open::Tool {
                        call: index,
                        arguments: String::new(),
                        checked: 0,
                        custom,
                    },
                    out,
                );
                if custom {
                    self.json("{\"input\":\"", out);
                }
            }
            Event::ToolArguments { index, text } => {
                let Some(Open::Tool {
                    call,
                    arguments,
                    custom,
                    ..
                }) = &mut self.open
                else {
                    return;
                };
                if *call != index || text.is_empty() {
                    return;
                }
                if *custom {
                    let quoted = Value::from(text).to_string();
                    let inner = quoted
                        .strip_prefix('"')
                        .and_then(|rest| rest.strip_suffix('"'))
                        .unwrap_or_default();
                    self.json(inner, out);
                } else {
                    arguments.push_str(&text);
                    self.json(&text, out);
                }
            }
            // While others wait it is not clear whose end it is: the open call ends when its arguments are complete.
            Event::PartEnd if self.held.is_empty() => self.close(out),
            _ => {}
        }
    }

    /// Writes what was held back, in order; what has to wait again is held back again.
    fn release(&mut self, out: &mut Vec<u8>) {
        for piece in std::mem::take(&mut self.held) {
            self.part(piece, out);
        }
    }

    fn open_text(&mut self, out: &mut Vec<u8>) {
        if !matches!(self.open, Some(Open::Text)) {
            self.begin(&json!({"type": "text", "text": ""}), Open::Text, out);
        }
    }

    fn open_thinking(&mut self, out: &mut Vec<u8>) {
        if !matches!(self.open, Some(Open::Thinking)) {
            self.begin(
                &json!({"type": "thinking", "thinking": "", "signature": ""}),
                Open::Thinking,
                out,
            );
        }
    }

    /// The seal closes the thoughts before it; without thoughts it has a block of its own.
    fn signature(&mut self, signature: &Signature<'_>, out: &mut Vec<u8>) {
        match own(signature) {
            Some(data) if signature.redacted => {
                self.begin(&json!({"type": "redacted_thinking", "data": data}), Open::Thinking, out);
            }
            value => {
                self.open_thinking(out);
                let signature = value.map_or_else(|| signature.packed().into(), Cow::Borrowed);
                self.delta(&json!({"type": "signature_delta", "signature": signature}), out);
            }
        }
        self.close(out);
    }

    fn call_id<'e>(&self, id: &'e str, index: usize) -> Cow<'e, str> {
        if id.is_empty() {
            format!("toolu_{}_{index}", self.identity.id).into()
        } else {
            id.into()
        }
    }

    fn begin(&mut self, block: &Value, open: Open, out: &mut Vec<u8>) {
        self.close(out);
        let start = json!({"type": "content_block_start", "index": self.next, "content_block": block});
        event("content_block_start", &start, out);
        self.open = Some(open);
    }

    fn json(&self, partial_json: &str, out: &mut Vec<u8>) {
        self.delta(&json!({"type": "input_json_delta", "partial_json": partial_json}), out);
    }

    fn delta(&self, delta: &Value, out: &mut Vec<u8>) {
        #[derive(Serialize)]
        struct BlockDelta<'a> {
            #[serde(rename = "type")]
            kind: &'static str,
            index: usize,
            delta: &'a Value,
        }
        event(
            "content_block_delta",
            &BlockDelta {
                kind: "content_block_delta",
                index: self.next,
                delta,
            },
            out,
        );
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        let Some(open) = self.open.take() else { return };
        if let Open::Tool { call, custom, .. } = open {
            if custom {
                self.json("\"}", out);
            }
            self.closed.push(call);
        }
        event(
            "content_block_stop",
            &json!({"type": "content_block_stop", "index": self.next}),
            out,
        );
        self.next += 1;
    }
}

/// One event of the stream.
fn event(name: &str, data: &impl Serialize, out: &mut Vec<u8>) {
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\ndata: ");
    // Writing JSON into memory fails for maps with odd keys only, of which there are none.
    let _ = serde_json::to_writer(&mut *out, data);
    out.extend_from_slice(b"\n\n");
}

/// A piece of a part that outlives the provider's event.
fn owned(event: Event<'_>) -> Event<'static> {
    let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
    match event {
        Event::Text(text) => Event::Text(own(text)),
        Event::Refusal(text) => Event::Refusal(own(text)),
        Event::Thinking(text) => Event::Thinking(own(text)),
        Event::Signature(signature) => Event::Signature(Signature {
            origin: signature.origin,
            value: own(signature.value),
            id: signature.id.map(own),
            redacted: signature.redacted,
        }),
        Event::Citation(citation) => Event::Citation(Citation {
            url: own(citation.url),
            title: own(citation.title),
            quote: citation.quote.map(own),
            span: citation.span,
        }),
        Event::ToolStart {
            index,
            id,
            name,
            custom,
        } => Event::ToolStart {
            index,
            id: own(id),
            name: own(name),
            custom,
        },
        Event::ToolArguments { index, text } => Event::ToolArguments { index, text: own(text) },
        Event::Start { .. } | Event::PartEnd | Event::Stop { .. } | Event::Usage(_) | Event::Error(_) | Event::End => {
            Event::PartEnd
        }
    }
}
