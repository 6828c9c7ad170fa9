//! How the cache finds a key: in memory, else in the database, with one load for all requests that want the same key.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::runtime::Handle;

use super::compiled_key::CompiledKey;
use super::keys::Lookup;
use super::{Cache, Found, Loaded};
use crate::domain::{ApiKeyHash, Timestamp};
use crate::gateway::db_health::DatabaseDown;
use crate::gateway::single_flight::Flight;

impl Cache {
    /// The key that a secret belongs to; `None` if it belongs to none. While the database is down, a known key keeps
    /// working for a while.
    pub(in crate::gateway) async fn key(self: &Arc<Self>, hash: ApiKeyHash, now: Timestamp) -> Loaded {
        self.apply_changes();

        let known = match self.keys.get(&hash, now) {
            Lookup::Known(key) if key.age(now) <= self.options.freshness => return Ok(Some(key)),
            Lookup::Known(key) => Some(key),
            Lookup::Unknown => return Ok(None),
            Lookup::Miss => None,
        };

        let static_key = known.filter(|key| key.age(now) <= self.options.timeouts.fail_static);
        if self.database.is_down()
            && let Some(key) = &static_key
        {
            return Ok(Some(Arc::clone(key)));
        }

        match self.flight(hash).await {
            Err(DatabaseDown) => static_key.map(Some).ok_or(DatabaseDown),
            loaded => loaded,
        }
    }

    /// The load of a key: the one under way, or a new one. A load that began before an eviction is not joined: what it finds
    /// may be old.
    fn flight(self: &Arc<Self>, hash: ApiKeyHash) -> Flight<Found> {
        let generation = self.keys.generation();
        let mut flights = self.flights.lock();
        let flight = flights.entry((hash, generation)).or_default();

        flight.join_or_start(&Handle::current(), || {
            let cache = Arc::clone(self);
            async move {
                let loaded = cache.load_key(hash, generation).await;
                cache.flights.lock().remove(&(hash, generation));
                loaded
            }
        })
    }

    /// Asks the database for a key, and keeps its answer.
    async fn load_key(&self, hash: ApiKeyHash, generation: u64) -> Loaded {
        let now = self.clock.now();
        self.loads.fetch_add(1, Ordering::Relaxed);
        let stored = self.database.ask(self.store.api_keys().by_hash(&hash, now)).await?;
        let key = stored.map(|stored| Arc::new(CompiledKey::new(stored, &self.spending, now)));
        self.keys.put(hash, key.clone(), generation, now);
        Ok(key)
    }
}
