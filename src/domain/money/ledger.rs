//! The ledger: why an account's balance is what it is.

use crate::domain::values::{AccountId, LedgerId, PersonId, PicoUsd, Timestamp};

/// Why a balance changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// An admin added credit.
    Credit,
    /// An admin took credit back, or put something right.
    Correction,
    /// Calls were charged.
    Usage,
}

impl EntryKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Credit, Self::Correction, Self::Usage];

    /// As the store keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Correction => "correction",
            Self::Usage => "usage",
        }
    }
}

/// One entry. Entries are only ever added; a balance is the sum of its account's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Its identifier; sorts by time.
    pub id: LedgerId,
    /// Whose balance.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub kind: EntryKind,
    /// What it adds to the balance; usage takes away.
    pub amount: PicoUsd,
    /// What the admin wrote beside it.
    pub note: Option<String>,
    /// Who, in words: an e-mail address, or `command line`; `None` for usage.
    pub actor: Option<String>,
    /// Who, if it was a person.
    pub person: Option<PersonId>,
    /// How many calls it charges.
    pub requests: i64,
}

/// What an account has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// The sum of its entries.
    pub balance: PicoUsd,
    /// Of it, what calls in flight have reserved, as far as their gateways have said.
    pub held: PicoUsd,
}
