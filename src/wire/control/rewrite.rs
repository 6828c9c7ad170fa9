//! The edit of a body for the provider.

use super::read::Control;
use crate::wire::json::{Span, quote};
use crate::wire::operation::Operation;

/// Whether the gateway asks the provider for the usage of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskUsage {
    /// Ask for it, whether or not the client does.
    Yes,
    /// Leave the client's own choice.
    AsSent,
}

impl Control {
    /// Whether [`AskUsage::Yes`] would change the body.
    pub fn lacks_usage(&self) -> bool {
        self.stream && self.operation == Operation::Chat && !self.stream_options.asked
    }

    /// The body for the provider: `body` with the name `model`, a JSON string, in place of the client's, and with usage
    /// asked for as `request` says. `None` if nothing changes.
    pub fn rewrite(&self, body: &[u8], model: &str, request: AskUsage) -> Option<Vec<u8>> {
        let mut edits: [(Span, &str); 2] = [(self.model_span, model), (Span { start: 0, end: 0 }, "")];
        let mut count = usize::from(body.get(self.model_span.start..self.model_span.end) != Some(model.as_bytes()));
        if request == AskUsage::Yes && self.lacks_usage() {
            if let Some(slot) = edits.get_mut(count) {
                *slot = self.stream_options.edit(self.head);
            }
            count += 1;
        }
        let edits = edits.get_mut(..count)?;
        if edits.is_empty() {
            return None;
        }

        edits.sort_by_key(|(span, _)| span.start);
        let more: usize = edits.iter().map(|(_, text)| text.len()).sum();
        let mut out = Vec::with_capacity(body.len() + more);
        let mut at = 0;
        for (span, text) in edits {
            out.extend_from_slice(body.get(at..span.start).unwrap_or_default());
            out.extend_from_slice(text.as_bytes());
            at = span.end;
        }
        out.extend_from_slice(body.get(at..).unwrap_or_default());
        Some(out)
    }
}

/// A model's name as [`Control::rewrite`] wants it: a JSON string.
pub fn model_literal(name: &str) -> String {
    quote(name)
}
