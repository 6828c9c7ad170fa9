//! Who pays, and what a person may see.

use super::access::Access;
use crate::domain::money::Limits;
use crate::domain::values::{AccountId, Name, Timestamp};

/// Who pays: keys belong to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its identifier.
    pub id: AccountId,
    /// Its name, unique.
    pub name: Name,
    /// A disabled account's keys are refused.
    pub enabled: bool,
    /// What all its keys together may use.
    pub limits: Limits,
    /// When, for what and from where they may be used.
    pub access: Access,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Account {
    /// An account that is made at `now`: enabled, and without limits but its balance.
    pub fn new(id: AccountId, name: Name, now: Timestamp) -> Self {
        Self {
            id,
            name,
            enabled: true,
            limits: Limits::NONE,
            access: Access::default(),
            created_at: now,
        }
    }
}

/// What a caller of the store may reach. Every look-up of something that belongs to an account names one, so that a
/// foreign id and a missing id give the same answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One account's own rows.
    Account(AccountId),
    /// Every account's rows: admins and the command line.
    All,
}

impl Scope {
    /// The account that rows are limited to, if any.
    pub fn account(self) -> Option<AccountId> {
        match self {
            Self::Account(id) => Some(id),
            Self::All => None,
        }
    }
}
