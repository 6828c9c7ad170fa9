//! The facts that ship with the program: `catalog/facts.json`.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::{FactLayer, FactSource};
use crate::domain::catalog::model::Model;
use crate::domain::catalog::provider::Provider;
use crate::domain::catalog::provider_id::ProviderId;
use crate::domain::facts::FactsPatch;
use crate::domain::values::Protocol;

/// A row of the file. It applies to models whose names at the provider match one of its patterns.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShippedRow {
    /// The provider; none: the row is of a template.
    #[serde(default)]
    pub(super) provider: Option<ProviderId>,
    /// The kind of server.
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
    ROWS.iter().filter_map(|row| row.template.as_deref())
}

/// The rows that apply to a model at its provider's address for `protocol`, as layers.
pub(super) fn rows_for<'a>(
    provider: &Provider,
    model: &Model,
    protocol: Protocol,
) -> impl Iterator<Item = FactLayer<'a>> {
    let applies = |row: &&ShippedRow| {
        let is_of = match (&row.provider, &row.template) {
            (Some(id), _) => *id == provider.id,
            (None, template) => template.is_some() && *template == provider.template,
        };
        is_of
            && row.endpoint.is_none_or(|endpoint| endpoint == protocol)
            && row.models.iter().any(|pattern| matches(pattern, &model.upstream_model))
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
