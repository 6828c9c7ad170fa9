//! API keys in memory, ready to decide with.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use ipnet::IpNet;

use crate::domain::{AccountId, AliasSet, ApiKeyHash, ApiKeyId, Budget, KeyState, ModelId, Timestamp};
use crate::gateway::metering::spending::{KeyLeases, KeyRateLimits, Spending};
use crate::store::StoredKey;

/// Shards keep workers out of each other's way. A power of two.
const SHARDS: usize = 16;
/// How long an unknown key stays unknown.
const UNKNOWN_FOR: Duration = Duration::from_secs(10);
/// Unknown keys remembered in each shard: 10,000 in all.
const UNKNOWN_MOST: usize = 10_000 / SHARDS;

/// A key as a request needs it.
pub struct CompiledKey {
    pub id: ApiKeyId,
    pub account: AccountId,
    pub revision: i64,
    pub aliases: AliasSet,
    /// The models that it and its account let it call; `None` is all.
    pub allowed_models: Option<Vec<ModelId>>,
    /// The addresses that it may be used from, and those of its account; each empty list allows all.
    pub allowed_addresses: [Vec<IpNet>; 2],
    pub state: KeyState,
    pub expires_at: Option<Timestamp>,
    /// When all keys of its account end.
    pub account_ends: Option<Timestamp>,
    /// Whether its account and its owner are switched on.
    pub people_enabled: bool,
    /// Until when the secret that found it works.
    pub secret_until: Option<Timestamp>,
    /// The budgets that its calls count against.
    pub leases: KeyLeases,
    /// The limits per minute that its calls are held to.
    pub rate_limits: KeyRateLimits,
    /// When the database last said that this is how it stands, in unix milliseconds.
    confirmed: AtomicI64,
}

impl CompiledKey {
    /// Compiles what the store has; `asked_at` is when it was asked.
    pub fn new(stored: StoredKey, spending: &Spending, asked_at: Timestamp) -> Self {
        let (account, id) = (stored.key.account, stored.key.id);
        let limits = (&stored.account_limits, &stored.key.limits);
        Self {
            leases: KeyLeases::new(spending, account, id, limits, asked_at),
            rate_limits: KeyRateLimits::new(spending, Budget::Account(account), Budget::Key(id), limits),
            id: stored.key.id,
            account: stored.key.account,
            revision: stored.key.revision,
            aliases: AliasSet::new(stored.aliases),
            allowed_models: stored.key.models().map(std::borrow::Cow::into_owned),
            account_ends: stored.key.account_access.expires_at,
            allowed_addresses: [stored.key.allowed_addresses, stored.key.account_access.addresses],
            state: stored.key.state,
            expires_at: stored.key.expires_at,
            people_enabled: stored.account_enabled && stored.owner_enabled,
            secret_until: stored.secret_until,
            confirmed: AtomicI64::new(asked_at.millis()),
        }
    }

    /// Whether every list of addresses allows this one, or there is none. Without an address, only the latter.
    pub fn may_call_from(&self, address: impl FnOnce() -> Option<IpAddr>) -> bool {
        let mut lists = self.allowed_addresses.iter().filter(|list| !list.is_empty()).peekable();
        if lists.peek().is_none() {
            return true;
        }
        address().is_some_and(|address| lists.all(|list| list.iter().any(|net| net.contains(&address))))
    }

    /// How long ago the database confirmed it.
    pub fn age(&self, now: Timestamp) -> Duration {
        now.since(Timestamp::from_millis(self.confirmed.load(Ordering::Relaxed)))
    }
}

enum Slot {
    Known(Arc<CompiledKey>),
    Unknown { until: Timestamp },
}

type Shard = HashMap<ApiKeyHash, Slot, ahash::RandomState>;

/// What the cache says of a secret.
pub enum Lookup {
    /// It opens this key, which may have to be confirmed.
    Known(Arc<CompiledKey>),
    /// It opened nothing a moment ago.
    Unknown,
    /// Nothing is known of it.
    Miss,
}

/// Keys by the full hash of their secret. Reading is one shared lock of one shard, never held across a wait.
#[derive(Default)]
pub struct KeyCache {
    shards: [RwLock<Shard>; SHARDS],
    /// Rises with every eviction, so that a load which began before it does not bring back what was evicted.
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

    /// To be read before a load and handed to [`KeyCache::put`].
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// Keeps what a load found, unless something was evicted since it began.
    pub fn put(&self, hash: ApiKeyHash, found: Option<Arc<CompiledKey>>, generation: u64, now: Timestamp) {
        let mut shard = self.write(&hash);
        // Under the shard's lock: an eviction that comes later will find what is put here.
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

    /// Forgets the keys that match, and every secret that was unknown: one of them may be new.
    pub fn evict(&self, which: impl Fn(&CompiledKey) -> bool) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        for shard in &self.shards {
            let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
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

    /// Compares the known keys with what the database said at `asked_at` of their revisions: those that are as before are
    /// confirmed, the others are forgotten.
    pub fn confirm(&self, asked: &[ApiKeyId], revisions: &HashMap<ApiKeyId, i64>, asked_at: Timestamp) {
        let stale =
            |key: &CompiledKey| asked.binary_search(&key.id).is_ok() && revisions.get(&key.id) != Some(&key.revision);
        let any_stale = self.collect(|key| stale(key)).into_iter().any(|stale| stale);
        if any_stale {
            self.evict(stale);
        }
        self.collect(|key| {
            if revisions.get(&key.id) == Some(&key.revision) {
                key.confirmed.fetch_max(asked_at.millis(), Ordering::Relaxed);
            }
        });
    }

    /// Whether any known key was confirmed within this time.
    pub fn any_younger(&self, than: Duration, now: Timestamp) -> bool {
        self.collect(|key| key.age(now) <= than).into_iter().any(|young| young)
    }

    /// How many keys are known, and the age of the one that was confirmed longest ago.
    pub fn stats(&self, now: Timestamp) -> (usize, Duration) {
        let ages = self.collect(|key| key.age(now));
        (ages.len(), ages.into_iter().max().unwrap_or_default())
    }

    fn collect<T>(&self, mut what: impl FnMut(&CompiledKey) -> T) -> Vec<T> {
        let mut out = Vec::new();
        for shard in &self.shards {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            out.extend(shard.values().filter_map(|slot| match slot {
                Slot::Known(key) => Some(what(key)),
                Slot::Unknown { .. } => None,
            }));
        }
        out
    }

    fn read(&self, hash: &ApiKeyHash) -> RwLockReadGuard<'_, Shard> {
        self.shard(hash).read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, hash: &ApiKeyHash) -> RwLockWriteGuard<'_, Shard> {
        self.shard(hash).write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The hash is evenly spread already: its first byte picks the shard.
    fn shard(&self, hash: &ApiKeyHash) -> &RwLock<Shard> {
        let [first, ..] = hash.as_bytes();
        &self.shards[usize::from(*first) % SHARDS]
    }
}
