//! What calls may spend: leases of budgets, holds for calls in flight, and the limits per minute. All of it is in memory;
//! the database is asked only when a lease runs out, or when several gateways share a limit per minute.

mod bound;
mod hold;
mod lease;
mod rate_limit;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::broadcast;
use tokio::time::timeout;

pub use bound::{CostBound, cost_bound};
pub use hold::{Holds, KeyLeases};
pub use lease::{Lease, Unavailable};
pub use rate_limit::{KeyRateLimits, RateLimit, RateLimited, RateView};

use crate::clock::Clock;
use crate::domain::{AccountId, Balance, Budget, GatewayId, PicoUsd, Timestamp};
use crate::error_chain::error_chain;
use crate::gateway::locks::lock;
use crate::store::{Change, LeaseUse, Store, StoreError};

/// A gateway that was not seen for so long is not counted.
const ALIVE: Duration = Duration::from_secs(15);
/// What a gateway had leased that was not seen for so long is free again; it stops using its leases an hour earlier.
const DEAD: Duration = Duration::from_secs(25 * 60 * 60);

/// How long a program that stops waits for the last sweep.
const LAST_SWEEP: Duration = Duration::from_secs(5);

/// Everything about spending that is in memory.
pub struct Spending {
    pub store: Store,
    pub clock: Clock,
    pub gateway: GatewayId,
    /// Where questions about leases run: a worker's runtime ends before the gateway does, in the middle of an answer.
    runtime: Handle,
    /// How long the database is waited for.
    patience: Duration,
    leases: Mutex<HashMap<(Budget, i64), Arc<Lease>>>,
    rate_limits: Mutex<HashMap<Budget, Arc<RateLimit>>>,
    /// How many gateways share the database, this one included.
    alive: AtomicI64,
    /// When the database last answered the sweep.
    confirmed: AtomicI64,
    /// The last question was not answered.
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

    /// The purse of a budget in the period that began on `window`.
    pub fn lease(&self, budget: Budget, window: i64) -> Arc<Lease> {
        let mut leases = lock(&self.leases);
        Arc::clone(
            leases
                .entry((budget, window))
                .or_insert_with(|| Arc::new(Lease::new(budget, window))),
        )
    }

    /// The gate of a key or an account.
    pub fn rate_limit(&self, of: Budget) -> Arc<RateLimit> {
        Arc::clone(
            lock(&self.rate_limits)
                .entry(of)
                .or_insert_with(|| Arc::new(RateLimit::new(of))),
        )
    }

    /// How many gateways share the limits.
    fn alive(&self) -> i64 {
        self.alive.load(Ordering::Relaxed).max(1)
    }

