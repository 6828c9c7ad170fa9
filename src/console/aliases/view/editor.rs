//! The editor as a whole.

use askama::Template;
use askama::filters::HtmlSafe;

use super::super::draft::RowId;
use super::KeyHead;
use super::import::ImportBox;
use super::row::RowView;
use super::saved::SavedPanel;
use super::test_box::TestBox;
use super::traffic::TrafficPanel;
use crate::console::aliases::draft::Presets;
use crate::console::format::When;
use crate::console::layout::Frame;

/// The page around the editor.
#[derive(Debug, Template)]
#[template(path = "aliases/index.html", whitespace = "minimize")]
pub(in super::super) struct EditorPage {
    /// What stands around it.
    pub frame: Frame,
    /// The editor.
    pub editor: Editor,
}

/// The form with the aliases in their bands, the test box beside it, and what came of the last save.
#[derive(Debug, Template)]
#[template(path = "aliases/_editor.html", whitespace = "minimize")]
pub(in super::super) struct Editor {
    /// Whose aliases.
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
    /// Whether what is still empty may be pointed out.
    pub strict: bool,
    /// Rows of saved exact aliases.
    pub exact: Vec<RowView>,
    /// Rows of saved prefix aliases.
    pub prefixes: Vec<RowView>,
    /// Rows that are not saved yet.
    pub fresh: Vec<RowView>,
    /// What stands in the way of saving, after a refused save.
    pub summary: Vec<ProblemLink>,
    /// What happened, above the list.
    pub notice: Option<Notice>,
    /// What came of the save that was just made.
    pub saved: Option<SavedPanel>,
    /// What differs from the saved version.
    pub review: Vec<ReviewLine>,
    /// The test box.
    pub test: TestBox,
    /// What the client really sent.
    pub traffic: Option<TrafficPanel>,
    /// Paste or import.
    pub import: ImportBox,
    /// The client kits.
    pub presets: &'static Presets,
    /// Whether the person may change anything.
    pub writable: bool,
    /// Whether a whole page is rendered, where a browser without scripts needs its own controls.
    pub plain: bool,
    /// Ids to suggest where there is no picker.
    pub catalog_ids: Vec<String>,
}

/// The last save of a key's aliases.
#[derive(Clone, Debug)]
pub(in super::super) struct Last {
    /// By whom.
    pub by: Option<String>,
    /// When.
    pub at: Option<When>,
}

/// A problem, with the field where it can be mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct ProblemLink {
    /// What is wrong.
    pub text: String,
    /// The id of the input.
    pub field: Option<String>,
}

/// Something that the person should know before going on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Notice {
    /// `info`, `ok`, `warn` or `bad`.
    pub tone: &'static str,
    /// The first words.
    pub title: String,
    /// The rest.
    pub text: String,
    /// Whether it gets focus.
    pub focus: bool,
}

/// One difference between the draft and the saved version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct ReviewLine {
    /// The alias.
    pub name: String,
    /// What is different.
    pub text: String,
    /// The row that can be put back, if it was removed.
    pub undo: Option<RowId>,
}

impl HtmlSafe for Editor {}

impl Notice {
    /// A notice that tells and takes focus.
    pub(in super::super) fn new(tone: &'static str, title: impl Into<String>) -> Self {
        Self {
            tone,
            title: title.into(),
            text: String::new(),
            focus: true,
        }
    }

    /// With more to say.
    #[must_use]
    pub(in super::super) fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }
}

impl Editor {
    /// The ids of the saved version's rows, so that a removed one can be told.
    fn row_ids(&self) -> String {
        (1..=self.saved_rows)
            .map(|place| RowId::Saved(place).to_string())
            .collect::<Vec<_>>()
            .join(" ")
    }
}
