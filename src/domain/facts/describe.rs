//! A fact that can be stated: its path, its meaning and the kind of its value, for forms, the command line and errors.

use std::collections::BTreeMap;

use serde_json::Value;

use super::field::FieldFact;

/// A fact that can be stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactSpec {
    /// Its path, for example `roles.developer`.
    pub path: String,
    /// What it says.
    pub about: String,
    /// The kind of its value.
    pub kind: FactKind,
}

/// The kind of a fact's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactKind {
    /// One of these words.
    Words(Vec<FactWord>),
    /// True or false.
    Flag,
    /// A whole number.
    Number,
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// A list of some of these words.
    TextsOf(Vec<String>),
    /// What the model does with single fields of a request, by name: see [`FieldFact`].
    Fields,
    /// `drop`, `pass`, or a list of texts: see [`Betas`](super::Betas).
    Betas,
    /// JSON values by name.
    Values,
    /// What protocols cannot take: see [`ProtocolRule`](super::ProtocolRule).
    Rules,
}

/// A word that a fact can be told in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactWord {
    /// The word.
    pub word: String,
    /// What it says.
    pub about: &'static str,
}

/// A value that can tell which facts it has.
pub(super) trait Described {
    /// Adds the facts of this type, which stand at `path`.
    fn describe(path: &str, about: &str, all: &mut Vec<FactSpec>);
}

/// The path of a member of what stands at `path`.
pub(super) fn below(path: &str, member: &str) -> String {
    match path {
        "" => member.to_owned(),
        path => format!("{path}.{member}"),
    }
}

impl FactSpec {
    pub(super) fn new(path: &str, about: &str, kind: FactKind) -> Self {
        let (path, about) = (path.to_owned(), about.trim().to_owned());
        Self { path, about, kind }
    }

    /// Whether the fact is a map, whose members are facts of their own: `fields.stop`.
    pub fn is_map(&self) -> bool {
        matches!(self.kind, FactKind::Fields | FactKind::Values)
    }

    /// The group that the fact stands in, if any.
    pub(super) fn group(&self) -> Option<&str> {
        self.path.split_once('.').map(|(group, _)| group)
    }
}

impl FactWord {
    pub(super) fn new(variant: &str, about: &'static str) -> Self {
        let mut word = String::new();
        for (at, letter) in variant.char_indices() {
            if letter.is_ascii_uppercase() && at > 0 {
                word.push('_');
            }
            word.push(letter.to_ascii_lowercase());
        }
        Self { word, about }
    }
}

impl FactKind {
    /// Reads a value as people type it: JSON, or a word without quotes; a list also as words between commas.
    pub(super) fn read(&self, text: &str) -> Value {
        let json = serde_json::from_str(text).ok();
        match (self, json) {
            (Self::Words(_) | Self::Text, Some(Value::String(word))) => word.into(),
            (Self::Words(_) | Self::Text, _) => text.into(),
            (Self::Texts | Self::TextsOf(_), None) => text.split(',').map(str::trim).collect(),
            (Self::Betas, None) => match text {
                "drop" | "pass" => text.into(),
                list => list.split(',').map(str::trim).collect(),
            },
            (_, json) => json.unwrap_or_else(|| text.into()),
        }
    }

    /// What may be said, as the end of a sentence.
    pub fn allowed(&self) -> String {
        match self {
            Self::Words(words) => {
                let words: Vec<_> = words.iter().map(|word| word.word.as_str()).collect();
                format!("one of {}", words.join(", "))
            }
            Self::Flag => "true or false".into(),
            Self::Number => "a whole number".into(),
            Self::Text => "a text".into(),
            Self::Texts => "a list of texts".into(),
            Self::TextsOf(words) => format!("a list of {}", words.join(", ")),
            Self::Fields => {
                "ok, ignored, refused, refused_if_thinks, {\"only\": NUMBER}, {\"range\": {\"min\": NUMBER, \
                             \"max\": NUMBER}} or {\"named\": \"NAME\"}"
                    .into()
            }
            Self::Betas => "drop, pass, or a list of the betas that go on".into(),
            Self::Values => "any JSON value but null".into(),
            Self::Rules => {
                "a list of {\"when\": [some of \"tools\", \"thinks\", \"effort_stated\"], \"not\": PROTOCOL}".into()
            }
        }
    }

    /// The words that may be meant by a wrong one.
    pub(super) fn words(&self) -> Vec<&str> {
        match self {
            Self::Words(words) => words.iter().map(|word| word.word.as_str()).collect(),
            Self::TextsOf(words) => words.iter().map(String::as_str).collect(),
            Self::Flag => vec!["true", "false"],
            Self::Betas => vec!["drop", "pass"],
            Self::Fields => vec!["ok", "ignored", "refused", "refused_if_thinks"],
            _ => Vec::new(),
        }
    }
}

/// Facts of one kind.
macro_rules! described {
    ($($type:ty => $kind:expr),* $(,)?) => {$(
        impl Described for $type {
            fn describe(path: &str, about: &str, all: &mut Vec<FactSpec>) {
                all.push(FactSpec::new(path, about, $kind));
            }
        }
    )*};
}

described!(
    bool => FactKind::Flag,
    Option<bool> => FactKind::Flag,
    Option<u64> => FactKind::Number,
    u64 => FactKind::Number,
    String => FactKind::Text,
    Option<String> => FactKind::Text,
    Vec<String> => FactKind::Texts,
    Option<Vec<String>> => FactKind::Texts,
    BTreeMap<String, FieldFact> => FactKind::Fields,
    BTreeMap<String, Value> => FactKind::Values,
);
