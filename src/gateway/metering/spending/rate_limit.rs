//! The requests and tokens per minute of one key or account. One gateway alone counts by itself. Several gateways take parts of
//! each minute's limit from the database, so that together they admit no more than one would.

use std::time::Duration;

use parking_lot::Mutex;

use super::Spending;
use crate::domain::{Budget, Limits, RateWindow, Timestamp, Used};
use crate::gateway::db_health::DatabaseDown;
use crate::store::RateRequest;

/// A gateway that shares a limit takes one part in so many of a minute's limit at once.
const PART: i64 = 20;

/// The limit per minute of one key or account, and its usage in the last minute.
pub struct RateLimit {
    of: Budget,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    window: RateWindow,
    /// The usage that this gateway has taken from the database and not admitted yet.
    pool: Used,
    /// When it was taken.
    pool_at: Option<Timestamp>,
    /// Whether the database knows what this gateway has admitted so far.
    shared: bool,
}

/// A limit that does not admit a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimited {
    /// Whether the limit is the account's, not the key's.
    pub of_account: bool,
    /// Whether the limit is of tokens, not of requests.
    pub about_tokens: bool,
    pub limit: u32,
    pub wait: Duration,
}

/// The state of one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateView {
    pub limit: i64,
    pub remaining: i64,
    pub reset: Duration,
}

/// The limits per minute of requests and of tokens.
fn maxima(limits: &Limits) -> (Option<i64>, Option<i64>) {
    (
        limits.requests_per_minute.map(i64::from),
        limits.tokens_per_minute.map(i64::from),
    )
}

/// The part of `need` that counts. Nothing counts where there is no limit. A call with more tokens than a minute's limit counts
/// as the whole limit, so that it is admitted when there is no other call.
pub(super) fn counted(limits: &Limits, need: Used) -> Used {
    let (requests, tokens) = maxima(limits);
    Used {
        requests: requests.map_or(0, |_| need.requests),
        tokens: tokens.map_or(0, |limit| need.tokens.min(limit)),
    }
}

impl RateLimit {
    pub(super) fn new(of: Budget) -> Self {
        Self {
            of,
            state: Mutex::default(),
        }
    }

    /// Counts so much, if the limits admit it.
    pub(super) async fn admit(
        &self,
        spending: &Spending,
        limits: &Limits,
        need: Used,
        now: Timestamp,
    ) -> Result<(), RateLimited> {
        let need = counted(limits, need);
        let others = spending.alive() - 1;
        let request = {
            let mut state = self.state.lock();
            if others == 0 {
                state.shared = false;
                return state.admit_alone(limits, need, now, 1);
            }
            if state.take_from_pool(need, now) {
                return Ok(());
            }
            self.request(&mut state, limits, need, now)
        };

        match spending.database.ask(spending.store.rates().take(request, now)).await {
            Ok(grant) => {
                let mut state = self.state.lock();
                state.shared = true;
                state.fill(grant.granted, now);
                if state.take_from_pool(need, now) {
                    return Ok(());
                }
                Err(limited(limits, need, grant.left, grant.wait))
            }
            // Until the database answers again, the last known share of the limit counts.
            Err(DatabaseDown) => self.state.lock().admit_alone(limits, need, now, others + 1),
        }
    }

    /// The request to the database for this need.
    fn request(&self, state: &mut State, limits: &Limits, need: Used, now: Timestamp) -> RateRequest {
        let untold = if state.shared {
            Used::default()
        } else {
            state.window.used(now)
        };
        // Estimates that were too low have to be made up for.
        let overdrawn = state.pool.tokens.min(0);

        let (requests, tokens) = maxima(limits);
        let part = |limit: Option<i64>| limit.map_or(0, |limit| (limit / PART).max(1));
        let want = Used {
            requests: need.requests.max(part(requests)),
            tokens: need.tokens.max(part(tokens)),
        };

        RateRequest {
            of: self.of,
            requests: limits.requests_per_minute,
            tokens: limits.tokens_per_minute,
            untold,
            need: Used {
                tokens: need.tokens - overdrawn,
                ..need
            },
            want: Used {
                tokens: want.tokens - overdrawn,
                ..want
            },
        }
    }

    /// Adds a correction to a call that was counted at `at`.
    pub(super) fn correct(&self, at: Timestamp, more: Used) {
        let mut state = self.state.lock();
        state.window.add(at, more);
        if state.shared {
            state.pool = Used {
                requests: state.pool.requests - more.requests,
                tokens: state.pool.tokens - more.tokens,
            };
        }
    }

    /// The state of the limits of requests and of tokens.
    pub(super) fn views(&self, limits: &Limits, now: Timestamp) -> [Option<RateView>; 2] {
        let mut state = self.state.lock();
        let used = state.window.used(now);
        let reset = state.window.reset(now);
        let view = |limit: Option<i64>, used: i64| {
            limit.map(|limit| RateView {
                limit,
                remaining: (limit - used).clamp(0, limit),
                reset,
            })
        };

        let (requests, tokens) = maxima(limits);
        [view(requests, used.requests), view(tokens, used.tokens)]
    }

    /// Whether anything was used in the last minute.
    pub(super) fn is_used(&self, now: Timestamp) -> bool {
        self.state.lock().window.used(now) != Used::default()
    }
}

impl State {
    /// Counts without the database, against one part in `share` of the limits.
    fn admit_alone(&mut self, limits: &Limits, need: Used, now: Timestamp, share: i64) -> Result<(), RateLimited> {
        let (requests, tokens) = maxima(limits);
        let part = |limit: Option<i64>| limit.map(|limit| (limit / share).max(1));
        let (requests, tokens) = (part(requests), part(tokens));

        let used = self.window.used(now);
        let left = |limit: Option<i64>, used: i64| limit.map_or(i64::MAX, |limit| limit - used);
        let left = Used {
            requests: left(requests, used.requests),
            tokens: left(tokens, used.tokens),
        };
        if need.requests <= left.requests && need.tokens <= left.tokens {
            self.window.add(now, need);
            return Ok(());
        }

        let wait = self.window.wait(now, need, requests, tokens);
        Err(limited(limits, need, left, wait))
    }

    /// Takes so much from the pool. False if the pool has too little.
    fn take_from_pool(&mut self, need: Used, now: Timestamp) -> bool {
        // A part that was taken longer ago belongs to a minute that is over.
        if self.pool_at.is_none_or(|at| now.since(at) > Duration::from_secs(30)) {
            self.pool = Used {
                requests: self.pool.requests.min(0),
                tokens: self.pool.tokens.min(0),
            };
        }

        let fits = need.requests <= self.pool.requests.max(0) && need.tokens <= self.pool.tokens.max(0);
        if fits {
            self.pool = Used {
                requests: self.pool.requests - need.requests,
                tokens: self.pool.tokens - need.tokens,
            };
            self.window.add(now, need);
        }
        fits
    }

    /// Adds to the pool what the database has granted.
    fn fill(&mut self, granted: Used, now: Timestamp) {
        self.pool = Used {
            requests: self.pool.requests + granted.requests,
            tokens: self.pool.tokens + granted.tokens,
        };
        self.pool_at = Some(now);
    }
}

/// The limit that does not admit this need, of requests if they are too many, else of tokens.
fn limited(limits: &Limits, need: Used, left: Used, wait: Duration) -> RateLimited {
    let about_tokens = need.requests <= left.requests;
    let limit = if about_tokens {
        limits.tokens_per_minute
    } else {
        limits.requests_per_minute
    };

    RateLimited {
        of_account: false,
        about_tokens,
        limit: limit.unwrap_or_default(),
        wait,
    }
}
