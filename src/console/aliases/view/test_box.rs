//! The test box: where a name goes, and why.

use askama::Template;
use askama::filters::HtmlSafe;

#[derive(Clone, Debug, Default, Template)]
#[template(path = "aliases/test_box/_box.html", whitespace = "minimize")]
pub(in super::super) struct TestBox {
    pub url: String,
    /// The name to test, as typed.
    pub typed: String,
    pub sentence: Sentence,
    pub facts: Facts,
    pub why: Why,
    pub many: Many,
}

/// One sentence, with the model that runs in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Template)]
#[template(path = "aliases/test_box/_sentence.html", whitespace = "minimize")]
pub(in super::super) struct Sentence {
    /// `ok`, `bad` or nothing.
    pub tone: &'static str,
    /// The text up to the model.
    pub before: String,
    pub strong: String,
    /// The text after the model.
    pub after: String,
}

/// The facts under the sentence.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "aliases/test_box/_facts.html", whitespace = "minimize")]
pub(in super::super) struct Facts {
    pub url: String,
    /// Where the name goes today, if the draft changes it.
    pub live: Option<String>,
    /// Which name answers carry, if an alias decided.
    pub answer: Option<String>,
    /// Sentences that qualify it.
    pub notes: Vec<Note>,
    /// Ids with a similar spelling.
    pub nearest: Vec<String>,
    /// The name to make an alias of, if it goes nowhere.
    pub add_name: Option<String>,
    pub chips: Vec<Chip>,
    /// The address that shows this test again.
    pub link: Option<String>,
    /// A call with this name.
    pub curl: String,
}

/// A sentence that qualifies the result of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Note {
    pub text: String,
    /// Whether it warns.
    pub warns: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Chip {
    /// `ok`, `bad` or nothing.
    pub tone: &'static str,
    /// Whether a dot stands before it.
    pub dot: bool,
    pub text: String,
}

/// The steps of the resolution.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "aliases/test_box/_why.html", whitespace = "minimize")]
pub(in super::super) struct Why {
    /// The tested name.
    pub asked: String,
    pub steps: Vec<WhyStep>,
}

/// One line of the table of steps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct WhyStep {
    /// For example `1 Exact`.
    pub step: String,
    /// Whether it is another line of the step above.
    pub again: bool,
    /// The alias that the step compared.
    pub name: String,
    pub text: String,
    /// For example `wins`.
    pub outcome: String,
    /// `ok`, `bad` or nothing.
    pub tone: &'static str,
}

#[derive(Clone, Debug, Default, Template)]
#[template(path = "aliases/test_box/_many.html", whitespace = "minimize")]
pub(in super::super) struct Many {
    pub typed: String,
    /// Why there is no result.
    pub problem: String,
    pub rows: Vec<ManyRow>,
    /// The rows for a spreadsheet.
    pub csv: String,
}

/// The result for one of many names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct ManyRow {
    pub name: String,
    /// The model that runs.
    pub target: String,
    /// Why it does not run; empty if it does.
    pub problem: String,
    /// The rule that decides.
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
