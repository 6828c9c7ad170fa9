//! How a gateway is set up.

mod cors_origins;
pub mod extra_roots;
mod provider_proxy;
mod spool_options;

pub use cors_origins::{ANYTHING, CorsOrigins, CorsOriginsError};
pub use provider_proxy::{PORT, ProviderProxy, ProxyError};
#[cfg(test)]
pub use spool_options::SEGMENT_LENGTH;
pub use spool_options::SpoolOptions;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::domain::Reserve;
use crate::domain::{EgressPolicy, MasterKey, ProviderPatience, TrustedProxies};
use extra_roots::ExtraRoots;

/// Looks an environment variable up. A function, so that tests need not touch the process's own environment.
pub type EnvLookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// What a gateway needs besides the store.
#[derive(Clone)]
pub struct GatewayOptions {
    /// What time it is.
    pub clock: Clock,
    /// Hashes API keys and opens credentials.
    pub master: MasterKey,
    /// Which addresses may be dialled.
    pub egress: EgressPolicy,
    /// Whose certificates are believed beside those of the authorities that browsers trust.
    pub extra_roots: ExtraRoots,
    /// Through whom providers are called, if not directly.
    pub proxy: Option<ProviderProxy>,
    /// The sites whose pages may call the gateway.
    pub cors: Option<CorsOrigins>,
    /// Where credentials are looked for that the database does not hold.
    pub env: EnvLookup,
    /// Whether providers without a credential are answered by a stand-in: for demonstrations only.
    pub demo_provider: bool,
    /// Proxies in front whose `X-Forwarded-For` is believed.
    pub proxies: TrustedProxies,
    /// Whether the store's notices of changes are heard. Off only in tests of what happens without them.
    pub notifications: bool,
    /// How often what is in memory is compared with the database.
    pub sweep_every: Duration,
    /// How old what is in memory may be while the database answers.
    pub freshness: Duration,
    /// How long is waited for whom.
    pub timeouts: Timeouts,
    /// How large things may be.
    pub limits: Limits,
    /// How often a provider is asked that failed for the moment.
    pub retries: Retries,
    /// Where calls are written down before they are made.
    pub spool: SpoolOptions,
    /// How much is reserved for a call.
    pub reserve: Reserve,
    /// How long request records are kept; `None`: for ever.
    pub keep_records: Option<Duration>,
}

impl GatewayOptions {
    /// The usual options: credentials from the process's environment, nothing private dialled, no stand-in. `spool`: the
    /// folder that calls are written down in before they are made.
    pub fn new(clock: Clock, master: MasterKey, spool: PathBuf) -> Self {
        Self {
            clock,
            master,
            egress: EgressPolicy::default(),
            extra_roots: ExtraRoots::default(),
            proxy: None,
            cors: None,
            env: Arc::new(|name| std::env::var(name).ok()),
            demo_provider: false,
            proxies: TrustedProxies::default(),
            notifications: true,
            sweep_every: Duration::from_secs(3),
            freshness: Duration::from_secs(60),
            timeouts: Timeouts::default(),
            limits: Limits::default(),
            retries: Retries::default(),
            spool: SpoolOptions::new(spool),
            reserve: Reserve::default(),
            keep_records: None,
        }
    }
}

impl fmt::Debug for GatewayOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GatewayOptions")
            .field("egress", &self.egress)
            .field("demo_provider", &self.demo_provider)
            .field("sweep_every", &self.sweep_every)
            .field("freshness", &self.freshness)
            .finish_non_exhaustive()
    }
}

/// How long is waited for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection to a provider; its TLS handshake has as long again.
    pub connect: Duration,
    /// For the head of a stream.
    pub first_byte_stream: Duration,
    /// For the head of a whole answer, which thinking models send when they are done.
    pub first_byte_whole: Duration,
    /// For the next byte of an answer.
    pub idle: Duration,
    /// For the whole answer.
    pub total: Duration,
    /// How often a client hears that its stream is alive while nothing comes; zero: never.
    pub keepalive: Duration,
    /// How long an answer is still read for what it used, after its client has left; zero: not at all.
    pub drain: Duration,
    /// For a client that does not take what is sent.
    pub client_stall: Duration,
    /// For a client's body.
    pub body: Duration,
    /// After this long, a body has to come at 1 KiB a second.
    pub body_grace: Duration,
    /// For the database, before a call does without.
    pub database: Duration,
    /// How long known keys work while the database does not answer.
    pub fail_static: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte_stream: Duration::from_secs(300),
            first_byte_whole: Duration::from_secs(900),
            idle: Duration::from_secs(300),
            total: Duration::from_secs(60 * 60),
            keepalive: Duration::from_secs(15),
            drain: Duration::from_secs(3),
            client_stall: Duration::from_secs(60),
            body: Duration::from_secs(60),
            body_grace: Duration::from_secs(5),
            database: Duration::from_secs(3),
            fail_static: Duration::from_secs(24 * 60 * 60),
        }
    }
}

impl Timeouts {
    /// The same, but for what an admin has set for one provider.
    pub(super) fn with(&self, own: &ProviderPatience) -> Self {
        let seconds = |own: Option<u32>, all: Duration| own.map_or(all, |own| Duration::from_secs(own.into()));
        Self {
            first_byte_stream: seconds(own.first_byte_stream, self.first_byte_stream),
            first_byte_whole: seconds(own.first_byte_whole, self.first_byte_whole),
            idle: seconds(own.idle, self.idle),
            total: seconds(own.total, self.total),
            keepalive: seconds(own.keepalive, self.keepalive),
            ..*self
        }
    }
}

/// How large things may be, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// A request's body.
    pub body: usize,
    /// All bodies in memory together.
    pub bodies: usize,
    /// A provider's answer.
    pub answer: usize,
    /// One event of a stream.
    pub event: usize,
    /// What is held of all answers together: of whole ones, and of events that have begun and not ended.
    pub answers: usize,
    /// A provider's error, of which the rest is not read.
    pub error: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 32 << 20,
            bodies: 512 << 20,
            answer: 256 << 20,
            event: 32 << 20,
            answers: 512 << 20,
            error: 64 << 10,
        }
    }
}

/// How often a provider is asked that failed for the moment, before the next one is, or the client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retries {
    /// How often in all; 1 means once.
    pub tries: u32,
    /// The pause after the first try; each further one is twice as long.
    pub first_pause: Duration,
    /// A provider that wants to be left alone longer than this is not waited for.
    pub longest_wait: Duration,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            tries: 2,
            first_pause: Duration::from_millis(250),
            longest_wait: Duration::from_secs(2),
        }
    }
}
