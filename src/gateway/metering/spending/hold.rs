//! Reserves what a call may cost, before it is made: of the account's balance, and of the spend limits of the key and of
//! the account.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;

use super::Spending;
use super::lease::{Lease, Unavailable};
use crate::domain::{AccountId, ApiKeyId, Budget, Limits, PicoUsd, SpendLimit, Timestamp, format};
use crate::gateway::locks::lock;
use crate::gateway::metering::spool::Charges;
use crate::store::LeaseGrant;
use crate::wire::error::{ApiError, Code};

/// How long a call waits for others that were faster, while there is more to be had.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long others get to give back what they do not use.
const RECALL: Duration = Duration::from_millis(120);

/// The budgets that calls with a key count against. Kept with the key, so that no call looks them up.
pub struct KeyLeases {
    balance: Part,
    account: Option<Part>,
    key: Option<Part>,
}

struct Part {
    budget: Budget,
    limit: Option<SpendLimit>,
    /// The purse of the running period.
    lease: Mutex<Arc<Lease>>,
}

impl Part {
    fn new(spending: &Spending, budget: Budget, limit: Option<SpendLimit>, now: Timestamp) -> Self {
        let window = limit.map_or(0, |limit| limit.period.start(now));
        Self {
            budget,
            limit,
            lease: Mutex::new(spending.lease(budget, window)),
        }
    }

    /// The purse of the period that `now` lies in.
    fn lease(&self, spending: &Spending, now: Timestamp) -> Arc<Lease> {
        let window = self.limit.map_or(0, |limit| limit.period.start(now));
        let mut lease = lock(&self.lease);
        if lease.window != window {
            *lease = spending.lease(self.budget, window);
        }
        Arc::clone(&lease)
    }
}

/// What is reserved for a call. Dropping it frees all of it.
pub struct Holds {
    leases: [Option<Arc<Lease>>; 3],
    amount: PicoUsd,
    now: Timestamp,
}

impl Holds {
    /// How much is reserved.
    pub fn amount(&self) -> PicoUsd {
        self.amount
    }

    /// Which limits' periods it counts in.
    pub fn charges(&self) -> Charges {
        let window = |wanted: fn(Budget) -> bool| {
            self.leases
                .iter()
                .flatten()
                .find(|lease| wanted(lease.budget))
                .map(|lease| lease.window)
        };
        Charges {
            key: window(|budget| matches!(budget, Budget::Key(_))),
            account: window(|budget| matches!(budget, Budget::Account(_))),
        }
    }

    /// The call is over and cost so much.
    pub fn settle(mut self, cost: PicoUsd, now: Timestamp) {
        for lease in std::mem::take(&mut self.leases).into_iter().flatten() {
            lease.settle(self.amount, cost, now);
        }
    }
}

impl Drop for Holds {
    fn drop(&mut self) {
        for lease in self.leases.iter().flatten() {
            lease.settle(self.amount, PicoUsd::ZERO, self.now);
        }
    }
}

impl KeyLeases {
    pub fn new(
        spending: &Spending,
        account: AccountId,
        key: ApiKeyId,
        limits: (&Limits, &Limits),
        now: Timestamp,
    ) -> Self {
        let (of_account, of_key) = limits;
        let part = |budget, limit: Option<SpendLimit>| limit.map(|limit| Part::new(spending, budget, Some(limit), now));
        Self {
            balance: Part::new(spending, Budget::Balance(account), None, now),
            account: part(Budget::Account(account), of_account.spend),
            key: part(Budget::Key(key), of_key.spend),
        }
    }

    /// The account's balance, as far as it is leased here.
    pub fn balance(&self) -> Arc<Lease> {
        Arc::clone(&lock(&self.balance.lease))
    }

