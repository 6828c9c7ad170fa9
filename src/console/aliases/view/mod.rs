//! What the editor shows. Each struct is one template; the page and the fragments are made of the same ones.

mod editor;
mod import;
mod row;
mod saved;
mod test_box;
mod traffic;
mod wording;

pub(super) use editor::{Editor, EditorPage, Last, Notice, ProblemLink, ReviewLine};
pub(super) use import::{ImportBox, Preview, PreviewLine};
pub(super) use row::{ConflictView, FixButton, HintLine, Hints, Message, ModelLine, RowView, Says, Side, keep_text};
pub(super) use saved::SavedPanel;
pub(super) use test_box::{Chip, Facts, Many, ManyRow, Note, Sentence, TestBox, Why, WhyStep};
pub(super) use traffic::{Goes, NoTraffic, TrafficPanel, TrafficRow};
pub(super) use wording::{answers_with, who_saved};

use crate::domain::ApiKey;

/// What the editor's templates need of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeyHead {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What may be shown of its secret.
    pub display: String,
}

impl KeyHead {
    /// From the key.
    pub(super) fn of(key: &ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name.to_string(),
            display: key.display.clone(),
        }
    }

    /// The editor's address.
    pub(super) fn url(&self) -> String {
        format!("/keys/{}/aliases", self.id)
    }
}
