//! The editor as a whole.

use askama::Template;
use askama::filters::HtmlSafe;

use super::super::draft::{Presets, RowId};
use super::head::KeyHead;
use super::import::ImportBox;
use super::row::RowView;
use super::saved::SavedPanel;
use super::test_box::TestBox;
use super::traffic::TrafficPanel;
use crate::console::format::When;
use crate::console::layout::Frame;

/// The page around the editor.
#[derive(Debug, Template)]
#[template(path = "aliases/index.html", whitespace = "minimize")]
pub(in super::super) struct EditorPage {
    pub frame: Frame,
    pub editor: Editor,
}

/// The form with the aliases in their bands, the test box beside it, and the confirmation of the last save.
#[derive(Debug, Template)]
#[template(path = "aliases/_editor.html", whitespace = "minimize")]
pub(in super::super) struct Editor {
    pub key: KeyHead,
    /// The saved version that the draft is made from.
    pub version: i64,
    /// The last save, if there was one.
    pub last: Option<Last>,
    /// How many aliases the draft has.
    pub filled: usize,
    /// The number of the next new row.
    pub next: u32,
    /// How many aliases the saved version has: rows `a1` to `a{n}`.
    pub saved_rows: usize,
    /// Whether messages about empty fields may be shown.
    pub strict: bool,
    /// Rows of saved exact aliases.
    pub exact: Vec<RowView>,
    /// Rows of saved prefix aliases.
    pub prefixes: Vec<RowView>,
    /// Rows that are not saved yet.
    pub fresh: Vec<RowView>,
    /// The mistakes that prevented a save.
    pub summary: Vec<ProblemLink>,
    /// A message above the list.
    pub notice: Option<Notice>,
    /// The confirmation of a save that was just made.
    pub saved: Option<SavedPanel>,
    /// What differs from the saved version.
    pub review: Vec<ReviewLine>,
    pub test: TestBox,
    /// The names that the client sent.
    pub traffic: Option<TrafficPanel>,
    pub import: ImportBox,
    pub presets: &'static Presets,
    /// Whether the person may change anything.
    pub writable: bool,
    /// Whether a whole page is rendered, where a browser without scripts needs its own controls.
    pub plain: bool,
    /// Ids to suggest to a browser without scripts.
    pub catalog_ids: Vec<String>,
}

/// The last save of a key's aliases.
#[derive(Clone, Debug)]
pub(in super::super) struct Last {
    pub by: Option<String>,
    pub at: Option<When>,
}

/// A mistake, with the field where the person can correct it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct ProblemLink {
    pub text: String,
    /// Id of the input.
    pub field: Option<String>,
}

/// A message above the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Notice {
    /// `info`, `ok`, `warn` or `bad`.
    pub tone: &'static str,
    pub title: String,
    /// What follows the title.
    pub text: String,
    /// Whether it gets focus.
    pub focus: bool,
}

/// One difference between the draft and the saved version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct ReviewLine {
    pub name: String,
    /// The difference in words.
    pub text: String,
    /// The row that a button can put back, if the draft removed it.
    pub undo: Option<RowId>,
}

impl HtmlSafe for Editor {}

impl Notice {
    /// A notice that takes focus.
    pub(in super::super) fn new(tone: &'static str, title: impl Into<String>) -> Self {
        Self {
            tone,
            title: title.into(),
            text: String::new(),
            focus: true,
        }
    }

    /// With a text after the title.
    #[must_use]
    pub(in super::super) fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }
}

impl Editor {
    /// The ids of the saved version's rows, so that the script can name a removed one.
    fn row_ids(&self) -> String {
        (1..=self.saved_rows)
            .map(|position| RowId::Saved(position).to_string())
            .collect::<Vec<_>>()
            .join(" ")
    }
}