    /// Reserves `amount` of every budget, or of none.
    pub async fn hold(&self, spending: &Arc<Spending>, amount: PicoUsd, now: Timestamp) -> Result<Holds, ApiError> {
        let mut recalled = false;
        let began = Instant::now();
        loop {
            let (part, lease) = match self.try_hold(spending, amount, now) {
                Ok(holds) => return Ok(holds),
                Err(short) => short,
            };
            let leased = lease
                .refill(spending, amount, part.limit)
                .await
                .map_err(|Unavailable| unavailable())?;
            // There is enough, or more to be had: somebody else was faster.
            let some = lease.free() >= amount || leased.left > PicoUsd::ZERO;
            if some && began.elapsed() < PATIENCE {
                continue;
            }
            if leased.elsewhere > PicoUsd::ZERO && !recalled {
                recalled = true;
                let _ = spending.ask(spending.store.leases().recall(part.budget)).await;
                tokio::time::sleep(RECALL).await;
                continue;
            }
            let free = PicoUsd::from_pico(leased.left.pico().saturating_add(lease.free().pico()).max(0));
            return Err(part.refusal(&leased, amount, free, now));
        }
    }

    fn try_hold(
        &self,
        spending: &Arc<Spending>,
        amount: PicoUsd,
        now: Timestamp,
    ) -> Result<Holds, (&Part, Arc<Lease>)> {
        let mut holds = Holds {
            leases: [None, None, None],
            amount,
            now,
        };
        let parts = [Some(&self.balance), self.account.as_ref(), self.key.as_ref()];
        for (slot, part) in holds.leases.iter_mut().zip(parts) {
            let Some(part) = part else { continue };
            let lease = part.lease(spending, now);
            // A gateway that others may take for dead asks before it spends.
            if !spending.may_use_leases(now) || !lease.hold(amount, now) {
                // What was held before is freed with `holds`.
                return Err((part, lease));
            }
            if lease.runs_low(amount, now) {
                drop(lease.refill(spending, PicoUsd::ZERO, part.limit));
            }
            *slot = Some(lease);
        }
        Ok(holds)
    }
}

impl Part {
    /// Why a call is refused that may cost `amount` while `free` is left.
    fn refusal(&self, leased: &LeaseGrant, amount: PicoUsd, free: PicoUsd, now: Timestamp) -> ApiError {
        let (cost, left) = (format::money_up(amount), format::money_down(free));
        let whose = match (self.budget, self.limit) {
            (Budget::Balance(_), _) | (_, None) if !leased.exists => {
                return ApiError::new(
                    Code::NoWallet,
                    "This API key's account has no credit yet. Whoever runs this gateway can add some.",
                );
            }
            (Budget::Balance(_), _) | (_, None) => {
                let message = if free == PicoUsd::ZERO {
                    "The account's balance is used up. Add credit to go on.".into()
                } else {
                    format!(
                        "This call may cost up to {cost}, and {left} of the account's balance is free. Add credit, or ask \
                         for fewer tokens."
                    )
                };
                return ApiError::new(Code::InsufficientBalance, message);
            }
            (Budget::Account(_), Some(_)) => "The account's",
            (Budget::Key(_), Some(_)) => "This API key's",
        };
        let Some(limit) = self.limit else { return unavailable() };
        let per = match limit.period.end(now) {
            Some(_) => format!(" a {}", limit.period),
            None => String::new(),
        };
        let again = limit
            .period
            .end(now)
            .map(|end| format!(" It starts again on {}.", format::utc(end)));
        let again = again.unwrap_or_default();
        let limit = format::money_down(limit.amount);
        let message = if free == PicoUsd::ZERO {
            format!("{whose} spend limit of {limit}{per} is reached.{again}")
        } else {
            format!(
                "This call may cost up to {cost}, and {left} is left of {} spend limit of {limit}{per}.{again}",
                lower(whose)
            )
        };
        ApiError::new(Code::KeyLimitReached, message)
    }
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

fn unavailable() -> ApiError {
    ApiError::new(
        Code::DbError,
        "The balance cannot be checked right now. Try again in a moment.",
    )
}
