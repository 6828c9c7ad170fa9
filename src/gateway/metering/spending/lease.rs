//! One budget in one period, as this gateway has leased of it: what it may spend without asking, what calls in flight hold
//! of that, and what they have spent that is not in the tables yet.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use super::Spending;
use crate::domain::{Budget, PicoUsd, SpendLimit, Timestamp};
use crate::gateway::locks::lock;
use crate::store::{LeaseGrant, LeaseRequest};

/// The database did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable;

type Flight = Shared<BoxFuture<'static, Result<LeaseGrant, Unavailable>>>;

/// A lease that nobody has touched for so long is given back.
const IDLE: Duration = Duration::from_secs(15);
/// What counts as lately.
const LATELY: Duration = Duration::from_secs(60);

/// One budget in one period.
pub struct Lease {
    pub budget: Budget,
    /// The day on which the period began; 0 where it never ends.
    pub window: i64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The lease, as the table has it.
    granted: i64,
    /// Of it, held by calls in flight.
    held: i64,
    /// Of it, spent and not yet in the tables.
    used: i64,
    /// Spent in the running minute, and in the one before.
    lately: [i64; 2],
    lately_since: Option<Timestamp>,
    /// What those who wait need.
    wanted: i64,
    /// What was left for others at the last question.
    left: i64,
    flight: Option<Flight>,
    touched: Option<Timestamp>,
    /// What the table was last told of `held`.
    told: i64,
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

    /// Holds so much of the lease, if it is there.
    pub(super) fn hold(&self, amount: PicoUsd, now: Timestamp) -> bool {
        let mut state = lock(&self.state);
        state.touched = Some(now);
        let fits = state.free() >= amount.pico();
        if fits {
            state.held += amount.pico();
        }
        fits
    }

    /// Whether so little is left of the lease that it is time to ask for more, before a call has to wait for it.
    pub(super) fn runs_low(&self, amount: PicoUsd, now: Timestamp) -> bool {
        let mut state = lock(&self.state);
        // Near its end, a budget is only asked for what is needed.
        let plenty = state.left / 100 >= amount.pico();
        plenty && state.flight.is_none() && state.free() < state.spent_lately(now).max(amount.pico().saturating_mul(2))
    }

    /// Lets go of a hold, and notes what was really spent.
    pub(super) fn settle(&self, held: PicoUsd, spent: PicoUsd, now: Timestamp) {
        let mut state = lock(&self.state);
        state.held -= held.pico();
        state.used += spent.pico();
        state.spent_lately(now);
        state.lately[0] += spent.pico();
    }

    /// So much of what was spent is in the tables now, and taken off the lease there.
    pub(super) fn shipped(&self, spent: PicoUsd) {
        let mut state = lock(&self.state);
        state.used -= spent.pico();
        // A call may cost more than was held for it; the table does not go below nothing either.
        state.granted = (state.granted - spent.pico()).max(0);
    }

    /// What calls in flight hold, and what was spent that is not in the tables.
    pub fn pending(&self) -> (PicoUsd, PicoUsd) {
        let state = lock(&self.state);
        (PicoUsd::from_pico(state.held), PicoUsd::from_pico(state.used))
    }

    /// What is free of the lease.
    pub(super) fn free(&self) -> PicoUsd {
        PicoUsd::from_pico(lock(&self.state).free())
    }

    /// Leases more, at least `need` if there is so much. Who comes while a question is under way waits for its answer.
    pub(super) fn refill(
        self: &Arc<Self>,
        spending: &Arc<Spending>,
        need: PicoUsd,
        limit: Option<SpendLimit>,
    ) -> Flight {
        let mut state = lock(&self.state);
        state.wanted = state.wanted.saturating_add(need.pico());
        if let Some(flight) = &state.flight {
            return flight.clone();
        }
        let (lease, spending) = (Arc::clone(self), Arc::clone(spending));
        // In a task of its own, since those who wait for it may leave.
        let runtime = spending.runtime.clone();
        let task = runtime.spawn(async move { lease.lease(&spending, limit).await });
        let flight = async move { task.await.unwrap_or(Err(Unavailable)) }.boxed().shared();
        state.flight = Some(flight.clone());
        flight
    }

    async fn lease(&self, spending: &Spending, limit: Option<SpendLimit>) -> Result<LeaseGrant, Unavailable> {
        let (need, lately) = {
            let mut state = lock(&self.state);
            let now = spending.clock.now();
            let lately = state.spent_lately(now);
            // What was overdrawn has to be made up for as well.
            let need = std::mem::take(&mut state.wanted).saturating_sub(state.free().min(0));
            (PicoUsd::from_pico(need), PicoUsd::from_pico(lately))
        };
        let ask = LeaseRequest {
            gateway: spending.gateway,
            budget: self.budget,
            limit,
            window_start: self.window,
            need,
            lately,
        };
        let leased = spending.ask(spending.store.leases().take(ask)).await;
        let mut state = lock(&self.state);
        state.flight = None;
        // Who still needs something asks again.
        state.wanted = 0;
        if let Ok(leased) = &leased {
            state.granted += leased.granted.pico();
            state.left = leased.left.pico();
        }
        leased
    }

    /// Takes what is free off the lease, to be given back.
    pub(super) fn spare(&self) -> PicoUsd {
        let mut state = lock(&self.state);
        if state.flight.is_some() {
            return PicoUsd::ZERO;
        }
        let free = state.free().max(0);
        state.granted -= free;
        PicoUsd::from_pico(free)
    }

    /// Whether nobody has touched it for a while.
    pub(super) fn is_idle(&self, now: Timestamp) -> bool {
        lock(&self.state).touched.is_none_or(|at| now.since(at) >= IDLE)
    }

    /// Whether a question about it is under way.
    pub(super) fn is_asking(&self) -> bool {
        lock(&self.state).flight.is_some()
    }

    /// What the table is to be told of the holds, if that has changed.
    pub(super) fn untold(&self) -> Option<PicoUsd> {
        let mut state = lock(&self.state);
        let changed = state.told != state.held;
        state.told = state.held;
        changed.then(|| PicoUsd::from_pico(state.held))
    }

    /// The table may not have heard what it was told.
    pub(super) fn tell_again(&self) {
        lock(&self.state).told = i64::MIN;
    }

    /// Whether nothing of it is leased, held or to be written.
    pub(super) fn is_empty(&self) -> bool {
        let state = lock(&self.state);
        state.granted == 0 && state.held == 0 && state.used == 0 && state.told == 0 && state.flight.is_none()
    }
}
