//! The confirmation of a save: from when on it is live, what clients see, and how to call it.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::console::aliases::draft::snippets::Snippet;

#[derive(Clone, Debug, Template)]
#[template(path = "aliases/_saved.html", whitespace = "minimize")]
pub(in super::super) struct SavedPanel {
    /// When the last gateway has it, as a clock shows it (UTC).
    pub live_clock: String,
    /// The same moment for the `datetime` attribute.
    pub live_machine: String,
    /// The same moment in full.
    pub live_exact: String,
    pub url: String,
    /// The version that the save stored.
    pub version: i64,
    /// The version before the save, if the save can be undone: saving its aliases makes a new version.
    pub undo: Option<i64>,
    /// The start of the response of `GET /v1/models`.
    pub listing: String,
    /// Ways to call the first alias.
    pub snippets: Vec<Snippet>,
}

impl HtmlSafe for SavedPanel {}
