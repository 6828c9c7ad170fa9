//! A streamed completion for a client.

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
    /// A stream that begins.
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

    /// Appends what the client gets for `event`. Errors are left to [`WriteEvents::fail`].
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
            Event::End => {
                let finish = finish_reason(self.stop.unwrap_or_default(), self.refused);
                self.chunk("", Some(finish), out);
                if let Some(tokens) = self.tokens.filter(|_| self.identity.include_usage) {
                    self.put(&[], Some(Usage::from(tokens)), out);
                }
                out.extend_from_slice(b"data: [DONE]\n\n");
                self.ended = true;
            }
            Event::Thinking(_)
            | Event::Signature(_)
            | Event::Citation(_)
            | Event::ToolStart { .. }
            | Event::ToolArguments { .. }
            | Event::PartEnd
            | Event::Error(_) => {}
        }
    }

    /// Appends the event that ends a stream which broke. No `[DONE]` follows: the answer is not complete.
    pub fn fail(&mut self, error: &ApiError, out: &mut Vec<u8>) {
        if !self.ended {
            self.ended = true;
            out.extend_from_slice(error.chat_event().as_bytes());
        }
    }

    fn chunk(&self, text: &str, finish_reason: Option<&'static str>, out: &mut Vec<u8>) {
        self.put(
            &[Choice {
                text,
                index: 0,
                logprobs: None,
                finish_reason,
            }],
            None,
            out,
        );
    }

    fn put(&self, choices: &[Choice<'_>], usage: Option<Usage>, out: &mut Vec<u8>) {
        let completion = Completion {
            id: &self.id,
            object: "text_completion",
            created: self.identity.created,
            model: &self.identity.model,
            choices,
            usage,
        };
        out.extend_from_slice(b"data: ");
        // Nothing in it can fail to be JSON, and memory takes whatever comes.
        let _ = serde_json::to_writer(&mut *out, &completion);
        out.extend_from_slice(b"\n\n");
    }
}
