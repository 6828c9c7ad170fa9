//! The facts that ship with the program: `catalog/facts.json`.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::{FactLayer, FactSource};
use crate::domain::catalog::provider::Provider;
use crate::domain::catalog::provider_id::ProviderId;
use crate::domain::facts::{FactsPatch, near_word};
use crate::domain::values::Protocol;

/// A row of the file. It applies to models whose names at the provider match one of its patterns.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShippedRow {
    /// The providers whose models it is about.
    #[serde(default)]
    pub(super) providers: Vec<ProviderId>,
    /// The kind of server, for those that are in no catalog.
    #[serde(default)]
    pub(super) template: Option<String>,
    /// The protocol of the address; none: every address.
    #[serde(default)]
    endpoint: Option<Protocol>,
    /// Patterns, in which `*` stands for any text.
    pub(super) models: Vec<String>,
    facts: FactsPatch,
    #[serde(default)]
    refs: Vec<String>,
}

impl ShippedRow {
    /// Whether it is about this provider, by its name or by its kind.
    pub(super) fn is_of(&self, provider: &Provider) -> bool {
        let is_kind = self.template.is_some() && self.template == provider.template;
        is_kind || self.providers.contains(&provider.id)
    }
}

/// Every row, the weakest first.
pub(super) static ROWS: LazyLock<Vec<ShippedRow>> = LazyLock::new(|| {
    #[derive(serde::Deserialize)]
    struct File {
        data: Vec<ShippedRow>,
    }
    let file = serde_json::from_str(include_str!("../../../../catalog/facts.json"));
    // A test reads the file, so it is never unreadable here.
    file.map(|File { data }| data).unwrap_or_default()
});

/// The names of the templates, for a server that is in no catalog.
pub fn templates() -> impl Iterator<Item = &'static str> {
    let mut seen = BTreeSet::new();
    let names = ROWS.iter().filter_map(|row| row.template.as_deref());
    names.filter(move |name| seen.insert(*name))
}

/// A template that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no template `{name}`{hint}; there are {all}")]
pub struct UnknownTemplate {
    name: String,
    hint: String,
    all: String,
}

/// Checks that there is a template of that name.
///
/// # Errors
/// Names those that exist.
pub fn check_template(name: &str) -> Result<(), UnknownTemplate> {
    if templates().any(|known| known == name) {
        return Ok(());
    }

    let near = near_word(name, templates());
    let all: Vec<_> = templates().collect();
    Err(UnknownTemplate {
        name: name.into(),
        hint: near
            .map(|near| format!(" (did you mean `{near}`?)"))
            .unwrap_or_default(),
        all: all.join(", "),
    })
}

/// The rows that apply to a model at its provider's address for `protocol`, as layers. `name` is the model's name at the
/// provider; `None`: the rows for all models.
pub(super) fn rows_for<'a>(
    provider: &Provider,
    name: Option<&str>,
    protocol: Protocol,
) -> impl Iterator<Item = FactLayer<'a>> {
    let applies = |row: &&ShippedRow| {
        row.is_of(provider)
            && row.endpoint.is_none_or(|endpoint| endpoint == protocol)
            && match name {
                Some(name) => row.models.iter().any(|pattern| matches(pattern, name)),
                None => row.models.iter().any(|pattern| pattern == "*"),
            }
    };

    let rows: Vec<_> = ROWS.iter().filter(applies).collect();
    rows.into_iter().map(|row| FactLayer {
        source: FactSource::Shipped,
        facts: Cow::Borrowed(&row.facts),
        refs: &row.refs,
    })
}

/// Whether a name matches a pattern, in which `*` stands for any text.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(mut left) = name.strip_prefix(start) else {
        return false;
    };

    let mut pieces: Vec<&str> = rest.split('*').collect();
    let end = pieces.pop().unwrap_or_default();
    for piece in pieces {
        match left.find(piece) {
            Some(at) => left = left.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    left.ends_with(end)
}
