//! One page of the list of API keys.

use crate::domain::{Alias, ApiKey, Email, KeyStatus, PersonId, PicoUsd};

/// Which keys to list, in which order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFilter {
    /// A part of the name or of the secret's last characters; letter case does not count.
    pub query: Option<String>,
    /// How they stand.
    pub status: Option<KeyStatus>,
    /// Whose they are.
    pub owner: Option<OwnerFilter>,
    /// What they are sorted by.
    pub sort: KeySort,
    /// The last first.
    pub descending: bool,
    /// From 1.
    pub page: u32,
    /// How many on a page.
    pub per_page: u32,
}

/// All keys, the last used first, 25 on a page.
impl Default for KeyFilter {
    fn default() -> Self {
        Self {
            query: None,
            status: None,
            owner: None,
            sort: KeySort::LastUsed,
            descending: true,
            page: 1,
            per_page: 25,
        }
    }
}

/// Whose keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerFilter {
    /// One person's.
    Person(PersonId),
    /// Service keys, which nobody owns.
    Service,
}

/// What a list of keys is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeySort {
    /// The name, letter case aside.
    Name,
    /// When it was made.
    Created,
    /// When it was last used; never counts as longest ago.
    LastUsed,
    /// When it ends; never counts as last.
    Expires,
    /// Calls of the last 7 days.
    Requests,
    /// What the last 30 days cost.
    Spend,
}

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
    /// What today and the 29 UTC days before cost.
    pub spend_30d: PicoUsd,
}

/// One page of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyPage {
    /// Its rows.
    pub rows: Vec<KeyRow>,
    /// How many rows all pages have together.
    pub total: i64,
}