    /// Waits for the database, but not long.
    async fn ask<T>(&self, question: impl Future<Output = Result<T, StoreError>>) -> Result<T, Unavailable> {
        let answer = match timeout(self.patience, question).await {
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

    /// Whether the database took nothing when it was last written to, a few seconds ago.
    pub fn is_database_unwritable(&self) -> bool {
        self.unwritable.load(Ordering::Relaxed)
    }

    /// An account's balance, and what other gateways hold of it, as the tables have them.
    pub async fn balance(&self, account: AccountId) -> Result<Balance, Unavailable> {
        let balance = self
            .ask(self.store.wallets().seen_by(account, Some(self.gateway)))
            .await?;
        Ok(balance.unwrap_or_default())
    }

    /// What was spent of the leases is in the tables now.
    pub fn shipped(&self, used: &[LeaseUse], budgets: &[Budget]) {
        for (part, budget) in used.iter().zip(budgets) {
            self.lease(*budget, part.window_start).shipped(part.amount);
        }
    }

    /// Lets no further sweep begin, and waits for the one that is under way, but not long: what it says of this gateway must
    /// not come after it has been forgotten.
    pub async fn end_sweeps(&self) {
        self.ending.store(true, Ordering::SeqCst);
        drop(timeout(LAST_SWEEP, self.sweeping.lock()).await);
    }

    /// Waits until no question about a lease is under way: its answer would be a lease that nobody gives back.
    pub async fn rest(&self) {
        let leases: Vec<Arc<Lease>> = lock(&self.leases).values().cloned().collect();
        for lease in leases {
            let began = tokio::time::Instant::now();
            while lease.is_asking() && began.elapsed() < self.patience {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }

    /// Says that this gateway runs, counts the others, gives back leases that nobody uses and tells what is held.
    pub async fn sweep(self: &Arc<Self>) {
        let _one = self.sweeping.lock().await;
        if self.ending.load(Ordering::SeqCst) {
            return;
        }
        let now = self.clock.now();
        let seen = self.ask(self.store.gateways().seen(self.gateway, now)).await;
        self.unwritable.store(seen.is_err(), Ordering::Relaxed);
        if seen.is_ok() {
            self.confirmed.store(now.millis(), Ordering::Relaxed);
            if let Ok(alive) = self.ask(self.store.gateways().alive(now.minus(ALIVE))).await {
                self.alive.store(alive, Ordering::Relaxed);
            }
        }
        let leases: Vec<Arc<Lease>> = lock(&self.leases).values().cloned().collect();
        if seen.is_ok() {
            for lease in &leases {
                if lease.is_idle(now) {
                    self.give_back(lease).await;
                }
                if let Budget::Balance(_) = lease.budget
                    && let Some(held) = lease.untold()
                {
                    let told = self
                        .store
                        .leases()
                        .set_held(self.gateway, lease.budget, lease.window, held);
                    if self.ask(told).await.is_err() {
                        lease.tell_again();
                    }
                }
            }
        }
        drop(leases);
        // Those that a key holds on to stay: there must not be two of one budget.
        lock(&self.leases).retain(|_, lease| Arc::strong_count(lease) > 1 || !lease.is_empty());
        lock(&self.rate_limits).retain(|_, rate_limit| Arc::strong_count(rate_limit) > 1 || rate_limit.is_used(now));
    }

    /// Frees what others left behind, and forgets what is over. Once in a while.
    pub async fn tidy(&self) {
        let now = self.clock.now();
        match self.ask(self.store.leases().drop_dead(now.minus(DEAD))).await {
            Ok(0) | Err(Unavailable) => {}
            Ok(leases) => tracing::warn!(
                leases,
                "Freed what gateways had leased that have not been seen for a day"
            ),
        }
        let _ = self.ask(self.store.gateways().forget(now.minus(DEAD))).await;
        let _ = self
            .ask(self.store.rates().drop_old(now.minus(Duration::from_secs(600))))
            .await;
    }

    /// Somebody else needs what is not used of a budget here.
    pub async fn recalled(&self, budget: Budget) {
        let leases: Vec<Arc<Lease>> = lock(&self.leases)
            .values()
            .filter(|lease| lease.budget == budget)
            .cloned()
            .collect();
        for lease in leases {
            for _ in 0..10 {
                if !lease.is_asking() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            self.give_back(&lease).await;
        }
    }

    async fn give_back(&self, lease: &Lease) {
        let spare = lease.spare();
        if spare == PicoUsd::ZERO {
            return;
        }
        let given = self
            .store
            .leases()
            .give_back(self.gateway, lease.budget, lease.window, spare);
        // Without an answer it may have been given back, or still be: then others spend it. It is not used here in any case;
        // what is left of it in the table goes with the run.
        let _ = self.ask(given).await;
    }

    /// Whether leases may be used: not once others may take this gateway for dead.
    fn may_use_leases(&self, now: Timestamp) -> bool {
        let confirmed = Timestamp::from_millis(self.confirmed.load(Ordering::Relaxed));
        now.since(confirmed) < DEAD.saturating_sub(Duration::from_secs(60 * 60))
    }
}

/// Hears when others need what is not used here, until the gateway stops.
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
