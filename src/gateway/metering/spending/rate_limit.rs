//! Requests and tokens per minute, of a key and of an account. One gateway alone keeps count by itself; several take parts
//! of each minute from the database, so that together they admit no more than one would.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::Spending;
use super::lease::Unavailable;
use crate::domain::{Budget, Limits, RateWindow, Timestamp, Used};
use crate::gateway::locks::lock;
use crate::store::RateRequest;

/// Of a minute's limit, the part that a gateway takes at once where several share it.
const PART: i64 = 20;

/// What one key or account has used in the last minute.
pub struct RateLimit {
    of: Budget,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    window: RateWindow,
    /// What was taken from the database for this gateway and not used yet, and when.
    pool: Used,
    pool_at: Option<Timestamp>,
    /// Whether the database knows what this gateway has admitted.
    shared: bool,
}

/// The limits that a key's calls are held to, with the gates that keep count. Kept with the key.
pub struct KeyRateLimits {
    key: Option<(Arc<RateLimit>, Limits)>,
    account: Option<(Arc<RateLimit>, Limits)>,
}

/// A limit that stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimited {
    /// Whether it is the account's, not the key's.
    pub of_account: bool,
    /// Whether it is about tokens, not requests.
    pub about_tokens: bool,
    pub limit: u32,
    pub wait: Duration,
}

/// How one kind of limit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateView {
    pub limit: i64,
    pub remaining: i64,
    pub reset: Duration,
}

impl KeyRateLimits {
    pub fn new(spending: &Spending, account: Budget, key: Budget, limits: (&Limits, &Limits)) -> Self {
        let rate_limit = |of: Budget, limits: &Limits| {
            let any = limits.requests_per_minute.is_some() || limits.tokens_per_minute.is_some();
            any.then(|| (spending.rate_limit(of), *limits))
        };
        Self {
            account: rate_limit(account, limits.0),
            key: rate_limit(key, limits.1),
        }
    }

    /// Admits so much, or says what stands in the way; then nothing is counted.
    pub async fn admit(&self, spending: &Spending, need: Used, now: Timestamp) -> Result<(), RateLimited> {
        if let Some((rate_limit, limits)) = &self.key {
            rate_limit.admit(spending, limits, need, now).await?;
        }
        if let Some((rate_limit, limits)) = &self.account
            && let Err(limited) = rate_limit.admit(spending, limits, need, now).await
        {
            if let Some((rate_limit, limits)) = &self.key {
                let counted = counted(limits, need);
                rate_limit.correct(
                    now,
                    Used {
                        requests: -counted.requests,
                        tokens: -counted.tokens,
                    },
                );
            }
            return Err(RateLimited {
                of_account: true,
                ..limited
            });
        }
        Ok(())
    }

    /// A call that was admitted at that moment with so many tokens has really used so many.
    pub fn settle(&self, at: Timestamp, admit: i64, used: i64) {
        for (rate_limit, limits) in [&self.key, &self.account].into_iter().flatten() {
            if limits.tokens_per_minute.is_some() {
                let counted = counted(
                    limits,
                    Used {
                        requests: 0,
                        tokens: admit,
                    },
                );
                rate_limit.correct(
                    at,
                    Used {
                        requests: 0,
                        tokens: used - counted.tokens,
                    },
                );
            }
        }
    }

    /// How the tighter of the limits of requests, and of tokens, stands.
    pub fn views(&self, now: Timestamp) -> [Option<RateView>; 2] {
        let mut tightest: [Option<RateView>; 2] = [None, None];
        for (rate_limit, limits) in [&self.key, &self.account].into_iter().flatten() {
            for (slot, view) in tightest.iter_mut().zip(rate_limit.views(limits, now)) {
                if view.is_some_and(|view| slot.is_none_or(|other| view.remaining < other.remaining)) {
                    *slot = view;
                }
            }
        }
        tightest
    }
}

/// Of the limits, those of requests and of tokens.
fn maxima(limits: &Limits) -> (Option<i64>, Option<i64>) {
    (
        limits.requests_per_minute.map(i64::from),
        limits.tokens_per_minute.map(i64::from),
    )
}

/// What of `need` counts: no limit, no count; and one call that is larger than a minute's tokens is let in when there is no
/// other.
fn counted(limits: &Limits, need: Used) -> Used {
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

    async fn admit(&self, spending: &Spending, limits: &Limits, need: Used, now: Timestamp) -> Result<(), RateLimited> {
        let need = counted(limits, need);
        let others = spending.alive() - 1;
        let (untold, overdrawn) = {
            let mut state = lock(&self.state);
            if others == 0 {
                state.shared = false;
                return state.admit_alone(limits, need, now, 1);
            }
            if state.take_from_pool(need, now) {
                return Ok(());
            }
            let untold = if state.shared {
                Used::default()
            } else {
                state.window.used(now)
            };
            // Estimates that were too low have to be made up for.
            (untold, state.pool.tokens.min(0))
        };
        let (requests, tokens) = maxima(limits);
        let part = |limit: Option<i64>| limit.map_or(0, |limit| (limit / PART).max(1));
        let want = Used {
            requests: need.requests.max(part(requests)),
            tokens: need.tokens.max(part(tokens)),
        };
        let ask = RateRequest {
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
        };
        match spending.ask(spending.store.rates().take(ask, now)).await {
            Ok(grant) => {
                let mut state = lock(&self.state);
                state.shared = true;
                state.fill(grant.granted, now);
                if state.take_from_pool(need, now) {
                    return Ok(());
                }
                Err(limited(limits, need, grant.left, grant.wait))
            }
            // The last known share of the limit, until the database answers again.
            Err(Unavailable) => lock(&self.state).admit_alone(limits, need, now, others + 1),
        }
    }

    fn correct(&self, at: Timestamp, more: Used) {
        let mut state = lock(&self.state);
        state.window.add(at, more);
        if state.shared {
            state.pool = Used {
                requests: state.pool.requests - more.requests,
                tokens: state.pool.tokens - more.tokens,
            };
        }
    }

    fn views(&self, limits: &Limits, now: Timestamp) -> [Option<RateView>; 2] {
        let mut state = lock(&self.state);
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
        lock(&self.state).window.used(now) != Used::default()
    }
}

impl State {
    /// Counts by itself, against the `share`th part of the limits.
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

    fn take_from_pool(&mut self, need: Used, now: Timestamp) -> bool {
        // What was taken longer ago counts for no minute any more.
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

    fn fill(&mut self, granted: Used, now: Timestamp) {
        self.pool = Used {
            requests: self.pool.requests + granted.requests,
            tokens: self.pool.tokens + granted.tokens,
        };
        self.pool_at = Some(now);
    }
}

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
