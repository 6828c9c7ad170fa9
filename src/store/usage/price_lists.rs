//! The price lists that records were charged by, each stored once.

use std::collections::{HashMap, HashSet};

use super::records::Usage;
use crate::domain::{Price, UsageRecord};
use crate::store::engine::{StoreError, args, sql, to_json, transaction};

sql! {
    PRICE = "INSERT INTO price_list (list) VALUES ($1) ON CONFLICT (list) DO UPDATE SET list = excluded.list RETURNING id";
}

impl Usage<'_> {
    /// The ids of the records' price lists. New lists are added.
    pub(super) async fn prices(self, records: &[UsageRecord]) -> Result<HashMap<Price, i64>, StoreError> {
        let mut wanted: HashSet<Price> = HashSet::new();
        let mut last = None;
        for record in records {
            // A list is large, and mostly the same as the last one.
            if let Some(price) = record.price
                && last.replace(price) != Some(price)
            {
                wanted.insert(price);
            }
        }

        let mut found = HashMap::with_capacity(wanted.len());
        let known = |price: &Price| self.0.known_prices.0.lock().get(price).copied();
        for price in wanted {
            let id = match known(&price) {
                Some(id) => id,
                // A whole change by itself, so that the remembered id is certainly stored.
                None => {
                    let list = to_json(&price);
                    let row = transaction!(self.0, |tx| tx.first(PRICE, args![list]).await)?;
                    let id = row.ok_or(StoreError::Interrupted)?.get("id")?;
                    self.0.known_prices.0.lock().insert(price, id);
                    id
                }
            };
            found.insert(price, id);
        }

        Ok(found)
    }
}
