//! A stream on its way to the client, passed through or translated into another protocol.

use bytes::Bytes;

use crate::domain::{ServiceReport, Tokens};
use crate::wire::error::ApiError;
use crate::wire::event_stream::StreamEnd;
use crate::wire::passthrough::PassingStream;
use crate::wire::reported::Reported;
use crate::wire::sse::EventTooLong;
use crate::wire::translate::TranslatedStream;

/// A stream of either kind.
pub enum Flow {
    /// Passed through as it came.
    Passing(PassingStream),
    /// Translated into another protocol.
    Translated(Box<TranslatedStream>),
}

impl Flow {
    /// Takes a chunk that arrived; `out` gets the pieces that go to the client now.
    pub fn push(&mut self, chunk: &Bytes, out: impl FnMut(Bytes)) -> Result<(), EventTooLong> {
        match self {
            Self::Passing(stream) => stream.push(chunk, out),
            Self::Translated(stream) => stream.push(chunk, out),
        }
    }

    /// Ends the stream, and returns the last piece for the client.
    pub fn finish(&mut self) -> Option<Bytes> {
        match self {
            Self::Passing(stream) => stream.finish(),
            Self::Translated(stream) => stream.finish(),
        }
    }

    /// How the stream has ended.
    pub fn ending(&self) -> StreamEnd {
        match self {
            Self::Passing(stream) => stream.watch().ending(),
            Self::Translated(stream) => stream.ending(),
        }
    }

    /// The failure that the provider reported.
    pub fn reported(&self) -> Option<&Reported> {
        match self {
            Self::Passing(stream) => stream.watch().reported(),
            Self::Translated(stream) => stream.reported(),
        }
    }

    /// Whether the client sees the provider's own report of a failure, since the event passes through.
    pub fn tells_failures(&self) -> bool {
        matches!(self, Self::Passing(_))
    }

    /// Whether content has passed: from then on the call cannot be tried again.
    pub fn has_content(&self) -> bool {
        match self {
            Self::Passing(stream) => stream.watch().has_content(),
            Self::Translated(stream) => stream.has_content(),
        }
    }

    /// How many bytes are in memory of an event that is not complete yet.
    pub fn held(&self) -> usize {
        match self {
            Self::Passing(stream) => stream.held(),
            Self::Translated(stream) => stream.held(),
        }
    }

    /// The event that tells the client that the stream has failed.
    pub fn fail(&mut self, error: &ApiError) -> Bytes {
        match self {
            Self::Passing(stream) => stream.fail(error),
            Self::Translated(stream) => stream.fail(error),
        }
    }

    /// Whether the last event has passed.
    pub fn is_done(&self) -> bool {
        match self {
            Self::Passing(stream) => stream.watch().is_done(),
            Self::Translated(stream) => stream.is_done(),
        }
    }

    /// The last token counts that the provider sent.
    pub fn tokens(&self) -> Option<Tokens> {
        match self {
            Self::Passing(stream) => stream.watch().tokens(),
            Self::Translated(stream) => stream.tokens(),
        }
    }

    /// How the provider served the call, as it reports.
    pub fn served(&self) -> ServiceReport {
        match self {
            Self::Passing(stream) => stream.watch().served(),
            Self::Translated(stream) => stream.served(),
        }
    }

    /// How many bytes of generated text have passed.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Passing(stream) => stream.watch().text_bytes(),
            Self::Translated(stream) => stream.text_bytes(),
        }
    }
}
