//! The catalog as requests need it: one immutable snapshot, with the route to every model and the addresses of every
//! provider prepared.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use hyper::http::uri::Uri;

use super::route::{Addresses, Route, addresses, route};
use crate::domain::{AliasSet, Catalog, Model, ProviderId, ProviderOrders, Sealed};
use crate::gateway::options::GatewayOptions;
use crate::gateway::upstream::{EndpointState, UpstreamEndpoint};
use crate::store::{Store, StoreError};
use crate::wire::models;

type Map<T> = HashMap<String, T, ahash::RandomState>;

/// The catalog at one moment.
pub struct CatalogSnapshot {
    pub catalog: Catalog,
    /// Which providers are tried next when a model's provider fails.
    pub orders: ProviderOrders,
    routes: Map<Route>,
    /// The model list's entry of each callable model.
    entries: Map<String>,
    /// The state of each address that calls have shown, for this snapshot and the next.
    state: HashMap<Uri, Arc<EndpointState>>,
    /// Every address that can be called.
    endpoints: Vec<Arc<UpstreamEndpoint>>,
}

impl CatalogSnapshot {
    /// Reads the catalog from the store and prepares it. The [`EndpointState`] of each address is taken over from
    /// `before`.
    pub async fn load(store: &Store, options: &GatewayOptions, before: Option<&Self>) -> Result<Self, StoreError> {
        let catalog = store.catalog().load().await?;
        let sealed: HashMap<ProviderId, Sealed> = store.catalog().credentials().await?.into_iter().collect();
        let orders = ProviderOrders::new(store.catalog().provider_orders().await?);
        Ok(Self::new(catalog, orders, &sealed, options, before))
    }

    fn new(
        catalog: Catalog,
        orders: ProviderOrders,
        sealed: &HashMap<ProviderId, Sealed>,
        options: &GatewayOptions,
        before: Option<&Self>,
    ) -> Self {
        let state = |uri: &Uri| before?.state.get(uri).cloned();
        let addresses: HashMap<&ProviderId, Addresses> = catalog
            .providers()
            .map(|provider| {
                (
                    &provider.id,
                    addresses(provider, sealed.get(&provider.id), options, &state),
                )
            })
            .collect();

        let usable = addresses
            .values()
            .flatten()
            .filter_map(|(_, endpoint)| endpoint.as_ref().ok());
        let state = usable
            .clone()
            .map(|endpoint| (endpoint.uri.clone(), Arc::clone(&endpoint.state)))
            .collect();
        let endpoints = usable.filter(|endpoint| endpoint.has_credential).cloned().collect();

        let routes = catalog
            .all_callable()
            .filter_map(|model| {
                let provider = catalog.provider(&model.provider)?;
                let route = route(model, provider, addresses.get(&model.provider)?, options);
                Some((model.id.as_str().to_owned(), route))
            })
            .collect();

        let none = AliasSet::default();
        let rows = models::rows(&none, &catalog, None);
        let entries = rows.iter().map(|row| (row.id.to_owned(), row.json())).collect();

        Self {
            catalog,
            orders,
            routes,
            entries,
            state,
            endpoints,
        }
    }

    /// Where a request for a callable model goes.
    pub fn route(&self, model: &Model) -> Option<&Route> {
        self.routes.get(model.id.as_str())
    }

    /// Every provider with a credential, by id, and whether one of its addresses is paused after repeated failures.
    pub fn paused(&self) -> BTreeMap<&str, bool> {
        let mut all = BTreeMap::new();
        for endpoint in &self.endpoints {
            *all.entry(endpoint.provider.as_str()).or_default() |= endpoint.state.any_open();
        }
        all
    }

    /// The model list's entry of a callable model, as JSON. An alias may still shadow the model.
    pub fn entry(&self, id: &str) -> Option<&str> {
        self.entries.get(id).map(String::as_str)
    }
}
