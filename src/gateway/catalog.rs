//! The catalog as requests need it: one immutable snapshot, with everything about each provider's calls made ready.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use actix_web::http::header::HeaderValue as AnswerValue;
use hyper::HeaderMap;
use hyper::header::{ACCEPT_ENCODING, CONTENT_TYPE, HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::http::uri::Uri;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{GatewayOptions, credentials};
use crate::domain::{AliasSet, Catalog, Endpoint, Model, ModelKind, Protocol, Provider, ProviderId, Sealed};
use crate::store::{Store, StoreError};
use crate::wire::control::model_literal;
use crate::wire::models;

/// How we name ourselves to providers.
const AGENT: &str = concat!("crossmodel/", env!("CARGO_PKG_VERSION"));

type Map<T> = HashMap<String, T, ahash::RandomState>;

/// The catalog at one moment.
pub(super) struct Snapshot {
    pub catalog: Catalog,
    routes: Map<Route>,
    /// The model list's entry of each callable model.
    entries: Map<String>,
}

/// Where a chat request for a model goes.
#[derive(Clone, Debug)]
pub(super) enum Route {
    /// To this target.
    Target(Arc<Target>),
    /// Its provider has no credential here.
    NoCredential,
    /// Its provider's address or credential cannot be used; the log says why.
    Unusable,
    /// It does not chat.
    NotChat,
    /// It is served by other protocols only.
    Elsewhere,
}

/// One model of one provider, ready to be called.
#[derive(Debug)]
pub(super) struct Target {
    pub upstream: Arc<Upstream>,
    pub model: Arc<Model>,
    /// The name that the provider knows it by, as a JSON string.
    pub literal: String,
    /// The real id, as a header of our answer.
    pub header: AnswerValue,
}

/// A provider's address for chat, ready to be called.
#[derive(Debug)]
pub(super) struct Upstream {
    pub provider: ProviderId,
    pub name: String,
    pub uri: Uri,
    /// Everything that goes with each call, the credential included.
    pub headers: HeaderMap,
    /// To keep it out of what we pass on.
    pub credential: Option<SecretString>,
    pub includes_reasoning: Option<bool>,
    /// Answered by the stand-in instead.
    pub stand_in: bool,
    takes_usage: Arc<AtomicU8>,
}

/// Whether a provider takes `stream_options`: said by the catalog, or learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TakesUsage {
    Unknown = 0,
    Yes = 1,
    No = 2,
}

impl Upstream {
    pub(super) fn takes_usage(&self) -> TakesUsage {
        match self.takes_usage.load(Ordering::Relaxed) {
            1 => TakesUsage::Yes,
            2 => TakesUsage::No,
            _ => TakesUsage::Unknown,
        }
    }

    /// Remembers what a call has shown.
    pub(super) fn learn_usage(&self, takes: TakesUsage) {
        self.takes_usage.store(takes as u8, Ordering::Relaxed);
    }

    /// Whether a text holds the credential.
    pub(super) fn leaks(&self, text: &str) -> bool {
        self.credential.as_ref().is_some_and(|secret| text.contains(secret.expose_secret()))
    }
}

impl Snapshot {
    /// Reads the catalog and makes it ready. `before` keeps what was learned of providers.
    pub(super) async fn load(
        store: &Store,
        options: &GatewayOptions,
        before: Option<&Self>,
    ) -> Result<Self, StoreError> {
        let catalog = store.catalog().load().await?;
        let sealed: HashMap<ProviderId, Sealed> = store.catalog().credentials().await?.into_iter().collect();
        Ok(Self::new(catalog, &sealed, options, before))
    }

    fn new(
        catalog: Catalog,
        sealed: &HashMap<ProviderId, Sealed>,
        options: &GatewayOptions,
        before: Option<&Self>,
    ) -> Self {
        let learned = |id: &ProviderId, uri: &Uri| {
            before?.routes.values().find_map(|route| match route {
                Route::Target(target) if target.upstream.provider == *id && target.upstream.uri == *uri => {
                    Some(Arc::clone(&target.upstream.takes_usage))
                }
                _ => None,
            })
        };
        // `None`: no address for chat; an error: one that cannot be used.
        let upstreams: HashMap<&ProviderId, Option<Result<Arc<Upstream>, Unusable>>> = catalog
            .providers()
            .map(|provider| {
                let upstream = chat_endpoint(provider).map(|endpoint| {
                    let credential = credentials::find(provider, &endpoint.base_url, sealed.get(&provider.id), options);
                    let upstream = Upstream::new(provider, &endpoint, credential, options)?;
                    Ok(Arc::new(match learned(&provider.id, &upstream.uri) {
                        Some(takes_usage) if provider.stream_options.is_none() => Upstream { takes_usage, ..upstream },
                        _ => upstream,
                    }))
                });
                (&provider.id, upstream)
            })
            .collect();
        let routes = catalog
            .all_callable()
            .map(|model| {
                let upstream = upstreams.get(&model.provider).cloned().flatten();
                let provider = catalog.provider(&model.provider);
                (model.id.as_str().to_owned(), route(model, provider.map(Arc::as_ref), upstream, options))
            })
            .collect();
        let none = AliasSet::default();
        let rows = models::rows(&none, &catalog, None);
        let entries = rows.iter().map(|row| (row.id.to_owned(), row.json())).collect();
        Self { catalog, routes, entries }
    }

