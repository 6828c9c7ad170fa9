//! Writes a stream for a client that speaks Anthropic's protocol.

mod blocks;
mod event;
mod parts;

use std::borrow::Cow;

use serde::Serialize;
use serde_json::json;

use self::blocks::Open;
use self::event::append_event;
use super::client_usage::ClientUsage;
use super::stop;
use super::write_response::Details;
use crate::domain::Tokens;
use crate::wire::error::{ApiError, ProviderErrorDetail};
use crate::wire::neutral::{Event, ResponseIdentity, Stop};

/// Writes a stream in Anthropic's protocol.
///
/// One block is open at a time, as clients expect. While the arguments of the open call are not complete, pieces of other
/// parts wait: calls whose arguments the provider sends by turns reach the client one after the other. The reason to stop
/// waits until the end, since it stands beside the last token counts.
#[derive(Debug)]
pub struct WriteEvents {
    identity: ResponseIdentity,
    started: bool,
    over: bool,
    /// The index of the next block.
    next: usize,
    open: Option<Open>,
    /// The indexes of calls that are complete.
    closed: Vec<usize>,
    /// Pieces that wait for the end of the open call.
    held: Vec<Event<'static>>,
    stop: Stop,
    sequence: Option<String>,
    tokens: Option<Tokens>,
    /// Searches of the web that were told.
    searches: u64,
}

impl WriteEvents {
    /// A stream that has not begun.
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
            searches: 0,
        }
    }

    /// Appends the client's events for `event`; none if it has to wait.
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

    /// Appends the event for a failure. Nothing follows it.
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

        let kind = error.anthropic_kind();
        let error = Inner {
            kind,
            message: &error.message,
            provider: error.provider.as_deref(),
        };
        append_event("error", &Failure { kind: "error", error }, out);
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
                "usage": ClientUsage::new(self.tokens),
            }
        });
        append_event("message_start", &message, out);
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        #[derive(Serialize)]
        struct MessageDelta<'a> {
            #[serde(rename = "type")]
            kind: &'static str,
            delta: Delta<'a>,
            usage: ClientUsage,
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
        // Each round writes at least the first piece that waits, and closes its block.
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
            usage: ClientUsage::new(self.tokens).searched(self.searches),
        };
        append_event("message_delta", &last, out);
        append_event("message_stop", &json!({"type": "message_stop"}), out);
    }
}
