//! A shipment, and how one transaction writes its records, sums, charges and leases.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::record_row::{Common, add_values, columns};
use super::rollup::sum_up;
use crate::domain::{AccountId, EntryKind, GatewayId, LedgerId, PicoUsd, Price, RequestId, Timestamp, UsageRecord};
use crate::store::engine::{KnownNames, ManyRows, Shared, StoreError, Tx, Value, args, id_chunks, id_list, sql};
use crate::store::money::{leases, wallets};

/// Finished calls of one gateway, written together and once.
#[derive(Clone, Debug, PartialEq)]
pub struct Shipment {
    /// The gateway's run.
    pub gateway: GatewayId,
    /// The spool offset after the last call. A shipment is skipped if the gateway has shipped up to this offset before.
    pub position: i64,
    /// The records of the calls.
    pub records: Vec<UsageRecord>,
    /// The parts of the gateway's leases that the calls use up.
    pub used: Vec<LeaseUse>,
}

/// The outcome of a shipment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shipped {
    /// How many records were added now.
    pub added: usize,
    /// How many records of the shipment are in the tables now, including those that were there before.
    pub there: usize,
}

/// A part of a lease that was spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseUse {
    /// The name of the budget.
    pub subject: String,
    /// The day on which the budget's period began; 0 for a balance.
    pub window_start: i64,
    /// The amount that was spent.
    pub amount: PicoUsd,
}

sql! {
    THERE = concat!("SELECT id FROM usage_record WHERE id IN ", id_list!());
    /// Also adds an unknown gateway: a database that was restored to an earlier state may not have it.
    ADVANCE = r"INSERT INTO gateway (id, seen_at, shipped) VALUES ($1, $3, $2)
                ON CONFLICT (id) DO UPDATE SET shipped = excluded.shipped WHERE gateway.shipped < excluded.shipped";
}

pub const ADD: ManyRows = ManyRows {
    head: concat!("INSERT INTO usage_record (", columns!(), ", price_id, entry_id) VALUES"),
    columns: 34,
    tail: "ON CONFLICT (id) DO NOTHING",
};

pub const ADD_AND_TELL: ManyRows = ManyRows {
    tail: "ON CONFLICT (id) DO NOTHING RETURNING id",
    ..ADD
};

pub struct Writing {
    pub shipment: Arc<Shipment>,
    pub prices: Arc<HashMap<Price, i64>>,
    pub entries: Arc<BTreeMap<AccountId, LedgerId>>,
    pub spooled: bool,
    pub now: Timestamp,
}

impl Writing {
    /// With `all_new`, every record is expected to be new, as nearly always; `None`, and nothing is written, if one is not.
    pub async fn write(&self, tx: &mut Tx, names: &KnownNames, all_new: bool) -> Result<Option<Shipped>, StoreError> {
        let Shipment {
            gateway,
            position,
            records,
            used,
        } = &*self.shipment;
        if self.spooled && tx.run(ADVANCE, args![*gateway, *position, self.now]).await? == 0 {
            return Ok(Some(Shipped {
                added: 0,
                there: self.count(tx).await?,
            }));
        }

        let there = records.len();
        let rows = self.values();
        let new: Vec<&UsageRecord> = if all_new {
            if tx.count_rows(ADD, rows).await? != records.len() as u64 {
                tx.abandon();
                return Ok(None);
            }
            records.iter().collect()
        } else {
            let mut added: HashSet<String> = HashSet::new();
            for row in tx.add_rows(ADD_AND_TELL, rows).await? {
                added.insert(row.get("id")?);
            }
            // Each id is removed as it is counted, since a shipment may hold one record twice.
            records
                .iter()
                .filter(|record| added.remove(&record.id.to_string()))
                .collect()
        };
        if new.is_empty() && !records.is_empty() {
            // Every record is in the tables already. If the gateway was forgotten since, it stays forgotten.
            tx.abandon();
            return Ok(Some(Shipped { added: 0, there }));
        }

        self.charge(tx, &new).await?;
        sum_up(tx, names, &new).await?;
        for part in used {
            tx.run(
                leases::TAKE_FROM,
                args![part.subject.as_str(), part.window_start, *gateway, part.amount],
            )
            .await?;
        }

        Ok(Some(Shipped {
            added: new.len(),
            there,
        }))
    }

    /// How many of the records are in the tables.
    async fn count(&self, tx: &mut Tx) -> Result<usize, StoreError> {
        let ids: Vec<RequestId> = self.shipment.records.iter().map(|record| record.id).collect();
        let mut there = HashSet::new();
        for chunk in id_chunks(&ids) {
            for row in tx.all(THERE, chunk).await? {
                there.insert(row.get::<String>("id")?);
            }
        }
        Ok(there.len())
    }

    /// Charges the cost of calls to their accounts: one entry of the ledger for each account.
    async fn charge(&self, tx: &mut Tx, records: &[&UsageRecord]) -> Result<(), StoreError> {
        let mut sums: BTreeMap<AccountId, (i64, i128)> = BTreeMap::new();
        for record in records.iter().filter(|record| record.cost != PicoUsd::ZERO) {
            let (requests, cost) = sums.entry(record.account).or_default();
            *requests += 1;
            *cost += i128::from(record.cost.pico());
        }
        for (account, (requests, cost)) in sums {
            let amount = i64::try_from(-cost).map_err(|_| StoreError::TooLarge { what: "a charge" })?;
            let Some(id) = self.entries.get(&account).copied() else {
                continue;
            };
            let entry = args![
                id,
                account,
                self.now,
                EntryKind::Usage.as_str(),
                amount,
                None::<&str>,
                None::<&str>,
                None::<&str>,
                requests,
                self.spooled.then_some(self.shipment.gateway),
                self.spooled.then_some(self.shipment.position)
            ];
            tx.run(wallets::ADD_ENTRY, entry).await?;
            tx.run(wallets::ADD_TO_BALANCE, args![account, amount]).await?;
            tx.run(
                wallets::ADD_TO_DAY,
                args![account, self.now.day(), requests, amount, 0_i64],
            )
            .await?;
        }
        Ok(())
    }

    fn values(&self) -> Vec<Value> {
        let records = &self.shipment.records;
        let mut values = Vec::with_capacity(records.len() * ADD.columns);
        let (mut common, mut entries) = (Common::default(), Shared::default());
        let mut last: (Option<Price>, Option<i64>) = (None, None);

        for record in records {
            add_values(&mut values, record, &mut common);
            if last.0 != record.price {
                last = (
                    record.price,
                    record.price.and_then(|price| self.prices.get(&price).copied()),
                );
            }
            values.push(last.1.into());
            let entry = self
                .entries
                .get(&record.account)
                .filter(|_| record.cost != PicoUsd::ZERO);
            values.push(entry.map(|entry| entries.of(*entry, |id| id.to_string().into())).into());
        }

        values
    }
}
