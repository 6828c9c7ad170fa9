//! The catalog: every real model and its provider, as one snapshot.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::model::Model;
use super::model_id::ModelId;
use super::provider::Provider;
use super::provider_id::ProviderId;

/// Every model and provider, disabled ones included. Immutable: a change makes a new snapshot.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    models: Vec<Arc<Model>>,
    by_id: HashMap<String, Arc<Model>, ahash::RandomState>,
    providers: BTreeMap<ProviderId, Arc<Provider>>,
    revision: i64,
}

impl Catalog {
    /// A snapshot of these models and providers. `revision` is the store's count of catalog changes.
    pub fn new(models: Vec<Model>, providers: Vec<Provider>, revision: i64) -> Self {
        let mut models: Vec<Arc<Model>> = models.into_iter().map(Arc::new).collect();
        models.sort_by(|a, b| a.id.cmp(&b.id));
        let by_id = models
            .iter()
            .map(|m| (m.id.as_str().to_owned(), Arc::clone(m)))
            .collect();
        let providers = providers.into_iter().map(|p| (p.id.clone(), Arc::new(p))).collect();

        Self {
            models,
            by_id,
            providers,
            revision,
        }
    }

    /// The store's count of catalog changes when this snapshot was taken.
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// The model of that id, callable or not.
    pub fn get(&self, id: &str) -> Option<&Arc<Model>> {
        self.by_id.get(id)
    }

    /// The model of that id, if it and its provider are enabled.
    pub fn callable(&self, id: &str) -> Option<&Arc<Model>> {
        self.get(id).filter(|model| self.is_callable(model))
    }

    /// Whether a model and its provider are enabled.
    pub fn is_callable(&self, model: &Model) -> bool {
        model.enabled && self.providers.get(&model.provider).is_some_and(|p| p.enabled)
    }

    /// Every callable model, sorted by id.
    pub fn all_callable(&self) -> impl Iterator<Item = &Arc<Model>> {
        self.models.iter().filter(|model| self.is_callable(model))
    }

    /// Every model, callable or not, sorted by id.
    pub fn models(&self) -> &[Arc<Model>] {
        &self.models
    }

    /// A provider by its short name.
    pub fn provider(&self, id: &ProviderId) -> Option<&Arc<Provider>> {
        self.providers.get(id)
    }

    /// Every provider, by name.
    pub fn providers(&self) -> impl Iterator<Item = &Arc<Provider>> {
        self.providers.values()
    }

    /// Ids of callable models whose spelling is nearest to `name`, the nearest first; at most `most` of them.
    pub fn nearest(&self, name: &str, most: usize) -> Vec<&ModelId> {
        super::nearest::nearest(name, self.all_callable().map(|m| &m.id), most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{model, provider};

    #[test]
    fn a_model_is_callable_if_it_and_its_provider_are_enabled() {
        let off = Provider {
            enabled: false,
            ..provider("off")
        };
        let mut hidden = model("lab/hidden");
        hidden.enabled = false;
        let models = vec![
            model("off/m"),
            hidden,
            model("unknown/m"),
            model("lab/z"),
            model("lab/a"),
        ];
        let catalog = Catalog::new(models, vec![provider("lab"), off], 7);

        let callable: Vec<&str> = catalog.all_callable().map(|model| model.id.as_str()).collect();
        assert_eq!(callable, ["lab/a", "lab/z"], "sorted by id");
        assert_eq!(catalog.models().len(), 5);
        assert!(catalog.get("off/m").is_some() && catalog.callable("off/m").is_none());
        assert!(catalog.get("LAB/A").is_none(), "ids are compared as they are");
        assert_eq!(catalog.revision(), 7);
    }
}
