//! The layers of facts about a model at one address, and the facts that they come to.

mod listed;
mod rows;
mod shipped;
#[cfg(test)]
mod tests;

pub use listed::{StatedFact, list_facts};
pub use shipped::{UnknownTemplate, check_template, templates};

use std::borrow::Cow;
use std::fmt;

use super::model::Model;
use super::provider::Provider;
use crate::domain::facts::{Facts, FactsPatch, Patched};
use crate::domain::values::Protocol;

/// Where a fact comes from. A later one wins over an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub enum FactSource {
    /// What is assumed of every server that speaks the protocol.
    #[serde(rename = "protocol")]
    Protocol,
    /// The older fields of the provider's and the model's rows in the catalog.
    #[serde(rename = "catalog")]
    Catalog,
    /// The facts that ship with the program.
    #[serde(rename = "shipped")]
    Shipped,
    /// The facts that the catalog's rows state.
    #[serde(rename = "catalog file")]
    Row,
    /// What an admin has stated.
    #[serde(rename = "own")]
    Own,
}

impl fmt::Display for FactSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Protocol => "protocol",
            Self::Catalog => "catalog",
            Self::Shipped => "shipped",
            Self::Row => "catalog file",
            Self::Own => "own",
        })
    }
}

/// A layer of facts.
#[derive(Clone, Debug)]
pub struct FactLayer<'a> {
    /// Where the layer comes from.
    pub source: FactSource,
    /// What it states.
    pub facts: Cow<'a, FactsPatch>,
    /// Where the facts were read: issues (`owner/repo#N`) and pages.
    pub refs: &'a [String],
}

/// The layers of a model at its provider's address for `protocol`, the weakest first.
pub fn fact_layers<'a>(provider: &'a Provider, model: &'a Model, protocol: Protocol) -> Vec<FactLayer<'a>> {
    layers(provider, Some(model), protocol)
}

/// The layers that all models have at a provider's address for `protocol`, the weakest first.
pub fn provider_fact_layers(provider: &Provider, protocol: Protocol) -> Vec<FactLayer<'_>> {
    layers(provider, None, protocol)
}

fn layers<'a>(provider: &'a Provider, model: Option<&'a Model>, protocol: Protocol) -> Vec<FactLayer<'a>> {
    let read = |source, facts| FactLayer {
        source,
        facts: Cow::Owned(facts),
        refs: &[],
    };
    let stated = |source, facts| FactLayer {
        source,
        facts: Cow::Borrowed(facts),
        refs: &[],
    };

    let mut layers = vec![
        read(FactSource::Protocol, rows::of_protocol(protocol)),
        read(FactSource::Catalog, rows::of_provider(provider)),
    ];
    if let Some(model) = model {
        layers.push(read(FactSource::Catalog, rows::usual_switch(provider, model)));
        layers.push(read(FactSource::Catalog, rows::of_model(model)));
    }
    let name = model.map(|model| model.upstream_model.as_str());
    layers.extend(shipped::rows_for(provider, name, protocol));
    layers.push(stated(FactSource::Row, &provider.facts));
    if let Some(endpoint) = provider.endpoint(protocol) {
        layers.push(stated(FactSource::Row, &endpoint.facts));
    }
    layers.extend(model.map(|model| stated(FactSource::Row, &model.facts)));
    layers.push(stated(FactSource::Own, &provider.own_facts));
    layers.extend(model.map(|model| stated(FactSource::Own, &model.own_facts)));

    let nothing = FactsPatch::default();
    layers.retain(|layer| *layer.facts != nothing);
    layers
}

/// What a model takes at its provider's address for `protocol`.
pub fn facts(provider: &Provider, model: &Model, protocol: Protocol) -> Facts {
    let mut facts = Facts::default();
    for layer in fact_layers(provider, model, protocol) {
        facts.apply(&layer.facts);
    }

    facts
}
