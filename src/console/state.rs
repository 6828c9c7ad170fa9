//! What handlers share: the console and its settings.

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
    /// What time it is.
    pub clock: Clock,
    /// Seals what must be read back, and keys the hashes of API keys.
    pub master: MasterKey,
    /// The address that people use. Requests to other hosts are refused.
    pub public_url: Url,
    /// Whether people come over https: the cookie is then bound to it.
    pub secure_cookies: bool,
    /// Whether providers without a credential are answered by the built-in stand-in; every page says so.
    pub demo_provider: bool,
    /// The gateway's base URL for the examples, for example `http://127.0.0.1:8080/v1`.
    pub gateway_url: String,
    /// Proxies in front whose `X-Forwarded-For` is believed.
    pub proxies: TrustedProxies,
    /// How long a page of requests looks for what is rare before it offers to look further.
    pub search_patience: Duration,
}

impl ConsoleOptions {
    /// The usual patience of a search: with all else a page stays well under 200 ms.
    pub const SEARCH_PATIENCE: Duration = Duration::from_millis(100);
}

/// The console. Clones share everything.
#[derive(Clone, Debug)]
pub struct Console(Arc<Inner>);

/// What handlers use of it.
#[derive(Debug)]
pub struct Inner {
    /// Its settings.
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

    /// The catalog as it is stored now. Read again only when the store says that it changed.
    ///
    /// # Errors
    /// If the store fails.
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
