//! What a request for a name comes to, after resolution: the one place that the gateway, the console's test box and the
//! command line all ask.

use std::sync::Arc;

use super::{AliasSet, Catalog, Model, ModelId, Resolution};

/// A resolution and what the catalog and the key's permissions make of it.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    /// Where the name goes.
    pub resolution: Resolution<'a>,
    /// Whether it runs.
    pub outcome: Outcome,
}

/// Whether the resolved model runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is in the catalog and the key may use it.
    Runs(Arc<Model>),
    /// Not in the catalog, or disabled there: `404 model_not_found`.
    NotFound,
    /// In the catalog, but the key may not use it: `403 model_not_allowed`.
    NotAllowed(Arc<Model>),
}

/// Resolves a requested name and checks the real model, as if its id had been sent.
///
/// `allowed` limits the key to some models; `None` allows all. Permission is checked after resolution, so an alias never
/// opens a model.
pub fn decide<'a>(
    aliases: &'a AliasSet,
    catalog: &Catalog,
    allowed: Option<&[ModelId]>,
    requested: &'a str,
) -> Decision<'a> {
    let resolution = aliases.resolve(requested);
    let outcome = match catalog.callable(resolution.model()) {
        None => Outcome::NotFound,
        Some(model) if allowed.is_some_and(|list| !list.contains(&model.id)) => Outcome::NotAllowed(Arc::clone(model)),
        Some(model) => Outcome::Runs(Arc::clone(model)),
    };
    Decision { resolution, outcome }
}
