//! A stream on its way to the client, whether it passes or is told in another protocol.

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
    /// As it came.
    Passing(PassingStream),
    /// In another protocol.
    Translated(Box<TranslatedStream>),
}

impl Flow {
    /// Takes what arrived; `out` gets what goes to the client now.
    pub fn push(&mut self, chunk: &Bytes, out: impl FnMut(Bytes)) -> Result<(), EventTooLong> {
        match self {
            Self::Passing(stream) => stream.push(chunk, out),
            Self::Translated(stream) => stream.push(chunk, out),
        }
    }

    /// Ends the stream; what is still to be sent.
    pub fn finish(&mut self) -> Option<Bytes> {
        match self {
            Self::Passing(stream) => stream.finish(),
            Self::Translated(stream) => stream.finish(),
        }
    }

    /// How it stands.
    pub fn ending(&self) -> StreamEnd {
        match self {
            Self::Passing(stream) => stream.watch().ending(),
            Self::Translated(stream) => stream.ending(),
        }
    }

    /// What the provider reported of its failure.
    pub fn reported(&self) -> Option<&Reported> {
        match self {
            Self::Passing(stream) => stream.watch().reported(),
            Self::Translated(stream) => stream.reported(),
        }
    }

    /// Whether the client sees what the provider reports, in the event that passes.
    pub fn tells_failures(&self) -> bool {
        matches!(self, Self::Passing(_))
    }

    /// Whether content has passed, after which nothing can be asked for again.
    pub fn has_content(&self) -> bool {
        match self {
            Self::Passing(stream) => stream.watch().has_content(),
            Self::Translated(stream) => stream.has_content(),
        }
    }

    /// How many bytes are held of an event that has begun and not ended.
    pub fn held(&self) -> usize {
        match self {
            Self::Passing(stream) => stream.held(),
            Self::Translated(stream) => stream.held(),
        }
    }

    /// What tells the client that the stream has failed.
    pub fn fail(&mut self, error: &ApiError) -> Bytes {
        match self {
            Self::Passing(stream) => stream.fail(error),
            Self::Translated(stream) => stream.fail(error),
        }
    }

    /// Whether nothing more is to come.
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

    /// How the provider says that it served the call.
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
