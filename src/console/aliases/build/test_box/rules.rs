//! Where a name goes, by the draft and by the stored aliases.

use crate::console::aliases::editor_data::EditorData;
use crate::domain::format::visible;
use crate::domain::{AliasSet, ExplainedOutcome, Explanation, explain};

/// Both sets of aliases, ready to be asked.
pub(super) struct Rules<'a> {
    pub data: &'a EditorData,
    pub draft: AliasSet,
    pub stored: AliasSet,
}

impl Rules<'_> {
    pub(super) fn on_screen(&self, name: &str) -> Explanation {
        self.explain(&self.draft, name)
    }

    /// The answer of the stored aliases; `None` if it cannot differ from that of the draft.
    pub(super) fn live(&self, name: &str) -> Option<Explanation> {
        (self.draft != self.stored && !name.is_empty()).then(|| self.explain(&self.stored, name))
    }

    fn explain(&self, aliases: &AliasSet, name: &str) -> Explanation {
        let key = &self.data.key;
        let status = key.status(self.data.now);
        explain(aliases, &self.data.catalog, key.models().as_deref(), status, name)
    }
}

pub(super) fn differs(draft: &Explanation, live: &Explanation) -> bool {
    (draft.outcome, &draft.model, &draft.answers_as) != (live.outcome, &live.model, &live.answers_as)
}

pub(super) fn live_now(draft: &Explanation, live: &Explanation) -> String {
    match live.answer_note() {
        Some(note) if (draft.outcome, &draft.model) == (live.outcome, &live.model) => format!("Live now: {note}"),
        _ => format!("Live now it goes to: {}", goes_to(live)),
    }
}

/// Where a name goes, and the error if it fails.
pub(super) fn goes_to(live: &Explanation) -> String {
    match live.outcome {
        ExplainedOutcome::ModelNotFound => format!("{}, which fails with model_not_found", visible(&live.model)),
        ExplainedOutcome::ModelNotAllowed => format!("{}, which fails with 403", visible(&live.model)),
        ExplainedOutcome::Runs | ExplainedOutcome::Empty => visible(&live.model),
    }
}
