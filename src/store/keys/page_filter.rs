//! Which keys a list shows, in which order.

use crate::domain::{KeyStatus, PersonId};

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

/// The text anywhere, itself taken literally. A control character, which no name has and Postgres may not take, becomes one
/// that is not found either.
pub fn pattern(query: &str) -> String {
    let mut pattern = String::from("%");
    for c in query.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(if c.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            c.to_ascii_lowercase()
        });
    }
    pattern.push('%');
    pattern
}

pub fn status(status: KeyStatus) -> &'static str {
    match status {
        KeyStatus::Active => "active",
        KeyStatus::Disabled => "disabled",
        KeyStatus::Expired => "expired",
    }
}

pub fn owner(owner: OwnerFilter) -> String {
    match owner {
        OwnerFilter::Person(id) => id.to_string(),
        OwnerFilter::Service => String::new(),
    }
}

pub fn sort(sort: KeySort) -> &'static str {
    match sort {
        KeySort::Name => "name",
        KeySort::Created => "created",
        KeySort::LastUsed => "last_used",
        KeySort::Expires => "expires",
        KeySort::Requests => "requests",
        KeySort::Spend => "spend",
    }
}
