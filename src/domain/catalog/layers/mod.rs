//! The layers of facts about a model at one address, and the facts that they come to.

mod rows;
mod shipped;
#[cfg(test)]
mod tests;

pub use shipped::templates;

use std::borrow::Cow;
use std::fmt;

use super::model::Model;
use super::provider::Provider;
use crate::domain::facts::{Facts, FactsPatch};
use crate::domain::values::Protocol;

/// Where a fact comes from. A later one wins over an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactSource {
    /// What is assumed of every server that speaks the protocol.
    Protocol,
    /// The older fields of the provider's and the model's rows in the catalog.
    Catalog,
    /// The facts that ship with the program.
    Shipped,
    /// The facts that the catalog's rows state.
    Row,
    /// What an admin has stated.
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
        read(FactSource::Catalog, rows::usual_switch(provider, model)),
        read(FactSource::Catalog, rows::of_model(model)),
    ];
    layers.extend(shipped::rows_for(provider, model, protocol));
    layers.push(stated(FactSource::Row, &provider.facts));
    if let Some(endpoint) = provider.endpoint(protocol) {
        layers.push(stated(FactSource::Row, &endpoint.facts));
    }
    layers.push(stated(FactSource::Row, &model.facts));
    layers.push(stated(FactSource::Own, &provider.own_facts));
    layers.push(stated(FactSource::Own, &model.own_facts));

    layers.retain(|layer| *layer.facts != FactsPatch::default());
    layers
}

/// What a model takes at its provider's address for `protocol`.
pub fn facts(provider: &Provider, model: &Model, protocol: Protocol) -> Facts {
    let layers = fact_layers(provider, model, protocol);
    layers
        .iter()
        .fold(Facts::default(), |facts, layer| facts.with(&layer.facts))
}
