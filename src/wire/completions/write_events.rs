//! A stream of a completion for a client.

use super::write_response::{Choice, Completion, finish_reason, id};
use crate::domain::Tokens;
use crate::wire::chat::Usage;
use crate::wire::error::ApiError;
use crate::wire::neutral::{Event, ResponseIdentity, Stop};

/// Writes a stream: a chunk for each piece of text, the reason to finish, the usage if it was asked for, and `[DONE]`.
#[derive(Debug)]
pub struct WriteEvents {
    identity: ResponseIdentity,
    id: String,
    ended: bool,
    refused: bool,
    stop: Option<Stop>,
    tokens: Option<Tokens>,
}

impl WriteEvents {
    /// A stream that has not begun.
    pub fn new(identity: ResponseIdentity) -> Self {
        let id = id(&identity);
        Self {
            identity,
            id,
            ended: false,
            refused: false,
            stop: None,
            tokens: None,
        }
    }

    /// Appends the client's chunks for `event`. Errors are left to [`WriteEvents::fail`].
    pub fn write(&mut self, event: Event<'_>, out: &mut Vec<u8>) {
        if self.ended {
            return;
        }

        match event {
            Event::Text(text) => self.chunk(&text, None, out),
            Event::Refusal(text) => {
                self.refused = true;
                self.chunk(&text, None, out);
            }
            Event::Start { tokens, .. } => self.tokens = tokens.or(self.tokens),
            Event::Stop { stop, .. } => self.stop = Some(stop),
            Event::Usage(tokens) => self.tokens = Some(tokens),
            Event::End => self.end(out),
            Event::Thinking(_)
            | Event::Signature(_)
            | Event::Citation(_)
            | Event::ToolStart { .. }
            | Event::ToolArguments { .. }
            | Event::WebSearch(_)
            | Event::PartEnd
            | Event::Error(_) => {}
        }
    }

    /// Appends the event that ends a broken stream. No `[DONE]` follows: the answer is not complete.
    pub fn fail(&mut self, error: &ApiError, out: &mut Vec<u8>) {
        if !self.ended {
            self.ended = true;
            out.extend_from_slice(error.chat_event().as_bytes());
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        let finish = finish_reason(self.stop.unwrap_or_default(), self.refused);
        self.chunk("", Some(finish), out);
        if let Some(tokens) = self.tokens.filter(|_| self.identity.include_usage) {
            self.append(&[], Some(Usage::from(tokens)), out);
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
        self.ended = true;
    }

    fn chunk(&self, text: &str, finish_reason: Option<&'static str>, out: &mut Vec<u8>) {
        let choice = Choice {
            text,
            index: 0,
            logprobs: None,
            finish_reason,
        };
        self.append(&[choice], None, out);
    }

    fn append(&self, choices: &[Choice<'_>], usage: Option<Usage>, out: &mut Vec<u8>) {
        let completion = Completion {
            id: &self.id,
            object: "text_completion",
            created: self.identity.created,
            model: &self.identity.model,
            choices,
            usage,
        };

        out.extend_from_slice(b"data: ");
        // These types always become JSON, and writing to memory does not fail.
        let _ = serde_json::to_writer(&mut *out, &completion);
        out.extend_from_slice(b"\n\n");
    }
}
