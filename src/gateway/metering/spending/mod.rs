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
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::broadcast;
use tokio::time::timeout;

pub use bound::{CostBound, cost_bound};
pub use hold::Holds;
pub use key_leases::KeyLeases;
pub use key_rate_limits::KeyRateLimits;
pub use lease::{Lease, Unavailable};
pub use rate_limit::{RateLimit, RateLimited, RateView};

use crate::clock::Clock;
use crate::domain::{AccountId, Balance, Budget, GatewayId, Timestamp};
use crate::error_chain::error_chain;
use crate::gateway::locks::lock;
use crate::store::{Change, LeaseUse, Store, StoreError};

/// The leases of a gateway that was not seen for so long are free again. It stops using them an hour earlier.
const DEAD: Duration = Duration::from_secs(25 * 60 * 60);

/// Everything about spending that is in memory.
pub struct Spending {
    pub store: Store,
    pub clock: Clock,
    pub gateway: GatewayId,
    /// The runtime for queries about leases. A worker's own runtime ends before the gateway does.
    runtime: Handle,
    /// How long to wait for the database.
    patience: Duration,
    leases: Mutex<HashMap<(Budget, i64), Arc<Lease>>>,
    rate_limits: Mutex<HashMap<Budget, Arc<RateLimit>>>,
    /// How many gateways share the database, this one included.
    alive: AtomicI64,
    /// When the database last answered the sweep, in unix milliseconds.
    confirmed: AtomicI64,
    /// Whether the database did not answer the last query.
    down: AtomicBool,
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
            patience,
            leases: Mutex::default(),
            rate_limits: Mutex::default(),
            alive: AtomicI64::new(1),
            down: AtomicBool::new(false),
            unwritable: AtomicBool::new(false),
            sweeping: tokio::sync::Mutex::default(),
            ending: AtomicBool::new(false),
        }
    }

    /// The lease of a budget for the period that began on the day `window`.
    pub fn lease(&self, budget: Budget, window: i64) -> Arc<Lease> {
        let mut leases = lock(&self.leases);
        Arc::clone(
            leases
                .entry((budget, window))
                .or_insert_with(|| Arc::new(Lease::new(budget, window))),
        )
    }

    /// The limit per minute of a key or an account.
    pub fn rate_limit(&self, of: Budget) -> Arc<RateLimit> {
        Arc::clone(
            lock(&self.rate_limits)
                .entry(of)
                .or_insert_with(|| Arc::new(RateLimit::new(of))),
        )
    }

    /// How many gateways share the limits per minute, this one included.
    fn alive(&self) -> i64 {
        self.alive.load(Ordering::Relaxed).max(1)
    }

    /// Runs a query against the database, but does not wait for it long.
    async fn ask<T>(&self, query: impl Future<Output = Result<T, StoreError>>) -> Result<T, Unavailable> {
        let answer = match timeout(self.patience, query).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                if !self.down.load(Ordering::Relaxed) {
                    tracing::warn!(error = %error_chain(&error), "A lease could not be had");
                }
                Err(Unavailable)
            }
            Err(_) => Err(Unavailable),
        };

        self.down.store(answer.is_err(), Ordering::Relaxed);
        answer
    }

    /// Whether the database refused the last write of the sweep, a few seconds ago.
    pub fn is_database_unwritable(&self) -> bool {
        self.unwritable.load(Ordering::Relaxed)
    }

    /// An account's balance in the tables, and the amount that other gateways hold of it.
    ///
    /// # Errors
    /// If the database does not answer in time.
    pub async fn balance(&self, account: AccountId) -> Result<Balance, Unavailable> {
        let balance = self
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
