//! One alias row: its inputs, what is wrong with it, and what to know about it.

use askama::Template;
use askama::filters::HtmlSafe;

use super::super::draft::Row;
use super::conflict::ConflictView;
use super::head::KeyHead;
use crate::domain::Alias;

/// One row of the editor.
#[derive(Clone, Debug, Template)]
#[template(path = "aliases/row/_row.html", whitespace = "minimize")]
pub(in super::super) struct RowView {
    pub key: KeyHead,
    /// As the person typed it.
    pub row: Row,
    /// The saved alias that it edits; what differs from it is unsaved.
    pub base: Option<Alias>,
    pub name_says: Says,
    pub target_says: Says,
    pub hints: Hints,
    /// The person whose save brought it, if that is another one.
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
    pub says: Option<Message>,
}

/// What is wrong with a field.
#[derive(Clone, Debug)]
pub(in super::super) struct Message {
    pub text: String,
    /// A button that corrects it.
    pub fix: Option<FixButton>,
}

/// A button that fills a field with a better value.
#[derive(Clone, Debug, Template)]
#[template(path = "aliases/row/_fix.html", whitespace = "minimize")]
pub(in super::super) struct FixButton {
    /// Address that renders the form again.
    pub draft_url: String,
    pub action: String,
    /// Which input is filled: `name` or `target`.
    pub field: &'static str,
    pub value: String,
    /// The match that is chosen along with it; empty for none.
    pub mode: &'static str,
    pub label: String,
}

/// The quiet lines under a row.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "aliases/row/_hints.html", whitespace = "minimize")]
pub(in super::super) struct Hints {
    /// The line of the target.
    pub model: Option<ModelLine>,
    pub hints: Vec<HintLine>,
}

/// Name, context and prices of a target, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct ModelLine {
    pub name: String,
    /// Its context, for example `128K`.
    pub context: String,
    /// Its prices, for example `$0.27 in · $1.10 out per M`.
    pub price: String,
}

/// One thing to know about a row. It never prevents a save.
#[derive(Clone, Debug)]
pub(in super::super) struct HintLine {
    /// `quiet`, `warn` or `bad`.
    pub tone: &'static str,
    /// A word for a badge before it; empty for none.
    pub badge: &'static str,
    pub text: String,
    /// A button that acts on it.
    pub fix: Option<FixButton>,
    /// Ids to show on demand.
    pub more: Vec<String>,
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