    /// Where a chat request for a callable model goes.
    pub(super) fn route(&self, model: &Model) -> Option<&Route> {
        self.routes.get(model.id.as_str())
    }

    /// The model list's entry of a callable model, not shadowed.
    pub(super) fn entry(&self, id: &str) -> Option<&str> {
        self.entries.get(id).map(String::as_str)
    }
}

/// The address of a provider that speaks chat: its own one, or another that the catalog lists.
fn chat_endpoint(provider: &Provider) -> Option<Endpoint> {
    provider.endpoint(Protocol::OpenaiChat).cloned().or_else(|| {
        (provider.protocol == Protocol::OpenaiChat).then(|| Endpoint {
            protocol: Protocol::OpenaiChat,
            base_url: provider.base_url.clone(),
            path: "/chat/completions".into(),
            auth: Default::default(),
        })
    })
}

fn route(
    model: &Arc<Model>,
    provider: Option<&Provider>,
    upstream: Option<Result<Arc<Upstream>, Unusable>>,
    options: &GatewayOptions,
) -> Route {
    if model.kind != ModelKind::Chat {
        return Route::NotChat;
    }
    let Some(provider) = provider else { return Route::Elsewhere };
    // Google's models are reached through Google's own OpenAI address. A provider that was pointed elsewhere speaks only
    // what that address speaks, whatever the catalog says of its models.
    let chats = model.protocols.iter().any(|p| matches!(p, Protocol::OpenaiChat | Protocol::Gemini))
        || !model.protocols.iter().any(|&p| provider.endpoint(p).is_some());
    let upstream = match upstream.filter(|_| chats) {
        Some(Ok(upstream)) => upstream,
        Some(Err(Unusable)) => return Route::Unusable,
        // In a demonstration the stand-in answers in the client's protocol for those that do not speak it.
        None if options.stand_in => match Upstream::stand_in(provider, options) {
            Ok(upstream) => Arc::new(upstream),
            Err(Unusable) => return Route::Unusable,
        },
        None => return Route::Elsewhere,
    };
    if upstream.credential.is_none() && !upstream.stand_in {
        return Route::NoCredential;
    }
    let header = AnswerValue::from_str(model.id.as_str());
    match header {
        Ok(header) => Route::Target(Arc::new(Target {
            upstream,
            model: Arc::clone(model),
            literal: model_literal(&model.upstream_model),
            header,
        })),
        Err(_) => Route::Elsewhere,
    }
}

/// An address or credential that no call can be made with; logged where it was found.
#[derive(Clone, Copy, Debug)]
struct Unusable;

impl Upstream {
    fn new(
        provider: &Provider,
        endpoint: &Endpoint,
        credential: Option<SecretString>,
        options: &GatewayOptions,
    ) -> Result<Self, Unusable> {
        let unusable = |why: &dyn std::fmt::Display| {
            tracing::error!(provider = %provider.id, "{} cannot be called: {why}", provider.name);
            Unusable
        };
        let stand_in = options.stand_in && credential.is_none();
        let address = format!("{}{}", endpoint.base_url.trim_end_matches('/'), endpoint.path);
        let url = Url::parse(&address).map_err(|error| unusable(&error))?;
        if !stand_in {
            options.egress.permits_url(&url).map_err(|error| unusable(&error))?;
        }
        let uri: Uri = url.as_str().parse().map_err(|error| unusable(&error))?;
        let headers = headers(provider, endpoint, &uri, credential.as_ref())
            .ok_or_else(|| unusable(&"its credential or one of its headers cannot be sent"))?;
        let takes_usage = match provider.stream_options {
            None => TakesUsage::Unknown,
            Some(true) => TakesUsage::Yes,
            Some(false) => TakesUsage::No,
        };
        Ok(Self {
            provider: provider.id.clone(),
            name: provider.name.clone(),
            uri,
            headers,
            stand_in,
            credential,
            includes_reasoning: provider.completion_includes_reasoning,
            takes_usage: Arc::new(AtomicU8::new(takes_usage as u8)),
        })
    }

    /// The stand-in for a provider that speaks no chat.
    fn stand_in(provider: &Provider, options: &GatewayOptions) -> Result<Self, Unusable> {
        let endpoint = Endpoint {
            protocol: Protocol::OpenaiChat,
            base_url: provider.base_url.clone(),
            path: String::new(),
            auth: Default::default(),
        };
        Self::new(provider, &endpoint, None, options)
    }
}

/// What goes with every call to an address. Nothing of the client's is among it.
fn headers(
    provider: &Provider,
    endpoint: &Endpoint,
    uri: &Uri,
    credential: Option<&SecretString>,
) -> Option<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert(HOST, HeaderValue::from_str(uri.authority()?.as_str()).ok()?);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    for (name, value) in &provider.extra_headers {
        headers.insert(HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?);
    }
    if let Some(credential) = credential {
        let name = HeaderName::from_bytes(endpoint.auth.header.as_bytes()).ok()?;
        let value = match &endpoint.auth.scheme {
            Some(scheme) => format!("{scheme} {}", credential.expose_secret()),
            None => credential.expose_secret().to_owned(),
        };
        let mut value = HeaderValue::try_from(value).ok()?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Some(headers)
}
