//! One address of a provider, ready to be called: what goes there, and what is known of how it behaves.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use hyper::HeaderMap;
use hyper::header::{ACCEPT_ENCODING, CONTENT_TYPE, HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::http::uri::Uri;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::breaker::Breaker;
use super::mask::Mask;
use crate::domain::{Endpoint, ModelId, Protocol, Provider, ProviderId};
use crate::gateway::locks::lock;
use crate::gateway::options::{GatewayOptions, Timeouts};

/// How we name ourselves to providers.
const AGENT: &str = concat!("crossmodel/", env!("CARGO_PKG_VERSION"));
/// The version of Anthropic's protocol that we write, where the client names none.
const ANTHROPIC_VERSION: HeaderValue = HeaderValue::from_static("2023-06-01");

/// A provider's address for one protocol.
#[derive(Debug)]
pub struct UpstreamEndpoint {
    pub provider: ProviderId,
    pub name: String,
    /// What is spoken there.
    pub protocol: Protocol,
    pub uri: Uri,
    /// Where it counts tokens, if it does.
    pub count_uri: Option<Uri>,
    /// Everything that goes with each call, the credential included.
    pub headers: HeaderMap,
    /// Whether there is one to call it with.
    pub has_credential: bool,
    /// Keeps the credential out of what we pass on.
    pub mask: Mask,
    pub includes_reasoning: Option<bool>,
    /// How long is waited for it.
    pub timeouts: Timeouts,
    /// The longest event of its streams, in bytes.
    pub longest_event: usize,
    /// Answered by the stand-in instead.
    pub is_demo: bool,
    /// Outlives the snapshot of the catalog that this stands in.
    pub state: Arc<EndpointState>,
}

/// What calls have shown of an address.
#[derive(Debug, Default)]
pub struct EndpointState {
    takes_usage: AtomicU8,
    /// Whether a model is worth calling there now. A model that fails says nothing of the others.
    breakers: Mutex<HashMap<ModelId, Arc<Breaker>>>,
}

/// Whether a provider takes `stream_options`: said by the catalog, or learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakesUsage {
    Unknown = 0,
    Yes = 1,
    No = 2,
}

/// An address or credential that no call can be made with; logged where it was found.
#[derive(Clone, Copy, Debug)]
pub struct Unusable;

impl UpstreamEndpoint {
    /// An address of `provider`. `state`: what earlier snapshots know of it.
    pub fn new(
        provider: &Provider,
        endpoint: &Endpoint,
        credential: Option<SecretString>,
        options: &GatewayOptions,
        state: impl FnOnce(&Uri) -> Option<Arc<EndpointState>>,
    ) -> Result<Self, Unusable> {
        let unusable = |why: &dyn std::fmt::Display| {
            tracing::error!(provider = %provider.id, "{} cannot be called: {why}", provider.name);
            Unusable
        };
        let is_demo = options.demo_provider && credential.is_none();
        let url = Url::parse(&endpoint.address()).map_err(|error| unusable(&error))?;
        if !is_demo {
            options.egress.permits_url(&url).map_err(|error| unusable(&error))?;
        }
        let uri: Uri = url.as_str().parse().map_err(|error| unusable(&error))?;
        let headers = headers(provider, endpoint, &uri, credential.as_ref())
            .ok_or_else(|| unusable(&"its credential or one of its headers cannot be sent"))?;
        let counts = endpoint.protocol == Protocol::AnthropicMessages && provider.counts_tokens && !is_demo;
        let count_uri = counts.then(|| format!("{uri}/count_tokens").parse().ok()).flatten();
        let state = state(&uri).unwrap_or_default();
        if let Some(capabilities) = provider.stream_options {
            state.set_takes_usage(if capabilities { TakesUsage::Yes } else { TakesUsage::No });
        }
        Ok(Self {
            provider: provider.id.clone(),
            name: provider.name.clone(),
            protocol: endpoint.protocol,
            uri,
            count_uri,
            headers,
            timeouts: options.timeouts.with(&provider.patience),
            longest_event: provider
                .patience
                .max_event_mib
                .map_or(options.limits.event, |mib| mib as usize * (1 << 20)),
            is_demo,
            has_credential: credential.is_some(),
            mask: credential.as_ref().map(Mask::of).unwrap_or_default(),
            includes_reasoning: provider.completion_includes_reasoning,
            state,
        })
    }

    pub fn takes_usage(&self) -> TakesUsage {
        self.state.takes_usage()
    }
}

impl EndpointState {
    /// What is known of how calls of a model go.
    pub fn breaker(&self, model: &ModelId) -> Arc<Breaker> {
        Arc::clone(lock(&self.breakers).entry(model.clone()).or_default())
    }

    /// Whether a model is asked last there, since it failed.
    pub fn any_open(&self) -> bool {
        lock(&self.breakers).values().any(|breaker| breaker.is_open())
    }

    fn takes_usage(&self) -> TakesUsage {
        match self.takes_usage.load(Ordering::Relaxed) {
            1 => TakesUsage::Yes,
            2 => TakesUsage::No,
            _ => TakesUsage::Unknown,
        }
    }

    /// Remembers whether `stream_options` was taken.
    pub fn set_takes_usage(&self, capabilities: TakesUsage) {
        self.takes_usage.store(capabilities as u8, Ordering::Relaxed);
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
    if endpoint.protocol == Protocol::AnthropicMessages {
        headers.insert(HeaderName::from_static("anthropic-version"), ANTHROPIC_VERSION);
    }
    for (name, value) in &provider.extra_headers {
        headers.insert(
            HeaderName::from_bytes(name.as_bytes()).ok()?,
            HeaderValue::from_str(value).ok()?,
        );
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
