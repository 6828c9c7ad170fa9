//! Reads a provider's chat stream into neutral events.

mod calls;

use serde_json::Value;

use self::calls::Call;
use super::answer::{failure, finish_reason, first_choice, list, served, stop, text, tokens};
use super::citations::StreamedCitations;
use super::pieces::{Piece, read_pieces};
use super::thoughts::{StreamedDetails, detailed_thoughts, plain_thoughts, thinking_block};
use crate::domain::{Protocol, ServiceReport};
use crate::wire::content;
use crate::wire::error::ProviderError;
use crate::wire::neutral::{Event, Part, Stop};

/// Reads a provider's stream, one event's data at a time.
///
/// The end comes with `[DONE]`, or with the last byte if a reason to finish came before: some providers never send
/// `[DONE]`. The reason is held until then, since some providers send calls after it, or send it twice.
#[derive(Debug, Default)]
pub struct ReadEvents {
    includes_reasoning: Option<bool>,
    started: bool,
    /// A chunk had content: more than a role.
    spoken: bool,
    /// The provider's id of the answer, for calls without ids.
    id: String,
    /// The calls in the order in which they began.
    calls: Vec<Call>,
    citations: StreamedCitations,
    details: StreamedDetails,
    refused: bool,
    served: ServiceReport,
    stop: Option<Stop>,
    ended: bool,
}

impl ReadEvents {
    /// A stream that begins. `includes_reasoning`: whether the provider counts thinking inside `completion_tokens`, where
    /// that is known.
    pub fn new(includes_reasoning: Option<bool>) -> Self {
        Self {
            includes_reasoning,
            ..Self::default()
        }
    }

    /// Reads the data of an event. Data that is no chunk is skipped.
    pub fn read(&mut self, data: &[u8], out: &mut dyn FnMut(Event<'_>)) {
        if self.ended {
            return;
        }
        if data.trim_ascii() == b"[DONE]" {
            return self.end(out);
        }
        let Ok(chunk) = serde_json::from_slice::<Value>(data) else {
            return;
        };
        if !chunk.is_object() {
            return;
        }
        if let Some(error) = failure(&chunk) {
            return self.fail(error, out);
        }

        let choice = first_choice(&chunk);
        if choice.is_none() && tokens(&chunk, None).is_none() && text(&chunk, "id").is_none() {
            return;
        }

        self.start(&chunk, out);
        self.spoken = self.spoken || content::carries(Protocol::OpenaiChat, &chunk);
        self.served = self.served.then(served(&chunk));
        self.citations.chunk(&chunk);
        if let Some(choice) = choice {
            if let Some(delta) = choice.get("delta").or_else(|| choice.get("message")) {
                self.delta(delta, out);
            }
            match finish_reason(choice).map(stop) {
                Some(Some(stop)) => self.stop = Some(stop),
                Some(None) => return self.fail(failure(choice).unwrap_or_default(), out),
                None => {}
            }
        }

        if let Some(tokens) = tokens(&chunk, self.includes_reasoning) {
            out(Event::Usage(tokens));
        }
    }

    /// Ends the stream after its last byte.
    pub fn finish(&mut self, out: &mut dyn FnMut(Event<'_>)) {
        if self.stop.is_some() {
            self.end(out);
        }
    }

    /// How the provider has served the call, as it has reported so far.
    pub fn service(&self) -> ServiceReport {
        self.served
    }

    fn start(&mut self, chunk: &Value, out: &mut dyn FnMut(Event<'_>)) {
        if self.started {
            return;
        }

        self.started = true;
        let id = text(chunk, "id");
        self.id = id.unwrap_or_default().to_owned();
        out(Event::Start {
            id: id.map(Into::into),
            tokens: None,
        });
    }

    fn delta(&mut self, delta: &Value, out: &mut dyn FnMut(Event<'_>)) {
        let has_plain = read_thoughts(delta, out);
        self.details.add(delta);
        if answers(delta) {
            self.end_details(out);
        }

        let mut worded = false;
        read_pieces(delta.get("content"), &mut |piece| match piece {
            Piece::Thought(_) if has_plain => {}
            Piece::Thought(text) => out(Event::Thinking(text.into())),
            Piece::Text(text) => {
                worded = true;
                out(Event::Text(text));
            }
            Piece::Refusal(text) => {
                self.refused = true;
                out(Event::Refusal(text.into()));
            }
        });
        if let Some(text) = text(delta, "refusal") {
            self.refused = true;
            out(Event::Refusal(text.into()));
        }

        self.citations.delta(delta, worded, out);
        if !list(delta, "tool_calls").is_empty() {
            self.citations.end(out);
        }
        self.calls(delta, out);
    }

    /// Tells the signature that the details of the thoughts are.
    fn end_details(&mut self, out: &mut dyn FnMut(Event<'_>)) {
        if let Some(signature) = self.details.take() {
            out(Event::Signature(signature));
        }
    }

    fn fail(&mut self, error: ProviderError, out: &mut dyn FnMut(Event<'_>)) {
        self.ended = true;
        out(Event::Error(error));
    }

    fn end(&mut self, out: &mut dyn FnMut(Event<'_>)) {
        // A stream that never began is no answer, and neither is one without any content.
        if self.ended || !self.started || !self.spoken {
            return;
        }

        self.ended = true;
        self.end_details(out);
        self.citations.end(out);
        let stop = self.stop.unwrap_or_default().with_tools(!self.calls.is_empty());
        let stop = if self.refused && stop == Stop::End {
            Stop::Refusal
        } else {
            stop
        };

        out(Event::Stop { stop, sequence: None });
        out(Event::End);
    }
}

/// Whether a delta has a piece of the answer itself: thoughts come before it.
fn answers(delta: &Value) -> bool {
    let has = |key: &str| match delta.get(key) {
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(list)) => !list.is_empty(),
        _ => false,
    };
    has("content") || has("tool_calls")
}

/// Reads the thoughts of a delta. Returns whether it has plain ones, which others may repeat.
fn read_thoughts(delta: &Value, out: &mut dyn FnMut(Event<'_>)) -> bool {
    let plain = plain_thoughts(delta);
    if let Some(text) = plain {
        out(Event::Thinking(text.into()));
    }

    for part in list(delta, "thinking_blocks").iter().filter_map(thinking_block) {
        if let Part::Thinking { text, signature } = part {
            match signature {
                // A block with a signature repeats the thoughts that came before it, piece by piece.
                Some(signature) => out(Event::Signature(signature)),
                None if plain.is_none() => out(Event::Thinking(text)),
                None => {}
            }
        }
    }

    if plain.is_none() && list(delta, "thinking_blocks").is_empty() {
        detailed_thoughts(delta).for_each(|text| out(Event::Thinking(text.into())));
    }

    plain.is_some()
}
