//! Counts requested names that led to no model. The next sweep writes the counts into the tables; the alias editor
//! shows them.

use std::collections::HashMap;

use parking_lot::Mutex;

use crate::domain::{ApiKeyId, Timestamp};
use crate::store::{RefusedName, Store};

/// So many names are remembered between two sweeps; more are dropped.
const MOST: usize = 5_000;

/// The names that were refused since the last sweep, by key, hour and name.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<HashMap<(ApiKeyId, i64, String), RefusedName>>);

impl Refusals {
    /// Counts a request for such a name.
    pub fn note(&self, key: ApiKeyId, requested: String, at: Timestamp, agent: Option<String>) {
        let mut known = self.0.lock();
        let entry = (key, at.hour(), requested);
        if known.len() >= MOST && !known.contains_key(&entry) {
            return;
        }

        let requested = entry.2.clone();
        let name = known.entry(entry).or_insert_with(|| RefusedName {
            key,
            requested,
            requests: 0,
            last_at: at,
            last_agent: None,
        });

        name.requests += 1;
        name.last_at = name.last_at.max(at);
        name.last_agent = agent.or(name.last_agent.take());
    }

    /// Writes the names into the tables. If that fails, they are kept for the next time.
    pub async fn flush(&self, store: &Store) {
        let taken = std::mem::take(&mut *self.0.lock());
        let names: Vec<RefusedName> = taken.values().cloned().collect();

        if store.usage().refused(&names).await.is_err() {
            let mut known = self.0.lock();
            for (entry, name) in taken {
                match known.get_mut(&entry) {
                    Some(newer) => newer.requests += name.requests,
                    None => drop(known.insert(entry, name)),
                }
            }
        }
    }
}
