//! What the draft changes for a name that the client sent.

use crate::console::aliases::editor_data::EditorData;
use crate::domain::{AliasSet, Decision, Outcome, decide};

/// The outcome of a name with the saved aliases, and with the draft.
pub(super) struct TrafficChange<'a> {
    pub now: Decision<'a>,
    pub next: Decision<'a>,
}

impl<'a> TrafficChange<'a> {
    pub(super) fn new(data: &EditorData, saved: &'a AliasSet, draft: &'a AliasSet, name: &'a str) -> Self {
        let allowed = data.key.models();
        let decide = |aliases: &'a AliasSet| decide(aliases, &data.catalog, allowed.as_deref(), name);
        Self {
            now: decide(saved),
            next: decide(draft),
        }
    }

    pub(super) fn is_changed(&self) -> bool {
        self.now.outcome != self.next.outcome || self.now.resolution.model() != self.next.resolution.model()
    }

    /// Whether no alias of the draft catches the name, or the name fails with the draft.
    pub(super) fn is_wanting(&self) -> bool {
        self.next.resolution.alias().is_none() || !runs(&self.next)
    }

    /// What fails, before or after, weighs most; then what changes.
    pub(super) fn weight(&self) -> (bool, bool) {
        (!runs(&self.now) || !runs(&self.next), self.is_changed())
    }
}

pub(super) fn runs(decision: &Decision<'_>) -> bool {
    matches!(decision.outcome, Outcome::Runs(_))
}
