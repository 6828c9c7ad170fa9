//! Reserves what a call may cost, before it is made: of the account's balance, and of the spend limits of the key and of
//! the account.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

use super::hold::Holds;
use super::lease::Lease;
use super::{Spending, refusal};
use crate::domain::{AccountId, ApiKeyId, Budget, Limits, PicoUsd, SpendLimit, Timestamp};
use crate::gateway::db_health::DatabaseDown;
use crate::wire::error::ApiError;

/// How long a call goes on trying while other calls are faster and the budget has more.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long other gateways get to give back unused leases.
const RECALL: Duration = Duration::from_millis(120);

/// The leases of the budgets that calls with a key count against. The key owns them, so that no call looks them up.
pub struct KeyLeases {
    balance: Part,
    account: Option<Part>,
    key: Option<Part>,
}

/// One of the budgets.
struct Part {
    budget: Budget,
    limit: Option<SpendLimit>,
    /// The lease of the current period.
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

    /// The lease of the period that `now` lies in.
    fn lease(&self, spending: &Spending, now: Timestamp) -> Arc<Lease> {
        let window = self.limit.map_or(0, |limit| limit.period.start(now));
        let mut lease = self.lease.lock();
        if lease.window != window {
            *lease = spending.lease(self.budget, window);
        }
        Arc::clone(&lease)
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

    /// The lease of the account's balance.
    pub fn balance(&self) -> Arc<Lease> {
        Arc::clone(&self.balance.lease.lock())
    }

    /// Reserves `amount` of every budget, or of none.
    ///
    /// # Errors
    /// If a budget has too little left, or the database does not answer.
    pub async fn hold(&self, spending: &Arc<Spending>, amount: PicoUsd, now: Timestamp) -> Result<Holds, ApiError> {
        let mut recalled = false;
        let began = Instant::now();

        loop {
            let (part, lease) = match self.try_hold(spending, amount, now) {
                Ok(holds) => return Ok(holds),
                Err(short) => short,
            };

            let grant = lease
                .refill(spending, amount, part.limit)
                .await
                .map_err(|DatabaseDown| refusal::unavailable())?;
            // If the lease has enough, or the budget has more, another call was faster: try again.
            let some = lease.free() >= amount || grant.left > PicoUsd::ZERO;
            if some && began.elapsed() < PATIENCE {
                continue;
            }

            if grant.elsewhere > PicoUsd::ZERO && !recalled {
                recalled = true;
                let _ = spending.database.ask(spending.store.leases().recall(part.budget)).await;
                tokio::time::sleep(RECALL).await;
                continue;
            }

            let free = PicoUsd::from_pico(grant.left.pico().saturating_add(lease.free().pico()).max(0));
            return Err(refusal::refusal(
                (part.budget, part.limit),
                grant.exists,
                amount,
                free,
                now,
            ));
        }
    }

    /// Reserves from the leases in memory. Returns the first budget that has too little.
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
            // A gateway that others may take for dead asks the database before it spends.
            if !spending.may_use_leases(now) || !lease.hold(amount, now) {
                // Dropping `holds` frees what was held before.
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
