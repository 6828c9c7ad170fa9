//! What the client really sent: each name, what it runs now and with the draft, and what that costs.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::domain::TrafficWindow;

/// The panel under the list. It shows the draft, and holds no input that somebody types in.
#[derive(Clone, Debug, Template)]
#[template(path = "aliases/traffic/_panel.html", whitespace = "minimize")]
pub(in super::super) struct TrafficPanel {
    /// The editor's address.
    pub url: String,
    /// How far back it reaches.
    pub window: TrafficWindow,
    /// What to say instead, if there was nothing.
    pub none: Option<NoTraffic>,
    /// A row for each name: what fails first, then what changes, then the most frequent.
    pub rows: Vec<TrafficRow>,
    /// How many requests had other names, if any.
    pub others: Option<String>,
    /// What it cost, and what it would.
    pub cost: String,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct NoTraffic {
    /// A sentence.
    pub text: String,
    /// A call to try, if the key was never used.
    pub curl: Option<String>,
}

/// One name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct TrafficRow {
    /// Its place by the number of requests, which the ids of its buttons are made of: it stays while rows are sorted anew.
    pub place: usize,
    /// As it was sent.
    pub name: String,
    /// The same, safe to show in a line.
    pub shown: String,
    /// How many requests.
    pub requests: String,
    /// The client, in short.
    pub client: String,
    /// The client, as it calls itself.
    pub agent: String,
    /// What runs with the saved aliases; `None` for what stands for names that are not kept.
    pub now: Option<Goes>,
    /// What runs with the draft, if that is something else.
    pub next: Option<Goes>,
    /// What the button that adds an alias sends; empty for none.
    pub add: String,
    /// What that button adds, in words.
    pub adds: String,
}

/// What a name runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Goes {
    /// Whether no alias catches the name.
    pub passthrough: bool,
    /// The model; empty if the name leads nowhere.
    pub model: String,
    /// Why it does not run; empty if it does.
    pub problem: &'static str,
    /// Whether it fails now, and here runs.
    pub mended: bool,
}

impl HtmlSafe for TrafficPanel {}

impl TrafficPanel {
    fn windows(&self) -> [TrafficWindow; 3] {
        TrafficWindow::ALL
    }
}
