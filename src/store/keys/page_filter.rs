//! Which keys a list shows, in which order.

use crate::domain::{KeyStatus, PersonId};

/// Which keys to list, in which order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFilter {
    /// A part of the name or of the secret's last characters; letter case does not count.
    pub query: Option<String>,
    /// The status of the keys.
    pub status: Option<KeyStatus>,
    /// The owner of the keys.
    pub owner: Option<OwnerFilter>,
    /// The sort key.
    pub sort: KeySort,
    /// Whether the order is reversed.
    pub descending: bool,
    /// The number of the page, from 1.
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

/// The owner of the listed keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerFilter {
    /// One person's.
    Person(PersonId),
    /// Service keys, which have no owner.
    Service,
}

/// The value that a list of keys is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeySort {
    /// The name, letter case aside.
    Name,
    /// When it was made.
    Created,
    /// When it was last used; a key that was never used comes as the oldest.
    LastUsed,
    /// When it ends; a key without an end comes last.
    Expires,
    /// Calls of the last 7 days.
    Requests,
    /// The cost of the last 30 days.
    Spend,
}

/// The pattern that finds the text anywhere, taken literally. A control character, which no name has and Postgres may refuse,
/// becomes a character that no name has either.
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
