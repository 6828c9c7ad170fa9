//! The limits per minute of a key and of its account, together.

use std::sync::Arc;

use super::Spending;
use super::rate_limit::{RateLimit, RateLimited, RateView, counted};
use crate::domain::{Budget, Limits, Timestamp, Used};

/// The limits per minute that a key's calls count against. The key owns them.
pub struct KeyRateLimits {
    key: Option<(Arc<RateLimit>, Limits)>,
    account: Option<(Arc<RateLimit>, Limits)>,
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

    /// Counts so much against all limits, or against none.
    ///
    /// # Errors
    /// If a limit does not admit it.
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

    /// Corrects the count of a call that was admitted at `at` with `admitted` tokens and has really used `used`.
    pub fn settle(&self, at: Timestamp, admitted: i64, used: i64) {
        for (rate_limit, limits) in [&self.key, &self.account].into_iter().flatten() {
            if limits.tokens_per_minute.is_some() {
                let counted = counted(
                    limits,
                    Used {
                        requests: 0,
                        tokens: admitted,
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

    /// The state of the tighter limit of requests, and of the tighter limit of tokens.
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
