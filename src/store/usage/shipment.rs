//! Shipments: finished calls of a gateway that go into the tables, each once.

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
    /// Writes a shipment: its records, the sums, the charges and the leases. A shipment that was written already is skipped,
    /// and so is a record that is stored already.
    ///
    /// # Errors
    /// If the database fails; then nothing is written.
    pub async fn ship(self, shipment: Arc<Shipment>, now: Timestamp) -> Result<Shipped, StoreError> {
        self.write_all(shipment, true, now).await
    }

    /// How many of these calls have no record although they are newer than the oldest record. The records of older calls have
    /// been deleted.
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

    /// Adds records that are in no gateway's spool: imported ones, or those of a test.
    ///
    /// # Errors
    /// If the database fails; then no record is added.
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
