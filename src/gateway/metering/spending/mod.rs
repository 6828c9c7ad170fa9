//! Limits what calls may spend: leases of budgets, holds for open calls, and the limits per minute. All of it is in
//! memory. The gateway queries the database only when a lease runs out, or when several gateways share a limit per
//! minute.

mod bound;
mod hold;
mod key_leases;
mod key_rate_limits;
mod lease;
mod rate_limit;
mod refusal;
mod sweep;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::broadcast;

pub use bound::{CostBound, cost_bound};
pub use hold::Holds;
pub use key_leases::KeyLeases;
pub use key_rate_limits::KeyRateLimits;
pub use lease::Lease;
pub use rate_limit::{RateLimit, RateLimited, RateView};

use crate::clock::Clock;
use crate::domain::{AccountId, Balance, Budget, GatewayId, Timestamp};
use crate::gateway::db_health::{DatabaseDown, DbHealth, OutageLog};
use crate::store::{Change, LeaseUse, Store};

/// The leases of a gateway that was not seen for so long are free again. It stops using them an hour earlier.
const DEAD: Duration = Duration::from_secs(25 * 60 * 60);

/// The cache logs that the database is away; this says what it means for leases. A query that took too long is left to the
/// cache alone.
const OUTAGE_LOG: OutageLog = OutageLog {
    away: |error| {
        if let Some(error) = error {
            tracing::warn!(%error, "A lease could not be had");
        }
    },
    back: || {},
};

/// Everything about spending that is in memory.
pub struct Spending {
    pub store: Store,
    pub clock: Clock,
    pub gateway: GatewayId,
    /// The runtime for queries about leases. A worker's own runtime ends before the gateway does.
    runtime: Handle,
    /// Not the cache's: a database that cannot be written refuses leases, yet keys can be read.
    database: DbHealth,
    leases: Mutex<HashMap<(Budget, i64), Arc<Lease>>>,
    rate_limits: Mutex<HashMap<Budget, Arc<RateLimit>>>,
    /// How many gateways share the database, this one included.
    alive: AtomicI64,
    /// When the database last answered the sweep, in unix milliseconds.
    confirmed: AtomicI64,
    /// The last sweep could not write.
    unwritable: AtomicBool,
    /// Held while a sweep is under way.
    sweeping: tokio::sync::Mutex<()>,
    /// No further sweep begins.
    ending: AtomicBool,
}

impl Spending {
    /// Call it on the runtime that lives as long as the gateway.
    pub fn new(store: Store, clock: Clock, gateway: GatewayId, patience: Duration) -> Self {
        Self {
            store,
            confirmed: AtomicI64::new(clock.now().millis()),
            clock,
            gateway,
            runtime: Handle::current(),
            database: DbHealth::new(patience, OUTAGE_LOG),
            leases: Mutex::default(),
            rate_limits: Mutex::default(),
            alive: AtomicI64::new(1),
            unwritable: AtomicBool::new(false),
            sweeping: tokio::sync::Mutex::default(),
            ending: AtomicBool::new(false),
        }
    }

    /// The lease of a budget for the period that began on the day `window`.
    pub fn lease(&self, budget: Budget, window: i64) -> Arc<Lease> {
        let mut leases = self.leases.lock();
        Arc::clone(
            leases
                .entry((budget, window))
                .or_insert_with(|| Arc::new(Lease::new(budget, window))),
        )
    }

    /// The limit per minute of a key or an account.
    pub fn rate_limit(&self, of: Budget) -> Arc<RateLimit> {
        Arc::clone(
            self.rate_limits
                .lock()
                .entry(of)
                .or_insert_with(|| Arc::new(RateLimit::new(of))),
        )
    }

    /// How many gateways share the limits per minute, this one included.
    fn alive(&self) -> i64 {
        self.alive.load(Ordering::Relaxed).max(1)
    }

    /// Whether the database refused the last write of the sweep, a few seconds ago.
    pub fn is_database_unwritable(&self) -> bool {
        self.unwritable.load(Ordering::Relaxed)
    }

    /// An account's balance in the tables, and the amount that other gateways hold of it.
    ///
    /// # Errors
    /// If the database does not answer in time.
    pub async fn balance(&self, account: AccountId) -> Result<Balance, DatabaseDown> {
        let balance = self
            .database
            .ask(self.store.wallets().seen_by(account, Some(self.gateway)))
            .await?;
        Ok(balance.unwrap_or_default())
    }

    /// Notes that these uses of leases are in the tables now. `budgets` has the budget of each, in the same order.
    pub fn shipped(&self, used: &[LeaseUse], budgets: &[Budget]) {
        for (part, budget) in used.iter().zip(budgets) {
            self.lease(*budget, part.window_start).shipped(part.amount);
        }
    }

    /// Whether leases may be used. They may not once other gateways may take this one for dead.
    fn may_use_leases(&self, now: Timestamp) -> bool {
        let confirmed = Timestamp::from_millis(self.confirmed.load(Ordering::Relaxed));
        now.since(confirmed) < DEAD.saturating_sub(Duration::from_secs(60 * 60))
    }
}

/// Gives back unused leases when other gateways need them, until the gateway stops.
pub async fn hear(spending: Arc<Spending>, mut changes: broadcast::Receiver<Change>) {
    loop {
        match changes.recv().await {
            Ok(Change::Recall(budget)) => spending.recalled(budget).await,
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}

#[cfg(test)]
mod tests;
