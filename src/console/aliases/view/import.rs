//! The import box, and what a pasted text would change.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::domain::Strictness;

/// The box with the text to import.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "aliases/import/_box.html", whitespace = "minimize")]
pub(in super::super) struct ImportBox {
    pub url: String,
    pub text: String,
    pub preview: Preview,
    /// Whether the box is open.
    pub open: bool,
}

/// What a pasted text would change in the draft.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "aliases/import/_preview.html", whitespace = "minimize")]
pub(in super::super) struct Preview {
    pub url: String,
    /// Whether there is anything to show.
    pub shown: bool,
    /// How many entries the text has, and in which format.
    pub title: String,
    /// What to do if not all of them fit.
    pub over: Option<String>,
    pub lines: Vec<PreviewLine>,
    /// How many lines would change the draft.
    pub takes: usize,
}

/// What one entry would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct PreviewLine {
    /// Its position in the preview, counted from 1.
    pub number: usize,
    /// `added`, `changed`, `unchanged` or `problem`.
    pub what: &'static str,
    /// The alias name, if it could be read.
    pub name: String,
    /// Whether it is a prefix.
    pub prefix: bool,
    pub target: String,
    /// Whether answers carry the name that the client asked for.
    pub keep_name: bool,
    /// How much requests may be changed; `None`: as the key says.
    pub adapt: Option<Strictness>,
    /// What is wrong, or what changes.
    pub text: String,
}

impl HtmlSafe for ImportBox {}
impl HtmlSafe for Preview {}

impl PreviewLine {
    /// Whether the draft can take it.
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
