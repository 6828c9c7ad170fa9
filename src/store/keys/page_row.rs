//! One page of the list of API keys, and its rows.

use super::row::{TABLE, api_key};
use crate::domain::{Alias, ApiKey, Email, PicoUsd};
use crate::store::engine::{Row, StoreError};

/// One row of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyRow {
    /// The key.
    pub key: ApiKey,
    /// The name of its account.
    pub account_name: String,
    /// Its owner's address; `None` for a service key.
    pub owner_email: Option<Email>,
    /// Its aliases, in evaluation order.
    pub aliases: Vec<Alias>,
    /// Calls per UTC day, the oldest first, today last.
    pub daily_requests: [i64; 7],
    /// The cost of the current UTC day and the 29 before it.
    pub spend_30d: PicoUsd,
    /// The cost of the current period of its spend limit; zero without a limit.
    pub spent: PicoUsd,
}

/// One page of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyPage {
    /// Its rows.
    pub rows: Vec<KeyRow>,
    /// How many rows all pages have together.
    pub total: i64,
}

pub fn key_row(row: &Row) -> Result<KeyRow, StoreError> {
    Ok(KeyRow {
        key: api_key(row)?,
        account_name: row.get("account_name")?,
        owner_email: row.parse_opt(TABLE, "owner_email")?,
        aliases: Vec::new(),
        daily_requests: [0; 7],
        spend_30d: row.get("spend")?,
        spent: PicoUsd::ZERO,
    })
}
