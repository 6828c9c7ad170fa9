//! The parts of the editor that a script swaps in after a change of the draft.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::console::aliases::build::{Checked, Strictness, review, traffic_panel};
use crate::console::aliases::draft::Draft;
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::{KeyHead, ReviewLine, RowView, TrafficPanel};

/// What changes around a draft's inputs, each part with its own place in the page. The inputs are never among them.
#[derive(Debug, Template)]
#[template(path = "aliases/_parts.html", whitespace = "minimize")]
pub(super) struct Parts {
    key: KeyHead,
    rows: Vec<RowView>,
    review: Vec<ReviewLine>,
    filled: usize,
    next: u32,
    strict: bool,
    traffic: Option<TrafficPanel>,
}

/// A new row, and the counts that it changes.
#[derive(Debug, Template)]
#[template(path = "aliases/_added.html", whitespace = "minimize")]
pub(super) struct AddedRow {
    pub row: RowView,
    pub parts: Parts,
}

impl HtmlSafe for Parts {}

impl Parts {
    /// All of it, messages and hints of the rows included.
    pub(super) fn new(data: &EditorData, draft: &Draft, checked: &Checked) -> Self {
        Self {
            rows: checked.rows(data, draft, Strictness::of(draft)),
            ..Self::around(data, draft, checked)
        }
    }

    /// The parts around the rows only.
    pub(super) fn around(data: &EditorData, draft: &Draft, checked: &Checked) -> Self {
        Self {
            key: data.head.clone(),
            rows: Vec::new(),
            review: review(data, draft),
            filled: draft.rows.len().max(draft.filled()),
            next: draft.next,
            strict: draft.strict,
            traffic: traffic_panel(data, draft, &checked.validation),
        }
    }
}
