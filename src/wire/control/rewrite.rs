//! The edit of a body for the provider.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::read::Control;
use crate::wire::json::{Span, quote};
use crate::wire::operation::Operation;

/// Whether the gateway asks the provider for the usage of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskUsage {
    /// Ask for it, whether or not the client does.
    Yes,
    /// Ask for it in a stream that the gateway asks for, although the client wants a whole answer.
    OfOwnStream,
    /// Leave the client's own choice.
    AsSent,
}

/// A piece of text in the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it replaces; empty to put something in.
    pub at: Span,
    /// What stands there afterwards.
    pub with: Cow<'static, str>,
}

impl Control {
    /// Whether this wish would change the body.
    pub fn lacks_usage(&self, ask: AskUsage) -> bool {
        let streams = match ask {
            AskUsage::Yes => self.stream,
            AskUsage::OfOwnStream => true,
            AskUsage::AsSent => false,
        };
        streams && self.operation == Operation::Chat && !self.stream_options.asked
    }

    /// The body for the provider: `body` with `model`, a JSON string, in the place of the client's, usage asked for as `request`
    /// says, and `more` pieces in the places of others, sorted by their places. `None` if nothing changes.
    pub fn rewrite(&self, body: &[u8], model: &str, request: AskUsage, more: &[Piece]) -> Option<Vec<u8>> {
        let mut edits: SmallVec<[(Span, &str); 8]> = SmallVec::new();
        if body.get(self.model_span.start..self.model_span.end) != Some(model.as_bytes()) {
            edits.push((self.model_span, model));
        }
        if self.lacks_usage(request) {
            edits.push(self.stream_options.edit(self.head));
        }
        edits.extend(more.iter().map(|piece| (piece.at, &*piece.with)));
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
