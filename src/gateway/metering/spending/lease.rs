//! The lease of one budget for one period: the amount that this gateway may spend without asking the database, the part
//! of it that open calls hold, and the part that calls have spent and that is not in the tables yet.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::Spending;
use crate::domain::{Budget, PicoUsd, SpendLimit, Timestamp};
use crate::gateway::db_health::DatabaseDown;
use crate::gateway::single_flight::{Flight, SingleFlight};
use crate::store::{LeaseGrant, LeaseRequest};

/// A lease that no call has touched for so long is given back.
const IDLE: Duration = Duration::from_secs(15);
/// Spending within this time counts as lately.
const LATELY: Duration = Duration::from_secs(60);

/// The lease of one budget for one period.
pub struct Lease {
    pub budget: Budget,
    /// The day on which the period began; 0 if the period never ends.
    pub window: i64,
    state: Mutex<State>,
}

/// All amounts are in pico-USD.
#[derive(Default)]
struct State {
    /// The lease in the table, as far as is known here.
    granted: i64,
    /// The amount that open calls hold of it.
    held: i64,
    /// The amount that calls have spent of it and that is not in the tables yet.
    used: i64,
    /// The amounts spent in the current minute and in the one before.
    lately: [i64; 2],
    lately_since: Option<Timestamp>,
    /// The amount that the waiting calls need.
    wanted: i64,
    /// The amount that no gateway had leased at the last query.
    left: i64,
    flight: SingleFlight<LeaseGrant>,
    touched: Option<Timestamp>,
    /// The value of `held` that the table has.
    recorded: i64,
}

impl State {
    fn free(&self) -> i64 {
        self.granted - self.held - self.used
    }

    fn spent_lately(&mut self, now: Timestamp) -> i64 {
        let since = *self.lately_since.get_or_insert(now);
        if now.since(since) >= LATELY {
            let [running, _] = self.lately;
            self.lately = if now.since(since) >= LATELY * 2 {
                [0, 0]
            } else {
                [0, running]
            };
            self.lately_since = Some(now);
        }
        self.lately.iter().sum()
    }
}

impl Lease {
    pub(super) fn new(budget: Budget, window: i64) -> Self {
        Self {
            budget,
            window,
            state: Mutex::default(),
        }
    }

    /// Holds so much of the lease. False if it has too little.
    pub(super) fn hold(&self, amount: PicoUsd, now: Timestamp) -> bool {
        let mut state = self.state.lock();
        state.touched = Some(now);
        let fits = state.free() >= amount.pico();
        if fits {
            state.held += amount.pico();
        }
        fits
    }

    /// Whether so little is left that it is time to lease more, before a call has to wait for it.
    pub(super) fn runs_low(&self, amount: PicoUsd, now: Timestamp) -> bool {
        let mut state = self.state.lock();
        // Near the end of a budget, only what is needed is leased.
        let plenty = state.left / 100 >= amount.pico();
        plenty
            && !state.flight.is_under_way()
            && state.free() < state.spent_lately(now).max(amount.pico().saturating_mul(2))
    }

    /// Frees a hold, and counts the real cost.
    pub(super) fn settle(&self, held: PicoUsd, spent: PicoUsd, now: Timestamp) {
        let mut state = self.state.lock();
        state.held -= held.pico();
        state.used += spent.pico();
        state.spent_lately(now);
        state.lately[0] += spent.pico();
    }

    /// Notes that so much of the spending is in the tables now, and taken off the lease there.
    pub(super) fn shipped(&self, spent: PicoUsd) {
        let mut state = self.state.lock();
        state.used -= spent.pico();
        // A call may cost more than was held for it. The table does not go below zero either.
        state.granted = (state.granted - spent.pico()).max(0);
    }

    /// The amount that open calls hold, and the amount that is spent but not in the tables yet.
    pub fn pending(&self) -> (PicoUsd, PicoUsd) {
        let state = self.state.lock();
        (PicoUsd::from_pico(state.held), PicoUsd::from_pico(state.used))
    }

    /// The free part of the lease.
    pub(super) fn free(&self) -> PicoUsd {
        PicoUsd::from_pico(self.state.lock().free())
    }

    /// Leases more, at least `need` if the budget has so much. A call that comes while a query is under way waits for its
    /// answer.
    pub(super) fn refill(
        self: &Arc<Self>,
        spending: &Arc<Spending>,
        need: PicoUsd,
        limit: Option<SpendLimit>,
    ) -> Flight<LeaseGrant> {
        let mut state = self.state.lock();
        state.wanted = state.wanted.saturating_add(need.pico());

        state.flight.join_or_start(&spending.runtime, || {
            let (lease, spending) = (Arc::clone(self), Arc::clone(spending));
            async move { lease.lease(&spending, limit).await }
        })
    }

    /// Takes more of the budget from the database.
    async fn lease(&self, spending: &Spending, limit: Option<SpendLimit>) -> Result<LeaseGrant, DatabaseDown> {
        let (need, lately) = {
            let mut state = self.state.lock();
            let now = spending.clock.now();
            let lately = state.spent_lately(now);
            // An overdrawn lease has to be made up for as well.
            let need = std::mem::take(&mut state.wanted).saturating_sub(state.free().min(0));
            (PicoUsd::from_pico(need), PicoUsd::from_pico(lately))
        };

        let request = LeaseRequest {
            gateway: spending.gateway,
            budget: self.budget,
            limit,
            window_start: self.window,
            need,
            lately,
        };
        let grant = spending.database.ask(spending.store.leases().take(request)).await;

        let mut state = self.state.lock();
        state.flight.land();
        // A call that still needs more asks again.
        state.wanted = 0;
        if let Ok(grant) = &grant {
            state.granted += grant.granted.pico();
            state.left = grant.left.pico();
        }
        grant
    }

    /// Takes the free part off the lease, to be given back.
    pub(super) fn spare(&self) -> PicoUsd {
        let mut state = self.state.lock();
        if state.flight.is_under_way() {
            return PicoUsd::ZERO;
        }

        let free = state.free().max(0);
        state.granted -= free;
        PicoUsd::from_pico(free)
    }

    /// Whether no call has touched it for a while.
    pub(super) fn is_idle(&self, now: Timestamp) -> bool {
        self.state.lock().touched.is_none_or(|at| now.since(at) >= IDLE)
    }

    /// Whether a query for it is under way.
    pub(super) fn is_asking(&self) -> bool {
        self.state.lock().flight.is_under_way()
    }

    /// The held amount, if the table does not have it yet. It counts as recorded from now on.
    pub(super) fn take_unrecorded(&self) -> Option<PicoUsd> {
        let mut state = self.state.lock();
        let changed = state.recorded != state.held;
        state.recorded = state.held;
        changed.then(|| PicoUsd::from_pico(state.held))
    }

    /// Notes that the table may not have the held amount.
    pub(super) fn record_again(&self) {
        self.state.lock().recorded = i64::MIN;
    }

    /// Whether nothing of it is leased, held or waiting to be written.
    pub(super) fn is_empty(&self) -> bool {
        let state = self.state.lock();
        state.granted == 0 && state.held == 0 && state.used == 0 && state.recorded == 0 && !state.flight.is_under_way()
    }
}
