//! The ledger: the entries that an account's balance is the sum of.

use crate::domain::values::{AccountId, LedgerId, PersonId, PicoUsd, Timestamp};

/// Why a balance changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// An admin added credit.
    Credit,
    /// An admin took credit back, or corrected a mistake.
    Correction,
    /// Calls were charged.
    Usage,
}

impl EntryKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Credit, Self::Correction, Self::Usage];

    /// The value as the store keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credit => "credit",
            Self::Correction => "correction",
            Self::Usage => "usage",
        }
    }
}

/// One entry of the ledger. Entries are only added, never changed; a balance is the sum of its account's entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Identifies the entry; sorts by time.
    pub id: LedgerId,
    /// The account whose balance changes.
    pub account: AccountId,
    /// When the entry was written.
    pub at: Timestamp,
    /// Why the balance changes.
    pub kind: EntryKind,
    /// What the entry adds to the balance; negative for usage.
    pub amount: PicoUsd,
    /// The admin's note.
    pub note: Option<String>,
    /// The actor's name: an e-mail address, or `command line`; `None` for usage.
    pub actor: Option<String>,
    /// The actor, if it is a person.
    pub person: Option<PersonId>,
    /// How many calls the entry charges; 0 for entries of admins.
    pub requests: i64,
}

/// The balance of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// The sum of the account's entries.
    pub balance: PicoUsd,
    /// The part of it that calls in flight have reserved, as far as their gateways have reported.
    pub held: PicoUsd,
}
