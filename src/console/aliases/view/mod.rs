//! The templates of the editor. Each struct is one template; the page and the fragments use the same ones.

mod conflict;
mod editor;
mod head;
mod import;
mod row;
mod saved;
mod test_box;
mod traffic;
mod wording;

pub(super) use conflict::{ConflictView, Side, keep_text};
pub(super) use editor::{Editor, EditorPage, Last, Notice, ProblemLink, ReviewLine};
pub(super) use head::KeyHead;
pub(super) use import::{ImportBox, Preview, PreviewLine};
pub(super) use row::{FixButton, HintLine, Hints, Message, ModelLine, RowView, Says};
pub(super) use saved::SavedPanel;
pub(super) use test_box::{Chip, Facts, Many, ManyRow, Note, Sentence, TestBox, Why, WhyStep};
pub(super) use traffic::{Goes, NoTraffic, TrafficPanel, TrafficRow};
pub(super) use wording::{adapts, answers_with, who_saved};
