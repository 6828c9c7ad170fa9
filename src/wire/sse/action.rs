//! What the reader does with an event.

use crate::wire::json::Span;

/// What the reader does with an event, as its judge decides.
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
