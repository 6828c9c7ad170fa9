//! The interface of a stream of events on its way from a provider to a client, the same for every protocol.

use bytes::Bytes;

use super::answer_note::AnswerNotes;
use super::error::ApiError;
use super::reported::Reported;
use super::sse::{EventAction, EventTooLong};
use crate::domain::{ServiceReport, Tokens};

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEnd {
    /// The provider marked the answer as complete.
    Complete,
    /// The provider reported an error in the stream.
    Failed,
    /// The stream broke off: the gateway has to tell the client.
    Cut,
}

/// What has been counted of an answer so far, to bill it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Metered {
    /// The last token counts that the provider sent.
    pub tokens: Option<Tokens>,
    /// How the provider served the call, as it reports.
    pub service: ServiceReport,
    /// Bytes of generated text that have passed, for an estimate if the provider sends no counts.
    pub text_bytes: usize,
    /// What was changed in the answer, beside its protocol.
    pub notes: AnswerNotes,
}

/// A provider's stream on its way to a client: forwarded ([`super::passthrough`]) or translated ([`super::translate`]).
pub trait EventStream {
    /// Takes the next bytes of the provider; `out` gets what goes to the client now.
    ///
    /// # Errors
    /// If an event is longer than the stream may hold.
    fn push(&mut self, chunk: &Bytes, out: &mut Vec<Bytes>) -> Result<(), EventTooLong>;

    /// Ends the stream; returns what still goes to the client.
    fn finish(&mut self) -> Option<Bytes>;

    /// The events that tell the client that the stream has failed. Nothing follows: the answer is not complete.
    fn fail(&mut self, error: &ApiError) -> Bytes;

    /// How the stream stands now.
    fn end(&self) -> StreamEnd;

    /// Whether the last event has passed: no more events come.
    fn is_done(&self) -> bool;

    /// Whether an event with content has passed: see [`super::content`]. From then on the call cannot be tried again.
    fn has_content(&self) -> bool;

    /// Bytes in memory of an event that has begun and not ended.
    fn held(&self) -> usize;

    /// What the stream has metered so far.
    fn metered(&self) -> Metered;

    /// The failure that the provider reported.
    fn error(&self) -> Option<&Reported>;

    /// Whether the client has got [`EventStream::error`] already, since the provider's own events were forwarded.
    fn shows_error(&self) -> bool;

    /// The event that shows a client that its stream is alive, for clients that see no comments; `None` if there is none.
    fn keepalive(&mut self) -> Option<Bytes>;
}

/// Watches the events of a stream that is forwarded, one implementation for each protocol. It has to be quick: for most
/// events a search for a few bytes is enough, and few need a parse.
pub trait EventWatch {
    /// Reads the data of an event, and decides whether the client gets it too.
    fn judge(&mut self, data: &[u8]) -> EventAction;

    /// Whether the data of a last event without its blank line is complete in itself.
    fn is_whole(&self, data: &[u8]) -> bool {
        serde_json::from_slice::<serde::de::IgnoredAny>(data).is_ok()
    }

    /// How the stream stands now.
    fn end(&self) -> StreamEnd;

    /// Whether the last event has passed: no more events come.
    fn is_done(&self) -> bool;

    /// Whether an event with content has passed: see [`super::content`].
    fn has_content(&self) -> bool;

    /// What the stream has metered so far.
    fn metered(&self) -> Metered;

    /// The failure that the provider reported.
    fn error(&self) -> Option<&Reported>;

    /// Whether the provider's own events have told the client all about [`EventWatch::error`].
    fn tells_failure(&self) -> bool {
        true
    }

    /// The events that end the stream with an error, where they name the answer that has begun. `name` is the model's name
    /// for the client, as a JSON string; `number` is that of the next event.
    fn fail(&self, _name: &[u8], _number: u64, _error: &ApiError) -> Option<Vec<u8>> {
        None
    }

    /// The event that shows a client that its stream is alive, for clients that see no comments. `name` and `number` are
    /// those of [`EventWatch::fail`].
    fn keepalive(&self, _name: &[u8], _number: u64) -> Option<Vec<u8>> {
        None
    }
}
