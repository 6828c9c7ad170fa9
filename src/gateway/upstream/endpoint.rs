//! One address of a provider, ready to be called: its URIs, its headers with the credential, and its limits.

use std::sync::{Arc, OnceLock};

use hyper::HeaderMap;
use hyper::header::{ACCEPT_ENCODING, CONTENT_TYPE, HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::http::uri::Uri;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::endpoint_state::{EndpointState, TakesUsage};
use super::mask::Mask;
use crate::domain::{Endpoint, Protocol, Provider, ProviderId};
use crate::gateway::metrics::{CallTimes, Metrics};
use crate::gateway::options::{GatewayOptions, Timeouts};

/// The `User-Agent` that providers see.
const AGENT: &str = concat!("crossmodel/", env!("CARGO_PKG_VERSION"));
/// The version of Anthropic's protocol that the gateway writes, unless the client names one.
const ANTHROPIC_VERSION: HeaderValue = HeaderValue::from_static("2023-06-01");

/// A provider's address for one protocol.
#[derive(Debug)]
pub struct UpstreamEndpoint {
    pub provider: ProviderId,
    pub name: String,
    pub protocol: Protocol,
    pub uri: Uri,
    /// The URI at which it counts tokens; `None` if it has none.
    pub count_uri: Option<Uri>,
    /// The headers of each call, the credential included.
    pub headers: HeaderMap,
    /// Whether the gateway has a credential for it.
    pub has_credential: bool,
    /// Masks the credential in what clients get.
    pub mask: Mask,
    pub includes_reasoning: Option<bool>,
    /// The gateway's timeouts, with those that an admin set for this provider.
    pub timeouts: Timeouts,
    /// The longest event of its streams, in bytes.
    pub longest_event: usize,
    /// Whether the demo provider answers in place of this address.
    pub is_demo: bool,
    /// The state of the address, which outlives the catalog snapshot that holds this endpoint.
    pub state: Arc<EndpointState>,
    times: OnceLock<Arc<CallTimes>>,
}

/// The address or credential cannot be used. The log says why.
#[derive(Clone, Copy, Debug)]
pub struct Unusable;

impl UpstreamEndpoint {
    /// Prepares an address of `provider`. `state` finds the state that earlier snapshots have of the address.
    pub fn new(
        provider: &Provider,
        endpoint: &Endpoint,
        credential: Option<SecretString>,
        options: &GatewayOptions,
        state: impl FnOnce(&Uri) -> Option<Arc<EndpointState>>,
    ) -> Result<Self, Unusable> {
        let unusable = |why: &dyn std::fmt::Display| {
            tracing::error!(provider.id = %provider.id, "{} cannot be called: {why}", provider.name);
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
        if let Some(takes_usage) = provider.stream_options {
            state.set_takes_usage(if takes_usage { TakesUsage::Yes } else { TakesUsage::No });
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
            times: OnceLock::new(),
        })
    }

    /// The histograms of calls to this provider in this protocol.
    pub fn times(&self, metrics: &Metrics) -> &CallTimes {
        self.times
            .get_or_init(|| metrics.times_of(&self.provider, self.protocol))
    }

    pub fn takes_usage(&self) -> TakesUsage {
        self.state.takes_usage()
    }
}

/// The headers of every call to an address. None of them comes from the client. `None` if one cannot be sent.
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
