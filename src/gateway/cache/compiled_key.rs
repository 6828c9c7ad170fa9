//! One API key with its account, compiled so that a request can be decided from memory.

use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use ipnet::IpNet;

use crate::domain::{AccountId, AliasSet, ApiKeyId, Budget, KeyState, ModelId, Strictness, Timestamp};
use crate::gateway::metering::spending::{KeyLeases, KeyRateLimits, Spending};
use crate::store::StoredKey;

/// A key as a request needs it.
pub struct CompiledKey {
    pub id: ApiKeyId,
    pub account: AccountId,
    pub revision: i64,
    pub aliases: AliasSet,
    /// The models that the key and its account permit; `None` permits all.
    pub allowed_models: Option<Vec<ModelId>>,
    /// The client addresses that the key permits, and those that its account permits; an empty list permits all.
    pub allowed_addresses: [Vec<IpNet>; 2],
    /// How much its requests may be changed, unless they or their alias say so.
    pub adapt: Strictness,
    pub state: KeyState,
    pub expires_at: Option<Timestamp>,
    /// When all keys of its account expire.
    pub account_ends: Option<Timestamp>,
    /// Whether its account and its owner are enabled.
    pub people_enabled: bool,
    /// The secret that found this key works until this time.
    pub secret_until: Option<Timestamp>,
    /// The budgets that its calls count against.
    pub leases: KeyLeases,
    /// The limits per minute that its calls count against.
    pub rate_limits: KeyRateLimits,
    /// When the database last confirmed this state of the key, in unix milliseconds.
    confirmed: AtomicI64,
}

impl CompiledKey {
    /// Compiles a key of the store. `asked_at` is when the store was asked for it.
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
            adapt: stored.key.adapt,
            state: stored.key.state,
            expires_at: stored.key.expires_at,
            people_enabled: stored.account_enabled && stored.owner_enabled,
            secret_until: stored.secret_until,
            confirmed: AtomicI64::new(asked_at.millis()),
        }
    }

    /// Whether every list permits this client address. If the address is unknown, only a key without lists may call.
    pub fn may_call_from(&self, address: impl FnOnce() -> Option<IpAddr>) -> bool {
        let mut lists = self.allowed_addresses.iter().filter(|list| !list.is_empty()).peekable();
        if lists.peek().is_none() {
            return true;
        }

        address().is_some_and(|address| lists.all(|list| list.iter().any(|net| net.contains(&address))))
    }

    /// How long ago the database confirmed this state.
    pub fn age(&self, now: Timestamp) -> Duration {
        now.since(Timestamp::from_millis(self.confirmed.load(Ordering::Relaxed)))
    }

    /// Notes that the database confirmed this state, which it was asked for at `asked_at`.
    pub(super) fn confirm(&self, asked_at: Timestamp) {
        self.confirmed.fetch_max(asked_at.millis(), Ordering::Relaxed);
    }
}
