//! The test box: where a name goes, and why.

use askama::Template;
use askama::filters::HtmlSafe;

/// The whole box.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "aliases/test_box/_box.html", whitespace = "minimize")]
pub(in super::super) struct TestBox {
    /// The editor's address.
    pub url: String,
    /// The name that is tested, as typed.
    pub typed: String,
    /// The verdict.
    pub sentence: Sentence,
    /// What else there is to know.
    pub facts: Facts,
    /// How it came about.
    pub why: Why,
    /// Many names at once.
    pub many: Many,
}

/// One sentence, with the model that runs in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Template)]
#[template(path = "aliases/test_box/_sentence.html", whitespace = "minimize")]
pub(in super::super) struct Sentence {
    /// `ok`, `bad` or nothing.
    pub tone: &'static str,
    /// Up to the model.
    pub before: String,
    /// The model.
    pub strong: String,
    /// What follows.
    pub after: String,
}

/// What stands under the verdict.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "aliases/test_box/_facts.html", whitespace = "minimize")]
pub(in super::super) struct Facts {
    /// The editor's address.
    pub url: String,
    /// Where the name goes today, if the draft changes it.
    pub live: Option<String>,
    /// Which name answers carry, if an alias decided.
    pub answer: Option<String>,
    /// Sentences that qualify the verdict.
    pub notes: Vec<Note>,
    /// Ids that are spelled alike.
    pub nearest: Vec<String>,
    /// The name to make an alias of, if it goes nowhere.
    pub add_name: Option<String>,
    /// Short facts.
    pub chips: Vec<Chip>,
    /// The address that shows this test again.
    pub link: Option<String>,
    /// A call with this name.
    pub curl: String,
}

/// A sentence that qualifies the verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Note {
    /// The sentence.
    pub text: String,
    /// Whether it warns.
    pub warns: bool,
}

/// A short fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Chip {
    /// `ok`, `bad` or nothing.
    pub tone: &'static str,
    /// Whether a dot stands before it.
    pub dot: bool,
    /// The fact.
    pub text: String,
}

/// The steps of the resolution.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "aliases/test_box/_why.html", whitespace = "minimize")]
pub(in super::super) struct Why {
    /// What was asked.
    pub asked: String,
    /// Step by step.
    pub steps: Vec<WhyStep>,
}

/// One line of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct WhyStep {
    /// For example `1 Exact`.
    pub step: String,
    /// Whether it is a further line of the step above.
    pub again: bool,
    /// The alias that was compared.
    pub name: String,
    /// What was found.
    pub text: String,
    /// For example `wins`.
    pub outcome: String,
    /// `ok`, `bad` or nothing.
    pub tone: &'static str,
}

/// Many names at once.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "aliases/test_box/_many.html", whitespace = "minimize")]
pub(in super::super) struct Many {
    /// As typed.
    pub typed: String,
    /// Why there is no answer.
    pub problem: String,
    /// The answers.
    pub rows: Vec<ManyRow>,
    /// The same for a spreadsheet.
    pub csv: String,
}

/// One of many answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct ManyRow {
    /// The name.
    pub name: String,
    /// What runs.
    pub target: String,
    /// Why it does not run; empty if it does.
    pub problem: String,
    /// By which rule.
    pub rule: String,
    /// Where it goes today, if the draft changes that.
    pub live: String,
}

impl HtmlSafe for TestBox {}
impl HtmlSafe for Sentence {}
impl HtmlSafe for Facts {}
impl HtmlSafe for Why {}
impl HtmlSafe for Many {}

impl Many {
    fn is_open(&self) -> bool {
        !self.typed.trim().is_empty()
    }
}
