//! The upkeep of leases and limits: every few seconds, every hour, and at the end of the gateway.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::timeout;

use super::lease::Lease;
use super::{DEAD, Spending};
use crate::domain::{Budget, PicoUsd, Timestamp};
use crate::gateway::db_health::DatabaseDown;

/// A gateway that was not seen for so long does not count.
const ALIVE: Duration = Duration::from_secs(15);

/// How long a gateway that stops waits for the last sweep.
const LAST_SWEEP: Duration = Duration::from_secs(5);

impl Spending {
    /// Lets no further sweep begin, and waits a few seconds for the one that is under way: it must not register this gateway
    /// after the gateway was forgotten.
    pub async fn end_sweeps(&self) {
        self.ending.store(true, Ordering::SeqCst);
        drop(timeout(LAST_SWEEP, self.sweeping.lock()).await);
    }

    /// Waits until no query for a lease is under way: its answer would be a lease that no gateway gives back.
    pub async fn rest(&self) {
        let leases: Vec<Arc<Lease>> = self.leases.lock().values().cloned().collect();
        for lease in leases {
            let began = tokio::time::Instant::now();
            while lease.is_asking() && began.elapsed() < self.database.patience() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    }

    /// Registers that this gateway runs, counts the others, gives back idle leases and records the held amounts.
    pub async fn sweep(self: &Arc<Self>) {
        let _one = self.sweeping.lock().await;
        if self.ending.load(Ordering::SeqCst) {
            return;
        }

        let now = self.clock.now();
        let seen = self.database.ask(self.store.gateways().seen(self.gateway, now)).await;
        self.unwritable.store(seen.is_err(), Ordering::Relaxed);
        if seen.is_ok() {
            self.confirmed.store(now.millis(), Ordering::Relaxed);
            if let Ok(alive) = self.database.ask(self.store.gateways().alive(now.minus(ALIVE))).await {
                self.alive.store(alive, Ordering::Relaxed);
            }
            self.sweep_leases(now).await;
        }

        // Leases that a key still has stay: there must not be two leases of one budget.
        self.leases
            .lock()
            .retain(|_, lease| Arc::strong_count(lease) > 1 || !lease.is_empty());
        self.rate_limits
            .lock()
            .retain(|_, rate_limit| Arc::strong_count(rate_limit) > 1 || rate_limit.is_used(now));
    }

    /// Gives back idle leases, and writes the held amounts of balances into the tables.
    async fn sweep_leases(&self, now: Timestamp) {
        let leases: Vec<Arc<Lease>> = self.leases.lock().values().cloned().collect();
        for lease in &leases {
            if lease.is_idle(now) {
                self.give_back(lease).await;
            }
            if let Budget::Balance(_) = lease.budget
                && let Some(held) = lease.take_unrecorded()
            {
                let recorded = self
                    .store
                    .leases()
                    .set_held(self.gateway, lease.budget, lease.window, held);
                if self.database.ask(recorded).await.is_err() {
                    lease.record_again();
                }
            }
        }
    }

    /// Frees the leases of gateways that are gone, and removes old rows. Called once an hour.
    pub async fn tidy(&self) {
        let now = self.clock.now();
        match self.database.ask(self.store.leases().drop_dead(now.minus(DEAD))).await {
            Ok(0) | Err(DatabaseDown) => {}
            Ok(leases) => tracing::warn!(leases, "Freed the leases of gateways that have not been seen for a day"),
        }

        let _ = self.database.ask(self.store.gateways().forget(now.minus(DEAD))).await;
        let _ = self
            .database
            .ask(self.store.rates().drop_old(now.minus(Duration::from_secs(600))))
            .await;
    }

    /// Gives back the unused part of a budget, since another gateway needs it.
    pub async fn recalled(&self, budget: Budget) {
        let leases: Vec<Arc<Lease>> = self
            .leases
            .lock()
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

    /// Gives the free part of a lease back to the tables.
    pub(super) async fn give_back(&self, lease: &Lease) {
        let spare = lease.spare();
        if spare == PicoUsd::ZERO {
            return;
        }

        let given = self
            .store
            .leases()
            .give_back(self.gateway, lease.budget, lease.window, spare);
        // Without an answer the part may be given back, now or later, and other gateways spend it. It is not used here in any
        // case; what is left of it in the table goes with the run.
        let _ = self.database.ask(given).await;
    }
}
