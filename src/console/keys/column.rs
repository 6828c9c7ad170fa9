//! The columns of the list of keys that it can be sorted by.

use crate::store::KeySort;

/// A column that a list can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub label: &'static str,
    pub name: &'static str,
    pub(super) sort: KeySort,
    /// Whether the first click puts the largest on top.
    pub(super) descending_first: bool,
}

impl Column {
    pub const NAME: Self = Self {
        label: "Name",
        name: "name",
        sort: KeySort::Name,
        descending_first: false,
    };
    pub const LAST_USED: Self = Self {
        label: "Last used",
        name: "last_used",
        sort: KeySort::LastUsed,
        descending_first: true,
    };
    pub const REQUESTS: Self = Self {
        label: "7 days",
        name: "requests",
        sort: KeySort::Requests,
        descending_first: true,
    };
    pub const SPEND: Self = Self {
        label: "Spend / limit",
        name: "spend",
        sort: KeySort::Spend,
        descending_first: true,
    };
    pub const EXPIRES: Self = Self {
        label: "Expires",
        name: "expires",
        sort: KeySort::Expires,
        descending_first: false,
    };
    const CREATED: Self = Self {
        label: "Created",
        name: "created",
        sort: KeySort::Created,
        descending_first: true,
    };
    pub(super) const ALL: [Self; 6] = [
        Self::NAME,
        Self::LAST_USED,
        Self::REQUESTS,
        Self::SPEND,
        Self::EXPIRES,
        Self::CREATED,
    ];
}
