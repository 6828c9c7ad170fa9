//! The API keys in memory, by the hash of their secret.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::compiled_key::CompiledKey;
use crate::domain::{ApiKeyHash, ApiKeyId, Timestamp};

/// So many shards, so that workers seldom wait for each other. A power of two.
const SHARDS: usize = 16;
/// How long an unknown key is refused without asking the database again.
const UNKNOWN_FOR: Duration = Duration::from_secs(10);
/// So many unknown keys are remembered in each shard, at most: 10,000 in all.
const UNKNOWN_MOST: usize = 10_000 / SHARDS;

enum Slot {
    Known(Arc<CompiledKey>),
    Unknown { until: Timestamp },
}

type Shard = HashMap<ApiKeyHash, Slot, ahash::RandomState>;

/// The result of looking a secret up in the cache.
pub enum Lookup {
    /// The secret belongs to this key, which the caller may have to confirm with the database.
    Known(Arc<CompiledKey>),
    /// The secret belonged to no key when the database was last asked, a few seconds ago.
    Unknown,
    /// The cache does not know the secret: the database has to be asked.
    Miss,
}

/// Keys by the full hash of their secret. A read takes the shared lock of one shard and never holds it across a wait.
#[derive(Default)]
pub struct KeyCache {
    shards: [RwLock<Shard>; SHARDS],
    /// Rises with every eviction, so that a load that began before does not bring an evicted key back.
    generation: AtomicU64,
}

impl KeyCache {
    pub fn get(&self, hash: &ApiKeyHash, now: Timestamp) -> Lookup {
        match self.read(hash).get(hash) {
            Some(Slot::Known(key)) => Lookup::Known(Arc::clone(key)),
            Some(Slot::Unknown { until }) if now < *until => Lookup::Unknown,
            _ => Lookup::Miss,
        }
    }

    /// Read it before a load, and hand it to [`KeyCache::put`].
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// Keeps the result of a load, unless a key was evicted since the load began.
    pub fn put(&self, hash: ApiKeyHash, found: Option<Arc<CompiledKey>>, generation: u64, now: Timestamp) {
        let mut shard = self.write(&hash);
        // Checked under the shard's lock: a later eviction will find what is put here.
        if self.generation() != generation {
            return;
        }

        let Some(key) = found else {
            let unknown = |slot: &Slot| matches!(slot, Slot::Unknown { .. });
            if shard.values().filter(|slot| unknown(slot)).count() >= UNKNOWN_MOST {
                shard.retain(|_, slot| !unknown(slot));
            }
            shard.insert(
                hash,
                Slot::Unknown {
                    until: now.plus(UNKNOWN_FOR),
                },
            );
            return;
        };
        shard.insert(hash, Slot::Known(key));
    }

    /// Forgets the keys that match, and every unknown secret: one of those may belong to a new key now.
    pub fn evict(&self, which: impl Fn(&CompiledKey) -> bool) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        for shard in &self.shards {
            let mut shard = shard.write();
            shard.retain(|_, slot| matches!(slot, Slot::Known(key) if !which(key)));
        }
    }

    /// The ids of all known keys.
    pub fn ids(&self) -> Vec<ApiKeyId> {
        let mut ids: Vec<ApiKeyId> = self.collect(|key| key.id);
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// Compares the known keys with the revisions that the database had at `asked_at`. Unchanged keys are confirmed, the others
    /// are forgotten. `ids`, the keys that the database was asked for, is sorted.
    pub fn confirm(&self, ids: &[ApiKeyId], revisions: &HashMap<ApiKeyId, i64>, asked_at: Timestamp) {
        let stale =
            |key: &CompiledKey| ids.binary_search(&key.id).is_ok() && revisions.get(&key.id) != Some(&key.revision);
        let any_stale = self.collect(|key| stale(key)).into_iter().any(|stale| stale);
        if any_stale {
            self.evict(stale);
        }

        self.collect(|key| {
            if revisions.get(&key.id) == Some(&key.revision) {
                key.confirm(asked_at);
            }
        });
    }

    /// Whether the database confirmed any known key within this time.
    pub fn any_younger(&self, than: Duration, now: Timestamp) -> bool {
        self.collect(|key| key.age(now) <= than).into_iter().any(|young| young)
    }

    /// How many keys are known, and the time since the oldest confirmation.
    pub fn stats(&self, now: Timestamp) -> (usize, Duration) {
        let ages = self.collect(|key| key.age(now));
        (ages.len(), ages.into_iter().max().unwrap_or_default())
    }

    fn collect<T>(&self, mut what: impl FnMut(&CompiledKey) -> T) -> Vec<T> {
        let mut out = Vec::new();
        for shard in &self.shards {
            let shard = shard.read();
            out.extend(shard.values().filter_map(|slot| match slot {
                Slot::Known(key) => Some(what(key)),
                Slot::Unknown { .. } => None,
            }));
        }
        out
    }

    fn read(&self, hash: &ApiKeyHash) -> RwLockReadGuard<'_, Shard> {
        self.shard(hash).read()
    }

    fn write(&self, hash: &ApiKeyHash) -> RwLockWriteGuard<'_, Shard> {
        self.shard(hash).write()
    }

    /// The hash is evenly spread already: its first byte picks the shard.
    fn shard(&self, hash: &ApiKeyHash) -> &RwLock<Shard> {
        let [first, ..] = hash.as_bytes();
        &self.shards[usize::from(*first) % SHARDS]
    }
}
