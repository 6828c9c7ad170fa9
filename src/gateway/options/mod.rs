//! The settings of a gateway.

mod cors_origins;
pub mod extra_roots;
mod limits;
mod provider_proxy;
mod retries;
mod spool_options;
mod timeouts;

pub use cors_origins::{ANYTHING, CorsOrigins, CorsOriginsError};
pub use limits::Limits;
pub use provider_proxy::{PORT, ProviderProxy, ProxyError};
pub use retries::Retries;
#[cfg(test)]
pub use spool_options::SEGMENT_LENGTH;
pub use spool_options::SpoolOptions;
pub use timeouts::Timeouts;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::domain::{EgressPolicy, MasterKey, Reserve, TrustedProxies};
use extra_roots::ExtraRoots;

/// Looks up an environment variable. It is a function, so that tests need not touch the process's own environment.
pub type EnvLookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// The settings of a gateway, and everything else that it needs besides the store.
#[derive(Clone)]
pub struct GatewayOptions {
    /// The clock that all of the gateway reads.
    pub clock: Clock,
    /// Hashes API keys and opens credentials.
    pub master: MasterKey,
    /// The provider addresses that the gateway may dial.
    pub egress: EgressPolicy,
    /// Certificate authorities that are trusted besides those that browsers trust.
    pub extra_roots: ExtraRoots,
    /// The proxy for calls to providers; `None` calls them directly.
    pub proxy: Option<ProviderProxy>,
    /// The sites whose pages may call the gateway; `None` permits none.
    pub cors: Option<CorsOrigins>,
    /// Where the gateway looks for credentials that the database does not hold.
    pub env: EnvLookup,
    /// Whether the demo provider answers for providers without a credential. For demonstrations only.
    pub demo_provider: bool,
    /// Proxies in front of the gateway whose `X-Forwarded-For` it trusts.
    pub proxies: TrustedProxies,
    /// Whether the gateway listens to the store's notices of changes. Off only in tests.
    pub notifications: bool,
    /// How often the gateway compares its memory with the database.
    pub sweep_every: Duration,
    /// The oldest that keys and catalog in memory may be while the database answers.
    pub freshness: Duration,
    /// How long the gateway waits for clients, providers and the database.
    pub timeouts: Timeouts,
    /// How large bodies and answers may be.
    pub limits: Limits,
    /// How often a provider is tried again after a transient failure.
    pub retries: Retries,
    /// The spool, which holds each call before it is made.
    pub spool: SpoolOptions,
    /// How much is reserved for a call.
    pub reserve: Reserve,
    /// How long request records are kept; `None` keeps them for ever.
    pub keep_records: Option<Duration>,
}

impl GatewayOptions {
    /// The usual options: credentials from the process's environment, no private addresses, no demo provider. `spool` is the
    /// folder of the spool.
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
