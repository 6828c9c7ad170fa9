//! Finished calls on their way into the tables: records, sums, the ledger, balances and leases in one transaction.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, PoisonError};

use super::records::{self, Common, Usage, columns};
use super::rollup::sum_up;
use crate::domain::{AccountId, EntryKind, GatewayId, LedgerId, PicoUsd, Price, RequestId, Timestamp, UsageRecord};
use crate::random;
use crate::store::engine::KnownNames;
use crate::store::engine::{ManyRows, Shared, Sql, StoreError, Tx, Value, args, id_chunks, id_list, sql, to_json};
use crate::store::money::{leases, wallets};

/// Finished calls of one gateway, written together and once.
#[derive(Clone, Debug, PartialEq)]
pub struct Shipment {
    /// Which run of which gateway.
    pub gateway: GatewayId,
    /// Where its spool was read up to. A shipment that is not beyond the last one is passed over.
    pub position: i64,
    /// The calls.
    pub records: Vec<UsageRecord>,
    /// What they use up of the gateway's leases.
    pub used: Vec<LeaseUse>,
}

/// What became of the records of a shipment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shipped {
    /// How many were added now.
    pub added: usize,
    /// How many are in the tables now, these included.
    pub there: usize,
}

/// A part of a lease that was spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseUse {
    /// Of which budget.
    pub subject: String,
    /// In which period.
    pub window_start: i64,
    /// How much.
    pub amount: PicoUsd,
}

sql! {
    /// Of a gateway that is not known too: a database that was put back to an earlier state may have forgotten it.
    ADVANCE = "INSERT INTO gateway (id, seen_at, shipped) VALUES ($1, $3, $2) \
               ON CONFLICT (id) DO UPDATE SET shipped = excluded.shipped WHERE gateway.shipped < excluded.shipped";
    PRICE = "INSERT INTO price_list (list) VALUES ($1) ON CONFLICT (list) DO UPDATE SET list = excluded.list RETURNING id";
    THERE = concat!("SELECT id FROM usage_record WHERE id IN ", id_list!());
    OLDEST = "SELECT id FROM usage_record ORDER BY id LIMIT 1";
}
pub const ADD: ManyRows = ManyRows {
    head: concat!("INSERT INTO usage_record (", columns!(), ", price_id, entry_id) VALUES"),
    columns: 32,
    tail: "ON CONFLICT (id) DO NOTHING",
};
pub const ADD_AND_TELL: ManyRows = ManyRows {
    tail: "ON CONFLICT (id) DO NOTHING RETURNING id",
    ..ADD
};
pub const USE_LEASE: Sql = leases::USE;

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
    ///
    /// # Errors
    /// If the database fails.
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
            self.0
                .write(move |tx| Box::pin(async move { writing.write(tx, &names, all_new).await }))
        };
        match work(true).await? {
            Some(shipped) => Ok(shipped),
            None => Ok(work(false).await?.unwrap_or_default()),
        }
    }

    /// The ids of the price lists that records were charged by, which are added if they are new.
    async fn prices(self, records: &[UsageRecord]) -> Result<HashMap<Price, i64>, StoreError> {
        let mut wanted: HashSet<Price> = HashSet::new();
        let mut last = None;
        for record in records {
            // A list is long, and the same as the last one most of the time.
            if let Some(price) = record.price
                && last.replace(price) != Some(price)
            {
                wanted.insert(price);
            }
        }
        let mut found = HashMap::with_capacity(wanted.len());
        let known = |price: &Price| {
            self.0
                .known_prices
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get(price)
                .copied()
        };
        for price in wanted {
            let id = match known(&price) {
                Some(id) => id,
                // A whole change by itself, so that what is remembered of it is true.
                None => {
                    let list = to_json(&price);
                    let row = self
                        .0
                        .write(move |tx| Box::pin(async move { tx.first(PRICE, args![list]).await }))
                        .await?;
                    let id = row.ok_or(StoreError::Interrupted)?.get("id")?;
                    self.0
                        .known_prices
                        .0
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .insert(price, id);
                    id
                }
            };
            found.insert(price, id);
        }
        Ok(found)
    }
}

struct Writing {
    shipment: Arc<Shipment>,
    prices: Arc<HashMap<Price, i64>>,
    entries: Arc<BTreeMap<AccountId, LedgerId>>,
    spooled: bool,
    now: Timestamp,
}

impl Writing {
    /// `all_new`: believes that every record is new, as nearly always; `None`, and nothing is written, if one is not.
    async fn write(&self, tx: &mut Tx, names: &KnownNames, all_new: bool) -> Result<Option<Shipped>, StoreError> {
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
            // Taken out as they are counted: a batch may hold one record twice.
            records
                .iter()
                .filter(|record| added.remove(&record.id.to_string()))
                .collect()
        };
        if new.is_empty() && !records.is_empty() {
            // All of it is in the tables. A gateway that was forgotten after that stays so.
            tx.abandon();
            return Ok(Some(Shipped { added: 0, there }));
        }
        self.charge(tx, &new).await?;
        sum_up(tx, names, &new).await?;
        for part in used {
            tx.run(
                USE_LEASE,
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

    /// Takes what calls cost from their accounts' balances: one entry for each account.
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
            tx.run(wallets::ADD_USAGE, entry).await?;
            tx.run(wallets::CHARGE, args![account, amount]).await?;
            tx.run(
                wallets::ADD_USAGE_TO_DAY,
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
            records::add_values(&mut values, record, &mut common);
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
