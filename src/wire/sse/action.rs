//! The decision about an event of a stream.

use crate::wire::json::Span;

/// The decision of a judge about an event: see [`EventReader::push`](super::EventReader::push).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventAction {
    /// The client gets it.
    Forward,
    /// The client does not get it.
    Drop,
    /// The client gets it with this part of its data replaced by the reader's own text
    /// ([`EventReader::with_text`](super::EventReader::with_text)).
    Replace(Span),
}
