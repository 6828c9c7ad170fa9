//! The clients as a page shows them: settings filled in, and whether an alias catches the names that each asks for.

use url::form_urlencoded::Serializer;

use super::choice::{NameStatus, Names};
use super::guide::{AskedName, Block, ClientGuide, ClientGuides, Setup};
use crate::domain::Match;

#[derive(Clone, Debug)]
pub(in super::super) struct ClientView {
    /// Its name in addresses.
    pub id: String,
    pub name: String,
    /// The protocols that it speaks.
    pub speaks: String,
    /// An introduction.
    pub about: Vec<Words>,
    /// Names that it asks for by itself.
    pub asks: Vec<AskView>,
    /// Its settings, to copy.
    pub blocks: Vec<BlockView>,
    pub notes: Vec<Vec<Words>>,
    /// Whether it is unfolded.
    pub open: bool,
}

/// Some words, or some code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Words {
    /// Whether it is code.
    pub code: bool,
    pub text: String,
}

/// A name that a client asks for by itself.
#[derive(Clone, Debug)]
pub(in super::super) struct AskView {
    pub name: String,
    /// The occasion on which the client sends it.
    pub when: String,
    /// `ok`, `warn`, or nothing if it concerns only some users.
    pub tone: &'static str,
    /// Where it leads.
    pub text: String,
    /// The alias that would catch it, and the address at which to add it.
    pub add: Option<(String, String)>,
}

#[derive(Clone, Debug)]
pub(in super::super) struct BlockView {
    /// The file or the place for them.
    pub title: String,
    pub code: String,
}

impl ClientView {
    /// How many names need an alias that every user of this client would use.
    pub(in super::super) fn missing(&self) -> usize {
        self.asks.iter().filter(|ask| ask.tone == "warn").count()
    }
}

/// Every client. `editor` is the address of the alias editor, for people who may add an alias.
pub(super) fn all(names: &Names<'_>, setup: &Setup<'_>, editor: Option<&str>, open: &str) -> Vec<ClientView> {
    ClientGuides::get()
        .clients
        .iter()
        .map(|guide| client(guide, names, setup, editor, open))
        .collect()
}

fn client(guide: &ClientGuide, names: &Names<'_>, setup: &Setup<'_>, editor: Option<&str>, open: &str) -> ClientView {
    let block = |block: &Block| BlockView {
        title: block.title.clone(),
        code: block.fill(setup),
    };

    ClientView {
        id: guide.id.clone(),
        name: guide.name.clone(),
        speaks: guide.speaks.clone(),
        about: words(&guide.about),
        asks: guide.asks.iter().map(|it| ask(guide, it, names, editor)).collect(),
        blocks: guide.blocks.iter().map(block).collect(),
        notes: guide.notes.iter().map(|note| words(note)).collect(),
        open: guide.id == open,
    }
}

fn ask(guide: &ClientGuide, ask: &AskedName, names: &Names<'_>, editor: Option<&str>) -> AskView {
    let status = names.status(&ask.name);
    let (tone, text) = outcome(guide, ask, &status);
    let editor = editor.filter(|_| status == NameStatus::Unknown);

    AskView {
        name: ask.name.clone(),
        when: ask.when.clone(),
        tone,
        text,
        add: editor.map(|editor| addition(guide, ask, editor)),
    }
}

/// The tone and the words for where a name leads.
fn outcome(guide: &ClientGuide, ask: &AskedName, status: &NameStatus) -> (&'static str, String) {
    match status {
        NameStatus::Runs {
            model,
            by: Some(alias),
            keep_name,
        } => {
            let switch = if guide.keep_name && !keep_name {
                ", which answers with the real id"
            } else {
                ""
            };
            ("ok", format!("runs {model} by your alias {alias}{switch}"))
        }
        NameStatus::Runs { model, by: None, .. } => ("ok", format!("runs the catalog model {model}")),
        NameStatus::Dead { model } => (
            "warn",
            format!("points at {model}, which this key cannot call: requests fail"),
        ),
        NameStatus::Unknown if ask.always => ("warn", "no alias of this key catches it: requests fail".into()),
        NameStatus::Unknown => ("", "no alias of this key catches it".into()),
    }
}

/// The alias that would catch a name, and the address of the editor that adds it.
fn addition(guide: &ClientGuide, ask: &AskedName, editor: &str) -> (String, String) {
    let star = if ask.matching == Match::Prefix { "*" } else { "" };
    let mut query = Serializer::new(String::new());
    query
        .append_pair("add", ask.add.as_str())
        .append_pair("match", ask.matching.as_str());
    if guide.keep_name {
        query.append_pair("keep_name", "true");
    }
    query.append_pair("test", &ask.name);

    (format!("{}{star}", ask.add), format!("{editor}?{}", query.finish()))
}

/// Splits a text at the backticks around its code.
fn words(text: &str) -> Vec<Words> {
    let parts = text.split('`').enumerate();
    let part = |(at, text): (usize, &str)| Words {
        code: at % 2 == 1,
        text: text.to_owned(),
    };
    parts.map(part).filter(|part| !part.text.is_empty()).collect()
}
