//! Leases: the amounts that gateways may spend without asking again. No grant makes all leases of a budget and all that
//! was spent of it together more than the budget.

use super::lease_grant::{LeaseGrant, LeaseRequest, take};
use crate::domain::{Budget, GatewayId, PicoUsd, Timestamp};
use crate::store::engine::{Change, Store, StoreError, args, sql, transaction};

/// Grants, reads and frees the leases of gateways.
#[derive(Clone, Copy, Debug)]
pub struct Leases<'a>(pub(in crate::store) &'a Store);

impl Store {
    /// Access to the leases of gateways.
    pub fn leases(&self) -> Leases<'_> {
        Leases(self)
    }
}

sql! {
    /// Uses up a part of a lease, or gives it back.
    TAKE_FROM = r"UPDATE lease SET amount = CASE WHEN amount > $4 THEN amount - $4 ELSE 0 END
                  WHERE subject = $1 AND window_start = $2 AND gateway_id = $3";
    SET_HELD = "UPDATE lease SET held = $4 WHERE subject = $1 AND window_start = $2 AND gateway_id = $3";
    DROP_OF = "DELETE FROM lease WHERE gateway_id = $1";
    DROP_DEAD = "DELETE FROM lease WHERE gateway_id NOT IN (SELECT id FROM gateway WHERE seen_at >= $1)";
    DROP_SPENT = "DELETE FROM lease WHERE window_start > 0 AND window_start < $1 AND amount = 0";
}

impl Leases<'_> {
    /// Leases a part of a budget, as [`portion`](crate::domain::portion) computes it.
    ///
    /// # Errors
    /// If the database fails; then nothing is taken.
    pub async fn take(self, ask: LeaseRequest) -> Result<LeaseGrant, StoreError> {
        transaction!(self.0, |tx| take(tx, ask).await)
    }

    /// Gives a part back that the gateway does not need.
    pub async fn give_back(
        self,
        gateway: GatewayId,
        budget: Budget,
        window_start: i64,
        amount: PicoUsd,
    ) -> Result<(), StoreError> {
        self.0
            .change(TAKE_FROM, args![budget.subject(), window_start, gateway, amount])
            .await
            .map(drop)
    }

    /// Records how much of a lease calls in flight have reserved, for pages that show the account.
    pub async fn set_held(
        self,
        gateway: GatewayId,
        budget: Budget,
        window_start: i64,
        held: PicoUsd,
    ) -> Result<(), StoreError> {
        self.0
            .change(SET_HELD, args![budget.subject(), window_start, gateway, held])
            .await
            .map(drop)
    }

    /// Asks every other gateway to give back the part of a budget that it does not need.
    pub async fn recall(self, budget: Budget) -> Result<(), StoreError> {
        transaction!(self.0, |tx| tx.announce(Change::Recall(budget)).await)
    }

    /// Frees all leases of a gateway. The caller has made sure that all usage of the gateway is in the tables.
    pub async fn drop_of(self, gateway: GatewayId) -> Result<(), StoreError> {
        self.0.change(DROP_OF, args![gateway]).await.map(drop)
    }

    /// Frees the leases of gateways that are unknown or were not seen since then, and deletes used-up leases of periods that
    /// ended long ago.
    pub async fn drop_dead(self, not_seen_since: Timestamp) -> Result<u64, StoreError> {
        self.0.change(DROP_SPENT, args![not_seen_since.day() - 40]).await?;
        self.0.change(DROP_DEAD, args![not_seen_since]).await
    }
}
