//! Finds where requests for a model go: the addresses of its provider that serve it, or the reason why none does.

use std::sync::Arc;

use hyper::http::uri::Uri;

use crate::domain::{Endpoint, Model, ModelKind, Protocol, Provider, Sealed};
use crate::gateway::options::GatewayOptions;
use crate::gateway::upstream::{CallableModel, EndpointState, Unusable, UpstreamEndpoint, credentials};

/// The addresses for requests for a model, or why there are none.
#[derive(Clone, Debug)]
pub enum Route {
    Target(Arc<CallableModel>),
    /// The gateway has no credential for its provider.
    NoCredential,
    /// Its provider's address or credential cannot be used; the log says why.
    Unusable,
    /// Its provider serves it only in protocols that none of the provider's addresses here speaks.
    Elsewhere,
}

/// The addresses of a provider, the unusable ones included.
pub(super) type Addresses = Vec<Address>;

type Address = (Purpose, Result<Arc<UpstreamEndpoint>, Unusable>);

/// The kind of requests that an address takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Conversation(Protocol),
    Embeddings,
}

/// Every address of a provider whose protocol the gateway speaks.
pub(super) fn addresses(
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

/// Where requests for this model go, given the addresses of its provider.
pub(super) fn route(model: &Arc<Model>, provider: &Provider, addresses: &Addresses, options: &GatewayOptions) -> Route {
    let serving = serving(model, addresses);
    let usable: Vec<_> = serving
        .iter()
        .filter_map(|(_, endpoint)| endpoint.as_ref().ok().cloned())
        .collect();
    if usable.is_empty() && !serving.is_empty() {
        return Route::Unusable;
    }

    let endpoints: Vec<_> = usable.into_iter().filter(|endpoint| endpoint.has_credential).collect();
    if endpoints.is_empty() && options.demo_provider && model.kind == ModelKind::Chat {
        return match UpstreamEndpoint::new(provider, &demo_endpoint(provider), None, options, |_| None) {
            Ok(endpoint) => target(model, provider, vec![Arc::new(endpoint)]),
            Err(Unusable) => Route::Unusable,
        };
    }

    match (endpoints.is_empty(), serving.is_empty()) {
        (true, true) => Route::Elsewhere,
        (true, false) => Route::NoCredential,
        (false, _) => target(model, provider, endpoints),
    }
}

/// The addresses that serve a model, the best first.
fn serving<'a>(model: &Model, addresses: &'a Addresses) -> Vec<&'a Address> {
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
        // A provider that an admin pointed elsewhere speaks only what that address speaks, whatever the catalog says of its
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
    serving
}

fn target(model: &Arc<Model>, provider: &Provider, endpoints: Vec<Arc<UpstreamEndpoint>>) -> Route {
    CallableModel::new(model, provider, endpoints).map_or(Route::Elsewhere, |target| Route::Target(Arc::new(target)))
}

/// The endpoint that the demo provider answers for: it speaks the chat protocol and is never dialled.
fn demo_endpoint(provider: &Provider) -> Endpoint {
    Endpoint {
        protocol: Protocol::OpenaiChat,
        base_url: provider.base_url.clone(),
        path: String::new(),
        auth: Default::default(),
        facts: Default::default(),
    }
}
