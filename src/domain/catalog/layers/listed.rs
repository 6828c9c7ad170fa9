//! Facts one by one, each with where it comes from: for pages, the command line and exports.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{FactLayer, FactSource};
use crate::domain::facts::{Facts, fact_specs};

/// One fact, and where it comes from.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct StatedFact {
    /// Its path, for example `roles.developer`.
    pub fact: String,
    /// Its value; null if it is not known.
    pub value: Value,
    /// The strongest layer that states it.
    pub source: FactSource,
    /// Where it was read: issues (`owner/repo#N`) and pages.
    pub refs: Vec<String>,
}

/// The facts that these layers come to, in the order of [`Facts`]. Members of maps are facts of their own, and only those
/// that a layer states are listed.
pub fn list_facts(layers: &[FactLayer<'_>]) -> Vec<StatedFact> {
    let mut stated: BTreeMap<String, StatedFact> = BTreeMap::new();
    let assumed = assumed()
        .into_iter()
        .map(|(path, value)| (path, value, FactSource::Protocol, &[][..]));
    let layered = layers.iter().flat_map(|layer| {
        let facts = layer.facts.stated().into_iter();
        facts.map(|(path, value)| (path, value, layer.source, layer.refs))
    });
    for (fact, value, source, refs) in assumed.chain(layered) {
        let refs = refs.to_vec();
        let stronger = StatedFact {
            fact: fact.clone(),
            value,
            source,
            refs,
        };
        stated.insert(fact, stronger);
    }

    let mut list = Vec::with_capacity(stated.len());
    for spec in fact_specs() {
        let members = format!("{}.", spec.path);
        let is_of = |path: &str| path == spec.path || spec.is_map() && path.starts_with(&members);
        list.extend(stated.values().filter(|fact| is_of(&fact.fact)).cloned());
    }
    list
}

/// What is assumed of a server of which nothing is known, by path.
fn assumed() -> Vec<(String, Value)> {
    let tree = serde_json::to_value(Facts::default()).unwrap_or_default();
    let of = |path: &str| path.split('.').try_fold(&tree, |tree, name| tree.get(name)).cloned();
    let specs = fact_specs().iter().filter(|spec| !spec.is_map());
    specs
        .map(|spec| (spec.path.clone(), of(&spec.path).unwrap_or_default()))
        .collect()
}
