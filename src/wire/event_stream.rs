//! What each protocol knows of a stream of events: which events pass, how the stream stands, and what it metered.

use super::reported::Reported;
use super::sse::EventAction;
use crate::domain::{ServiceReport, Tokens};

/// How a stream stands when its bytes end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEnd {
    /// The provider said that it was complete.
    Complete,
    /// The provider reported an error in the stream, which the client has seen.
    Failed,
    /// The stream broke off: the gateway has to tell the client.
    Cut,
}

/// Looks at the events of one protocol's stream as they pass. It has to be quick: for most events a search for a few bytes
/// is enough, and few need a parse.
pub trait Watch {
    /// Reads the data of an event, and decides whether the client gets it too.
    fn judge(&mut self, data: &[u8]) -> EventAction;

    /// Whether the data of a last event without its blank line is complete in itself.
    fn is_whole(&self, data: &[u8]) -> bool {
        serde_json::from_slice::<serde::de::IgnoredAny>(data).is_ok()
    }

    /// How the stream stands now.
    fn ending(&self) -> StreamEnd;

    /// Whether the last event has passed: no more events come.
    fn is_done(&self) -> bool;

    /// The last token counts that the provider sent.
    fn tokens(&self) -> Option<Tokens>;

    /// How the provider says that it served the call.
    fn served(&self) -> ServiceReport;

    /// Bytes of generated text that have passed, for an estimate if the provider sends no counts.
    fn text_bytes(&self) -> usize;

    /// Whether an event with content has passed: see [`super::content`].
    fn has_content(&self) -> bool;

    /// The failure that the provider reported.
    fn reported(&self) -> Option<&Reported>;
}
