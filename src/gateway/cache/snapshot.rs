//! The catalog as requests need it: one immutable snapshot, with everything about each provider's calls made ready.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use hyper::http::uri::Uri;

use crate::domain::{
    AliasSet, Catalog, Endpoint, Model, ModelKind, Protocol, Provider, ProviderId, ProviderOrders, Sealed,
};
use crate::gateway::options::GatewayOptions;
use crate::gateway::upstream::{CallableModel, EndpointState, Unusable, UpstreamEndpoint, credentials};
use crate::store::{Store, StoreError};
use crate::wire::models;
use crate::wire::neutral::Capabilities;

type Map<T> = HashMap<String, T, ahash::RandomState>;

/// The catalog at one moment.
pub struct CatalogSnapshot {
    pub catalog: Catalog,
    /// Who is asked when a model's provider fails.
    pub orders: ProviderOrders,
    routes: Map<Route>,
    /// The model list's entry of each callable model.
    entries: Map<String>,
    /// What is known of each address, kept for the next snapshot.
    state: HashMap<Uri, Arc<EndpointState>>,
    /// Every address that can be called.
    endpoints: Vec<Arc<UpstreamEndpoint>>,
}

/// Where a request for a model goes.
#[derive(Clone, Debug)]
pub enum Route {
    /// To this target.
    Target(Arc<CallableModel>),
    /// Its provider has no credential here.
    NoCredential,
    /// Its provider's address or credential cannot be used; the log says why.
    Unusable,
    /// It is served by protocols only that are not spoken here.
    Elsewhere,
}

/// The addresses of a provider, and those of them that cannot be used.
type Addresses = Vec<(Purpose, Result<Arc<UpstreamEndpoint>, Unusable>)>;

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Conversation(Protocol),
    Embeddings,
}

impl CatalogSnapshot {
    /// Reads the catalog and makes it ready. `before` keeps what was learned of providers.
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

    /// Every provider with a credential, by name, and whether one of its addresses is left alone since it failed.
    pub fn paused(&self) -> BTreeMap<&str, bool> {
        let mut all = BTreeMap::new();
        for endpoint in &self.endpoints {
            *all.entry(endpoint.provider.as_str()).or_default() |= endpoint.state.any_open();
        }
        all
    }

    /// The model list's entry of a callable model, not shadowed.
    pub fn entry(&self, id: &str) -> Option<&str> {
        self.entries.get(id).map(String::as_str)
    }
}

/// Every address of a provider that can be spoken to.
fn addresses(
    provider: &Provider,
    sealed: Option<&Sealed>,
    options: &GatewayOptions,
    state: &dyn Fn(&Uri) -> Option<Arc<EndpointState>>,
) -> Addresses {
    let ready = |endpoint: &Endpoint| {
        let credential = credentials::find(provider, &endpoint.base_url, sealed, options);
        UpstreamEndpoint::new(provider, endpoint, credential, options, state).map(Arc::new)
    };
    let conversations = provider
        .endpoints
        .iter()
        .filter(|endpoint| endpoint.protocol != Protocol::Gemini);
    let mut all: Addresses = conversations
        .map(|endpoint| (Purpose::Conversation(endpoint.protocol), ready(endpoint)))
        .collect();
    let chat = provider.endpoint(Protocol::OpenaiChat);
    if let (Some(path), Some(chat)) = (&provider.embeddings_path, chat) {
        all.push((
            Purpose::Embeddings,
            ready(&Endpoint {
                path: path.clone(),
                ..chat.clone()
            }),
        ));
    }
    all
}

fn route(model: &Arc<Model>, provider: &Provider, addresses: &Addresses, options: &GatewayOptions) -> Route {
    let serves = |purpose: Purpose| match (model.kind, purpose) {
        (ModelKind::Embedding, purpose) => purpose == Purpose::Embeddings,
        (ModelKind::Chat, Purpose::Embeddings) => false,
        // Google's models are reached through Google's own OpenAI address.
        (ModelKind::Chat, Purpose::Conversation(protocol)) => {
            model.protocols.contains(&protocol)
                || (protocol == Protocol::OpenaiChat && model.protocols.contains(&Protocol::Gemini))
        }
    };
    let mut serving: Vec<_> = addresses.iter().filter(|(purpose, _)| serves(*purpose)).collect();
    if serving.is_empty() && model.kind == ModelKind::Chat {
        // A provider that was pointed elsewhere speaks only what that address speaks, whatever the catalog says of its
        // models.
        serving = addresses
            .iter()
            .filter(|(purpose, _)| *purpose != Purpose::Embeddings)
            .collect();
    }
    let rank = |purpose: &Purpose| match purpose {
        Purpose::Conversation(protocol) => model.protocols.iter().position(|p| p == protocol).unwrap_or(usize::MAX),
        Purpose::Embeddings => 0,
    };
    serving.sort_by_key(|(purpose, _)| rank(purpose));
    let usable: Vec<_> = serving
        .iter()
        .filter_map(|(_, endpoint)| endpoint.as_ref().ok().cloned())
        .collect();
    if usable.is_empty() && !serving.is_empty() {
        return Route::Unusable;
    }
    let capabilities = Capabilities::of(provider, model);
    let endpoints: Vec<_> = usable.into_iter().filter(|endpoint| endpoint.has_credential).collect();
    if endpoints.is_empty() && options.demo_provider && model.kind == ModelKind::Chat {
        return match UpstreamEndpoint::new(provider, &demo_endpoint(provider), None, options, |_| None) {
            Ok(endpoint) => target(model, capabilities, vec![Arc::new(endpoint)]),
            Err(Unusable) => Route::Unusable,
        };
    }
    match (endpoints.is_empty(), serving.is_empty()) {
        (true, true) => Route::Elsewhere,
        (true, false) => Route::NoCredential,
        (false, _) => target(model, capabilities, endpoints),
    }
}

fn target(model: &Arc<Model>, capabilities: Capabilities, endpoints: Vec<Arc<UpstreamEndpoint>>) -> Route {
    CallableModel::new(model, capabilities, endpoints)
        .map_or(Route::Elsewhere, |target| Route::Target(Arc::new(target)))
}

/// Where the stand-in answers for a provider: nowhere, in the chat protocol.
fn demo_endpoint(provider: &Provider) -> Endpoint {
    Endpoint {
        protocol: Protocol::OpenaiChat,
        base_url: provider.base_url.clone(),
        path: String::new(),
        auth: Default::default(),
    }
}
