//! Accounts, which pay for calls, and the scope that a person sees.

use super::access::Access;
use crate::domain::money::Limits;
use crate::domain::values::{AccountId, Name, Timestamp};

/// An account: it owns keys and pays for their calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Identifies the account.
    pub id: AccountId,
    /// Unique among accounts.
    pub name: Name,
    /// The keys of a disabled account are refused.
    pub enabled: bool,
    /// The limits of all keys of the account together.
    pub limits: Limits,
    /// When, for what and from where its keys may be used.
    pub access: Access,
    /// When the account was created.
    pub created_at: Timestamp,
}

impl Account {
    /// A new account, created at `now`: enabled, and limited by its balance only.
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

/// The rows that a caller of the store may reach. Every look-up of something that belongs to an account takes a scope, so
/// that the id of another account's row and an unknown id give the same answer.
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
