//! A provider's stream on its way to a client that speaks the same protocol: passed on as it came, read in passing.

use super::sse::Verdict;
use crate::domain::Tokens;

/// How a stream stands when its bytes end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The provider said that it was complete.
    Complete,
    /// The provider reported an error in the stream, which the client has seen.
    Failed,
    /// It broke off: the client must be told.
    Cut,
}

/// Looks at the events of one protocol's stream as they pass. It has to be quick: most events deserve a search for a few
/// bytes, few of them a parse.
pub trait Watch {
    /// Sees the data of an event, and says whether the client sees it too.
    fn judge(&mut self, data: &[u8]) -> Verdict;

    /// Whether the data of a last event without its blank line is complete in itself.
    fn is_whole(&self, data: &[u8]) -> bool {
        serde_json::from_slice::<serde::de::IgnoredAny>(data).is_ok()
    }

    /// How the stream stands.
    fn ending(&self) -> Ending;

    /// Whether the last event has passed: nothing more is to come.
    fn is_done(&self) -> bool;

    /// The last token counts that the provider sent.
    fn tokens(&self) -> Option<Tokens>;

    /// How many bytes of generated text have passed, for an estimate where no counts come.
    fn text_bytes(&self) -> usize;
}
