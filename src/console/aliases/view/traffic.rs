//! The names that the client really sent: the model of each, now and with the draft, and the cost.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::domain::TrafficWindow;

/// The panel under the list. It shows the draft, and holds no input that a person types in.
#[derive(Clone, Debug, Template)]
#[template(path = "aliases/traffic/_panel.html", whitespace = "minimize")]
pub(in super::super) struct TrafficPanel {
    pub url: String,
    /// How far back it reaches.
    pub window: TrafficWindow,
    /// The text for a window without traffic.
    pub none: Option<NoTraffic>,
    /// A row for each name: what fails first, then what changes, then the most frequent.
    pub rows: Vec<TrafficRow>,
    /// How many requests had other names, if any.
    pub others: Option<String>,
    /// Its cost, and its cost with the draft.
    pub cost: String,
    /// Sentences under the cost.
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct NoTraffic {
    pub text: String,
    /// A call to try, if no client used the key yet.
    pub curl: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct TrafficRow {
    /// Its index by the number of requests, for the ids of its buttons: it stays while rows are sorted anew.
    pub index: usize,
    pub name: String,
    /// The same with invisible characters made visible.
    pub shown: String,
    /// How many, grouped: `1,234`.
    pub requests: String,
    /// The client in short: `Claude Code`.
    pub client: String,
    /// The client's user agent.
    pub agent: String,
    /// What runs with the saved aliases; `None` for the row of names that are not kept.
    pub now: Option<Goes>,
    /// What runs with the draft, if it differs.
    pub next: Option<Goes>,
    /// The value of the button that adds an alias; empty for no button.
    pub add: String,
    /// What that button adds, in words.
    pub adds: String,
}

/// The model that a name leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Goes {
    /// Whether no alias catches the name.
    pub passthrough: bool,
    /// The model; empty if the name leads nowhere.
    pub model: String,
    /// Why it does not run; empty if it does.
    pub problem: &'static str,
    /// Whether it fails now and runs with the draft.
    pub mended: bool,
}

impl HtmlSafe for TrafficPanel {}

impl TrafficPanel {
    fn windows(&self) -> [TrafficWindow; 3] {
        TrafficWindow::ALL
    }
}
