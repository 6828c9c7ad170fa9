//! One alias row: its inputs, what is wrong with it, and what to know about it.

use askama::Template;
use askama::filters::HtmlSafe;

use super::super::draft::{Keep, Row};
use super::KeyHead;
use super::wording::answers_with;
use crate::domain::Alias;

/// One row of the editor.
#[derive(Clone, Debug, Template)]
#[template(path = "aliases/row/_row.html", whitespace = "minimize")]
pub(in super::super) struct RowView {
    /// Whose aliases.
    pub key: KeyHead,
    /// The row as it was typed.
    pub row: Row,
    /// The saved alias that it edits; what differs from it is unsaved.
    pub base: Option<Alias>,
    /// What is wrong with the name.
    pub name_says: Says,
    /// What is wrong with the target.
    pub target_says: Says,
    /// What the target is, and what to know about the row.
    pub hints: Hints,
    /// Whose row it is, if somebody else's save brought it.
    pub mark: Option<String>,
    /// The question, if two people changed the alias.
    pub conflict: Option<ConflictView>,
    /// Which input gets focus: `name`, `target` or none.
    pub focus: &'static str,
    /// Whether the person may change it.
    pub writable: bool,
    /// Whether it stands in a whole page, where a browser without scripts needs its own controls.
    pub plain: bool,
}

/// A message under a field, empty if there is nothing wrong.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "aliases/row/_says.html", whitespace = "minimize")]
pub(in super::super) struct Says {
    /// The message.
    pub says: Option<Message>,
}

/// What is wrong with a field.
#[derive(Clone, Debug)]
pub(in super::super) struct Message {
    /// One or two sentences.
    pub text: String,
    /// A button that puts it right.
    pub fix: Option<FixButton>,
}

/// A button that fills a field with a better value.
#[derive(Clone, Debug, Template)]
#[template(path = "aliases/row/_fix.html", whitespace = "minimize")]
pub(in super::super) struct FixButton {
    /// Where the form is re-rendered.
    pub draft_url: String,
    /// What the form sends.
    pub action: String,
    /// Which input is filled: `name` or `target`.
    pub field: &'static str,
    /// With what.
    pub value: String,
    /// The match that is chosen along with it; empty for none.
    pub mode: &'static str,
    /// What the button says.
    pub label: String,
}

/// The quiet lines under a row.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "aliases/row/_hints.html", whitespace = "minimize")]
pub(in super::super) struct Hints {
    /// What the target is.
    pub model: Option<ModelLine>,
    /// What to know.
    pub hints: Vec<HintLine>,
}

/// What a target is, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct ModelLine {
    /// Its display name.
    pub name: String,
    /// Its context, for example `128K`.
    pub context: String,
    /// Its prices, for example `$0.27 in · $1.10 out per M`.
    pub price: String,
}

/// One thing to know about a row. It never keeps anyone from saving.
#[derive(Clone, Debug)]
pub(in super::super) struct HintLine {
    /// `quiet`, `warn` or `bad`.
    pub tone: &'static str,
    /// A word for a badge before it; empty for none.
    pub badge: &'static str,
    /// One sentence.
    pub text: String,
    /// A button that acts on it.
    pub fix: Option<FixButton>,
    /// Ids to show on demand.
    pub more: Vec<String>,
}

/// Both sides of an alias that two people changed.
#[derive(Clone, Debug)]
pub(in super::super) struct ConflictView {
    /// As the form carries it.
    pub kind: &'static str,
    /// The alias.
    pub name: String,
    /// Whose version the other one is, for example `Maya's`.
    pub whose: String,
    /// `mine`, `theirs` or nothing yet.
    pub keep: &'static str,
    /// What the draft says.
    pub mine: Side,
    /// What is stored.
    pub theirs: Side,
    /// What is asked, once somebody tried to save without an answer.
    pub message: Option<String>,
}

/// One side of a conflict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Side {
    /// The alias name.
    pub name: String,
    /// `exact` or `prefix`.
    pub mode: String,
    /// The target.
    pub target: String,
    /// `1` if answers carry the name that was asked for, else `0`.
    pub keep_name: &'static str,
    /// The side in few words.
    pub text: String,
}

// Templates escape what they hold; one inside another must not be escaped again.
impl HtmlSafe for RowView {}
impl HtmlSafe for Says {}
impl HtmlSafe for FixButton {}
impl HtmlSafe for Hints {}

impl RowView {
    fn legend(&self) -> &str {
        if self.row.name.is_empty() {
            "without a name"
        } else {
            &self.row.name
        }
    }
}

impl Says {
    fn is_empty(&self) -> bool {
        self.says.is_none()
    }
}

impl Side {
    /// The side that says what `row` says. How it matches and what answers carry is told only where the sides differ in
    /// it.
    pub(in super::super) fn of(row: &Row, other: Option<&Row>) -> Self {
        let same_match = other.is_none_or(|other| other.matching == row.matching);
        let mut text = if same_match {
            row.target.clone()
        } else {
            format!("{} ({})", row.target, row.matching)
        };
        if other.is_some_and(|other| other.keep_name != row.keep_name) {
            text = format!("{text}, {}", answers_with(row.keep_name));
        }
        let keep_name = if row.keep_name { "1" } else { "0" };
        Self {
            name: row.name.clone(),
            mode: row.matching.clone(),
            target: row.target.clone(),
            keep_name,
            text,
        }
    }

    /// The side that removed it.
    pub(in super::super) fn removed() -> Self {
        Self {
            text: "removed".into(),
            ..Self::default()
        }
    }
}

/// As the form's radio buttons write it.
pub(in super::super) fn keep_text(keep: Option<Keep>) -> &'static str {
    match keep {
        None => "",
        Some(Keep::Mine) => "mine",
        Some(Keep::Theirs) => "theirs",
    }
}
