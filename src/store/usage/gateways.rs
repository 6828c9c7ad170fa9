//! The running gateways, and how far each has shipped its spool.

use crate::domain::{GatewayId, Timestamp};
use crate::store::engine::{Store, StoreError, args, sql};

/// Registers running gateways, and keeps the spool offset that each has shipped.
#[derive(Clone, Copy, Debug)]
pub struct Gateways<'a>(pub(in crate::store) &'a Store);

impl Store {
    /// Access to the list of running gateways.
    pub fn gateways(&self) -> Gateways<'_> {
        Gateways(self)
    }
}

sql! {
    SEEN = r"INSERT INTO gateway (id, seen_at, shipped) VALUES ($1, $2, 0)
             ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at";
    ALIVE = "SELECT COUNT(*) AS alive FROM gateway WHERE seen_at > $1";
    SHIPPED = "SELECT shipped FROM gateway WHERE id = $1";
    FORGET = "DELETE FROM gateway WHERE seen_at < $1 AND shipped = 0";
    REMOVE = "DELETE FROM gateway WHERE id = $1";
}

impl Gateways<'_> {
    /// Records that a gateway runs. The first call for an id registers it.
    pub async fn seen(self, id: GatewayId, now: Timestamp) -> Result<(), StoreError> {
        self.0.change(SEEN, args![id, now]).await.map(drop)
    }

    /// How many gateways were seen since then.
    pub async fn alive(self, since: Timestamp) -> Result<i64, StoreError> {
        self.0
            .first(ALIVE, args![since])
            .await?
            .map_or(Ok(0), |row| row.get("alive"))
    }

    /// The offset up to which a gateway's spool is in the tables; `None` if the gateway is not known.
    pub async fn shipped(self, id: GatewayId) -> Result<Option<i64>, StoreError> {
        self.0
            .first(SHIPPED, args![id])
            .await?
            .map(|row| row.get("shipped"))
            .transpose()
    }

    /// Forgets gateways that were not seen since then, except those that shipped something: such a gateway may have left a
    /// spool behind, and the offset is still needed.
    pub async fn forget(self, not_seen_since: Timestamp) -> Result<u64, StoreError> {
        self.0.change(FORGET, args![not_seen_since]).await
    }

    /// Forgets a gateway that has ended and whose spool is gone.
    pub async fn remove(self, id: GatewayId) -> Result<(), StoreError> {
        self.0.change(REMOVE, args![id]).await.map(drop)
    }
}
