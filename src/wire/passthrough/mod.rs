//! A provider's stream on its way to a client that speaks the same protocol: forwarded as it came, and read on the way.

#[cfg(test)]
mod tests;

use bytes::Bytes;

use super::error::ApiError;
use super::event_stream::Watch;
use super::json::Span;
use super::sse::{EventAction, EventReader, EventTooLong};
use super::{chat, messages, model_name, responses};
use crate::domain::Protocol;

/// A stream that passes: its bytes as they came, except for the model's name, which becomes the one that the client reads.
pub struct PassingStream {
    reader: EventReader,
    watch: Box<dyn Watch + Send>,
    protocol: Protocol,
    /// The model's name for the client, as a JSON string.
    name: Bytes,
    /// The `sequence_number` of the next event of the Responses protocol.
    next_number: u64,
}

impl PassingStream {
    /// A new stream. `name`: the model's name for the client, as a JSON string. `show_usage`: the client asked for the usage
    /// chunk (chat). `includes_reasoning`: whether the provider counts thinking as completion tokens, where that is known.
    pub fn new(protocol: Protocol, name: Bytes, show_usage: bool, includes_reasoning: Option<bool>) -> Self {
        let watch: Box<dyn Watch + Send> = match protocol {
            Protocol::AnthropicMessages => Box::new(messages::Passing::default()),
            Protocol::OpenaiResponses => Box::new(responses::Passing::default()),
            Protocol::OpenaiChat | Protocol::Gemini => Box::new(chat::Passing::new(show_usage, includes_reasoning)),
        };

        Self {
            reader: EventReader::with_text(name.clone()),
            watch,
            protocol,
            name,
            next_number: 0,
        }
    }

    /// The same stream with `longest` as the most bytes that one event may have.
    #[must_use]
    pub fn holding(self, longest: usize) -> Self {
        Self {
            reader: self.reader.holding(longest),
            ..self
        }
    }

    /// Bytes in memory of an event that has begun and not ended.
    pub fn held(&self) -> usize {
        self.reader.held()
    }

    /// Takes the next bytes of the provider; `out` gets what goes to the client now.
    ///
    /// # Errors
    /// If an event is longer than the stream may hold.
    pub fn push(&mut self, chunk: &Bytes, out: impl FnMut(Bytes)) -> Result<(), EventTooLong> {
        let Self {
            reader,
            watch,
            protocol,
            name,
            next_number,
        } = self;
        reader.push(
            chunk,
            |data| judge(watch.as_mut(), *protocol, name, next_number, data),
            out,
        )
    }

    /// Ends the stream; returns what still goes to the client, if the last event lacks its blank line.
    pub fn finish(&mut self) -> Option<Bytes> {
        let Self {
            reader,
            watch,
            protocol,
            name,
            next_number,
        } = self;
        reader.finish(|data| {
            if watch.is_whole(data) {
                judge(watch.as_mut(), *protocol, name, next_number, data)
            } else {
                EventAction::Drop
            }
        })
    }

    /// The event that tells the client that the stream has failed. Nothing follows: the answer is not complete.
    pub fn fail(&mut self, error: &ApiError) -> Bytes {
        match self.protocol {
            Protocol::AnthropicMessages => error.messages_event(),
            Protocol::OpenaiResponses => error.responses_event(self.next_number),
            Protocol::OpenaiChat | Protocol::Gemini => error.chat_event(),
        }
        .into()
    }

    /// The protocol's own view of the stream: its end, its token counts, its failure.
    pub fn watch(&self) -> &dyn Watch {
        self.watch.as_ref()
    }
}

fn judge(watch: &mut dyn Watch, protocol: Protocol, name: &[u8], next_number: &mut u64, data: &[u8]) -> EventAction {
    if protocol == Protocol::OpenaiResponses
        && let Some(number) = sequence_number(data)
    {
        *next_number = number + 1;
    }

    match watch.judge(data) {
        EventAction::Forward => match model_name::in_event(protocol, data) {
            Some(span) if data.get(span.start..span.end) != Some(name) => EventAction::Replace(span),
            _ => EventAction::Forward,
        },
        other => other,
    }
}

/// The number of an event of the Responses protocol. It stands at either end of the event, and nowhere else.
fn sequence_number(data: &[u8]) -> Option<u64> {
    const KEY: &[u8] = b"\"sequence_number\":";

    let at = memchr::memmem::find(data, KEY)? + KEY.len();
    let digits = data.get(at..)?.trim_ascii_start();
    let end = digits
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(digits.len());

    std::str::from_utf8(digits.get(..end)?).ok()?.parse().ok()
}

/// A whole answer with `name`, a JSON string, as its model's name; `None` if it has that one already, or no name.
pub fn renamed(answer: &[u8], name: &[u8]) -> Option<Vec<u8>> {
    renamed_at(answer, model_name::in_answer(answer)?, name)
}

/// As [`renamed`], for a caller that knows already where the name stands.
pub fn renamed_at(answer: &[u8], model: Span, name: &[u8]) -> Option<Vec<u8>> {
    if answer.get(model.start..model.end)? == name {
        return None;
    }

    Some([answer.get(..model.start)?, name, answer.get(model.end..)?].concat())
}
