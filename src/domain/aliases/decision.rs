//! The outcome of a request for a name, after resolution. The gateway, the console's test box and the command line all ask
//! here.

use std::sync::Arc;

use super::resolve::{AliasSet, Resolution};
use crate::domain::catalog::{Catalog, Model, ModelId};

/// The result of [`decide`]: how a name was resolved, and whether the model may run.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    /// The model that the name leads to, and by which alias.
    pub resolution: Resolution<'a>,
    /// Whether it runs.
    pub outcome: Outcome,
}

/// Whether the resolved model runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is enabled in the catalog and the key may use it.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{alias, catalog, model};

    #[test]
    fn permission_is_checked_on_the_real_id_never_on_the_alias() {
        let aliases = AliasSet::new(["fast = lab/b", "lab/a = lab/b"].map(alias).to_vec());
        let shop = catalog(["lab/a", "lab/b"].map(model).to_vec());
        let only_a = ["lab/a".parse().unwrap()];
        let outcome = |allowed: Option<&[ModelId]>, name: &str| decide(&aliases, &shop, allowed, name).outcome;

        assert!(matches!(outcome(None, "fast"), Outcome::Runs(model) if model.id.as_str() == "lab/b"));
        assert!(matches!(outcome(Some(&only_a), "fast"), Outcome::NotAllowed(model) if model.id.as_str() == "lab/b"));
        assert!(
            matches!(outcome(Some(&only_a), "lab/a"), Outcome::NotAllowed(_)),
            "the alias comes before the catalog"
        );
        assert_eq!(outcome(Some(&only_a), "lab/c"), Outcome::NotFound);
    }

    #[test]
    fn what_is_switched_off_is_not_found_even_through_an_alias() {
        let mut off = model("lab/off");
        off.enabled = false;
        let aliases = AliasSet::new(vec![alias("a = lab/off"), alias("b = gone/m")]);
        let shop = catalog(vec![off, model("lab/on")]);

        for name in ["a", "b", "lab/off", "c"] {
            assert_eq!(decide(&aliases, &shop, None, name).outcome, Outcome::NotFound, "{name}");
        }
    }
}
