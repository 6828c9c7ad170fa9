//! The state that all handlers share: the console and its settings.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use url::Url;

use super::outage::Outage;
use super::password;
use super::web::Origins;
use crate::clock::Clock;
use crate::domain::{ApiKeyHasher, Catalog, MasterKey, Timestamp, TrustedProxies};
use crate::store::{Store, StoreError};

/// Settings of the console.
#[derive(Clone, Debug)]
pub struct ConsoleOptions {
    /// The source of the time.
    pub clock: Clock,
    /// The master key: it seals secrets that must be read back, and hashes API keys.
    pub master: MasterKey,
    /// The address at which people open the console. Requests to other hosts are refused.
    pub public_url: Url,
    /// Whether browsers use https: the cookie is then sent over https only.
    pub secure_cookies: bool,
    /// Whether the demo provider answers for providers without a credential; every page says so.
    pub demo_provider: bool,
    /// The gateway's base URL for the examples, for example `http://127.0.0.1:8080/v1`.
    pub gateway_url: String,
    /// Proxies in front of the console whose `X-Forwarded-For` it trusts.
    pub proxies: TrustedProxies,
    /// How long a page of requests searches for rare ones before it offers to search further.
    pub search_patience: Duration,
}

impl ConsoleOptions {
    /// The usual value of `search_patience`: the whole page then takes well under 200 ms.
    pub const SEARCH_PATIENCE: Duration = Duration::from_millis(100);
}

/// The console. Clones share all state.
#[derive(Clone, Debug)]
pub struct Console(Arc<Inner>);

/// The parts that handlers use.
#[derive(Debug)]
pub struct Inner {
    /// Settings, as given to [`Console::new`].
    pub options: ConsoleOptions,
    /// The database.
    pub store: Store,
    pub(in crate::console) hasher: ApiKeyHasher,
    pub(in crate::console) passwords: password::Passwords,
    pub(in crate::console) throttle_turn: tokio::sync::Mutex<()>,
    pub(in crate::console) catalog: ArcSwap<Catalog>,
    pub(in crate::console) outage: Outage,
    pub(in crate::console) origins: Origins,
}

impl std::ops::Deref for Console {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Console {
    /// A console over a store.
    pub fn new(store: Store, options: ConsoleOptions) -> Self {
        Self(Arc::new(Inner {
            store,
            hasher: options.master.api_key_hasher(),
            passwords: password::Passwords::default(),
            throttle_turn: tokio::sync::Mutex::new(()),
            catalog: ArcSwap::default(),
            outage: Outage::default(),
            origins: Origins::new(&options.public_url),
            options,
        }))
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.options.clock.now()
    }

    /// The catalog as it is stored now. It is read again only after the store has announced a change.
    pub async fn catalog(&self) -> Result<Arc<Catalog>, StoreError> {
        let known = self.catalog.load_full();
        if !known.models().is_empty() && known.revision() == self.store.catalog().revision().await? {
            return Ok(known);
        }

        let read = Arc::new(self.store.catalog().load().await?);
        self.catalog.store(Arc::clone(&read));
        Ok(read)
    }
}
