//! Names that no model ran for, counted until the next sweep writes them down: an owner is to see them in the alias editor.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::domain::{ApiKeyId, Timestamp};
use crate::gateway::locks::lock;
use crate::store::{RefusedName, Store};

/// Names that are remembered between two sweeps; what comes beyond is not.
const MOST: usize = 5_000;

/// What was refused since the last sweep.
#[derive(Debug, Default)]
pub struct Refusals(Mutex<HashMap<(ApiKeyId, i64, String), RefusedName>>);

impl Refusals {
    /// Counts a request.
    pub fn note(&self, key: ApiKeyId, requested: String, at: Timestamp, agent: Option<String>) {
        let mut known = lock(&self.0);
        let offset = (key, at.hour(), requested);
        if known.len() >= MOST && !known.contains_key(&offset) {
            return;
        }
        let requested = offset.2.clone();
        let part = known.entry(offset).or_insert_with(|| RefusedName {
            key,
            requested,
            requests: 0,
            last_at: at,
            last_agent: None,
        });
        part.requests += 1;
        part.last_at = part.last_at.max(at);
        part.last_agent = agent.or(part.last_agent.take());
    }

    /// Writes them down. What cannot be written now is kept for the next time.
    pub async fn flush(&self, store: &Store) {
        let taken = std::mem::take(&mut *lock(&self.0));
        let parts: Vec<RefusedName> = taken.values().cloned().collect();
        if store.usage().refused(&parts).await.is_err() {
            let mut known = lock(&self.0);
            for (offset, part) in taken {
                match known.get_mut(&offset) {
                    Some(newer) => newer.requests += part.requests,
                    None => drop(known.insert(offset, part)),
                }
            }
        }
    }
}
