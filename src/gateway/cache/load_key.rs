//! How the cache finds a key: in memory, else in the database, with one load for all requests that want the same key.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::FutureExt;

use super::compiled_key::CompiledKey;
use super::keys::Lookup;
use super::{Cache, Flight, Loaded, Unavailable};
use crate::domain::{ApiKeyHash, Timestamp};
use crate::gateway::locks::lock;

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
        if self.database_down.load(Ordering::Relaxed)
            && let Some(key) = &static_key
        {
            return Ok(Some(Arc::clone(key)));
        }

        match self.flight(hash).await {
            Err(Unavailable) => static_key.map(Some).ok_or(Unavailable),
            loaded => loaded,
        }
    }

    /// The load of a key: the one under way, or a new one. It runs in a task of its own, since the requests that wait for it
    /// may be dropped.
    fn flight(self: &Arc<Self>, hash: ApiKeyHash) -> Flight {
        let generation = self.keys.generation();
        let mut flights = lock(&self.flights);
        if let Some((began, flight)) = flights.get(&hash)
            && *began == generation
        {
            return flight.clone();
        }

        let cache = Arc::clone(self);
        let task = tokio::spawn(async move {
            let loaded = cache.load_key(hash, generation).await;
            let mut flights = lock(&cache.flights);
            if flights.get(&hash).is_some_and(|(began, _)| *began == generation) {
                flights.remove(&hash);
            }
            loaded
        });

        let flight = async move { task.await.unwrap_or(Err(Unavailable)) }.boxed().shared();
        flights.insert(hash, (generation, flight.clone()));
        flight
    }

    /// Asks the database for a key, and keeps its answer.
    async fn load_key(&self, hash: ApiKeyHash, generation: u64) -> Loaded {
        let now = self.clock.now();
        self.loads.fetch_add(1, Ordering::Relaxed);
        let stored = self.ask(self.store.api_keys().by_hash(&hash, now)).await?;
        let key = stored.map(|stored| Arc::new(CompiledKey::new(stored, &self.spending, now)));
        self.keys.put(hash, key.clone(), generation, now);
        Ok(key)
    }
}
