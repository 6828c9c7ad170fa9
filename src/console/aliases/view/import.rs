//! Paste or import: the box, and what a pasted text would change.

use askama::Template;
use askama::filters::HtmlSafe;

/// The box with the text to import.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "aliases/import/_box.html", whitespace = "minimize")]
pub(in super::super) struct ImportBox {
    /// The editor's address.
    pub url: String,
    /// What was pasted.
    pub text: String,
    /// What it would change.
    pub preview: Preview,
    /// Whether the box is open.
    pub open: bool,
}

/// What a pasted text would change in the draft.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "aliases/import/_preview.html", whitespace = "minimize")]
pub(in super::super) struct Preview {
    /// The editor's address.
    pub url: String,
    /// Whether there is anything to show.
    pub shown: bool,
    /// What was found, and in which format.
    pub title: String,
    /// What to do if there is not room for all.
    pub over: Option<String>,
    /// Line by line.
    pub lines: Vec<PreviewLine>,
    /// How many lines would change the draft.
    pub takes: usize,
}

/// What one line of it would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct PreviewLine {
    /// Its place in the preview, counted from 1.
    pub number: usize,
    /// `added`, `changed`, `unchanged` or `problem`.
    pub what: &'static str,
    /// The alias name, if it could be read.
    pub name: String,
    /// Whether it is a prefix.
    pub prefix: bool,
    /// The target.
    pub target: String,
    /// Whether answers carry the name that was asked for.
    pub keep_name: bool,
    /// What is to be said about it.
    pub text: String,
}

impl HtmlSafe for ImportBox {}
impl HtmlSafe for Preview {}

impl PreviewLine {
    /// Whether it can be taken into the draft.
    pub(in super::super) fn can_take(&self) -> bool {
        matches!(self.what, "added" | "changed")
    }

    fn tone(&self) -> &'static str {
        match self.what {
            "added" => "ok",
            "changed" => "accent",
            "problem" => "bad",
            _ => "",
        }
    }
}
