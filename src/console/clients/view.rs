//! What a page shows of the clients: settings filled in, and whether the names that each asks for by itself are caught.

use super::choice::{NameStatus, Names};
use super::kit::{AskedName, ClientGuide, Kits, Setup};
use crate::domain::Match;

/// One client.
#[derive(Clone, Debug)]
pub(in super::super) struct ClientView {
    /// For addresses.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The protocols that it speaks.
    pub speaks: String,
    /// What to know first.
    pub about: Vec<Words>,
    /// Names that it asks for by itself.
    pub asks: Vec<AskView>,
    /// Its settings.
    pub blocks: Vec<BlockView>,
    /// What else to know.
    pub notes: Vec<Vec<Words>>,
    /// Whether it is unfolded.
    pub open: bool,
}

/// Some words, or some code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Words {
    /// Whether it is code.
    pub code: bool,
    /// The text.
    pub text: String,
}

/// A name that a client asks for by itself.
#[derive(Clone, Debug)]
pub(in super::super) struct AskView {
    /// The name.
    pub name: String,
    /// On which occasion.
    pub when: String,
    /// `ok`, `warn`, or nothing for what concerns only some.
    pub tone: &'static str,
    /// What becomes of it.
    pub text: String,
    /// The alias that would catch it, and the address at which to add it.
    pub add: Option<(String, String)>,
}

/// Settings to copy.
#[derive(Clone, Debug)]
pub(in super::super) struct BlockView {
    /// Where they go.
    pub title: String,
    /// The text.
    pub code: String,
}

impl ClientView {
    /// How many names need an alias that everybody with this client would use.
    pub(in super::super) fn missing(&self) -> usize {
        self.asks.iter().filter(|ask| ask.tone == "warn").count()
    }
}

/// Every client. `editor` is the address of the alias editor, for those who may add what is missing.
pub(super) fn all(names: &Names<'_>, setup: &Setup<'_>, editor: Option<&str>, open: &str) -> Vec<ClientView> {
    Kits::get()
        .clients
        .iter()
        .map(|guide| client(guide, names, setup, editor, open))
        .collect()
}

fn client(guide: &ClientGuide, names: &Names<'_>, setup: &Setup<'_>, editor: Option<&str>, open: &str) -> ClientView {
    ClientView {
        id: guide.id.clone(),
        name: guide.name.clone(),
        speaks: guide.speaks.clone(),
        about: words(&guide.about),
        asks: guide.asks.iter().map(|it| ask(guide, it, names, editor)).collect(),
        blocks: guide
            .blocks
            .iter()
            .map(|block| BlockView {
                title: block.title.clone(),
                code: block.fill(setup),
            })
            .collect(),
        notes: guide.notes.iter().map(|note| words(note)).collect(),
        open: guide.id == open,
    }
}

fn ask(guide: &ClientGuide, ask: &AskedName, names: &Names<'_>, editor: Option<&str>) -> AskView {
    let status = names.status(&ask.name);
    let (tone, text) = match &status {
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
    };
    let star = if ask.matching == Match::Prefix { "*" } else { "" };
    let add = editor.filter(|_| status == NameStatus::Unknown).map(|editor| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("add", ask.add.as_str())
            .append_pair("match", ask.matching.as_str());
        if guide.keep_name {
            query.append_pair("keep_name", "true");
        }
        query.append_pair("test", &ask.name);
        (format!("{}{star}", ask.add), format!("{editor}?{}", query.finish()))
    });
    AskView {
        name: ask.name.clone(),
        when: ask.when.clone(),
        tone,
        text,
        add,
    }
}

/// Text with code between backticks, taken apart.
fn words(text: &str) -> Vec<Words> {
    let parts = text.split('`').enumerate();
    let part = |(at, text): (usize, &str)| Words {
        code: at % 2 == 1,
        text: text.to_owned(),
    };
    parts.map(part).filter(|part| !part.text.is_empty()).collect()
}
