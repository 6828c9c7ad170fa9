//! Finished calls on their way into the tables: records, sums, the ledger, balances and leases in one transaction.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::records::Usage;
use super::shipment_write::{Shipment, Shipped, THERE, Writing};
use crate::domain::{AccountId, GatewayId, LedgerId, RequestId, Timestamp, UsageRecord};
use crate::random;
use crate::store::engine::{StoreError, args, id_chunks, sql, transaction};

sql! {
    OLDEST = "SELECT id FROM usage_record ORDER BY id LIMIT 1";
}

impl Usage<'_> {
    /// Writes a shipment: its records, the sums, the charge and the leases. One that was written already is passed over,
    /// and so is a record that is stored already.
    ///
    /// # Errors
    /// If the database fails; then nothing was written.
    pub async fn ship(self, shipment: Arc<Shipment>, now: Timestamp) -> Result<Shipped, StoreError> {
        self.write_all(shipment, true, now).await
    }

    /// How many of these calls have no record, although they are not older than all that have one: records are deleted from
    /// the oldest on.
    pub async fn missing(self, ids: &[RequestId]) -> Result<usize, StoreError> {
        let mut absent: HashSet<String> = ids.iter().map(ToString::to_string).collect();
        for chunk in id_chunks(ids) {
            for row in self.0.all(THERE, chunk).await? {
                absent.remove(&row.get::<String>("id")?);
            }
        }

        if absent.is_empty() {
            return Ok(0);
        }
        let Some(oldest) = self.0.first(OLDEST, args![]).await? else {
            return Ok(0);
        };

        let oldest: String = oldest.get("id")?;
        Ok(absent.into_iter().filter(|id| *id > oldest).count())
    }

    /// Adds records that no gateway's spool holds: imported ones, or a test's.
    ///
    /// # Errors
    /// If the database fails; then none was added.
    pub async fn append(self, records: &[UsageRecord]) -> Result<usize, StoreError> {
        let Some(last) = records.iter().map(|record| record.at).max() else {
            return Ok(0);
        };
        let gateway = GatewayId::new(last, random::bytes());
        let shipment = Shipment {
            gateway,
            position: 0,
            records: records.to_vec(),
            used: Vec::new(),
        };
        Ok(self.write_all(Arc::new(shipment), false, last).await?.added)
    }

    async fn write_all(self, shipment: Arc<Shipment>, spooled: bool, now: Timestamp) -> Result<Shipped, StoreError> {
        let prices = Arc::new(self.prices(&shipment.records).await?);
        let mut entries: BTreeMap<AccountId, LedgerId> = BTreeMap::new();
        for record in &shipment.records {
            entries
                .entry(record.account)
                .or_insert_with(|| LedgerId::new(now, random::bytes()));
        }

        let entries = Arc::new(entries);
        let work = |all_new: bool| {
            let names = Arc::clone(&self.0.known_names);
            let writing = Writing {
                shipment: Arc::clone(&shipment),
                prices: Arc::clone(&prices),
                entries: Arc::clone(&entries),
                spooled,
                now,
            };
            async move { transaction!(self.0, |tx| writing.write(tx, &names, all_new).await) }
        };
        match work(true).await? {
            Some(shipped) => Ok(shipped),
            None => Ok(work(false).await?.unwrap_or_default()),
        }
    }
}
