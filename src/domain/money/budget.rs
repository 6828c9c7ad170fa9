//! Budgets: an account's balance, and the spend limits of accounts and keys.

use crate::domain::values::{AccountId, ApiKeyId};

/// A limit of spending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Budget {
    /// An account's balance.
    Balance(AccountId),
    /// The spend limit of all keys of an account together.
    Account(AccountId),
    /// A key's spend limit.
    Key(ApiKeyId),
}

impl Budget {
    /// The name of the budget in tables.
    pub fn subject(self) -> String {
        match self {
            Self::Balance(account) => format!("wallet:{account}"),
            Self::Account(account) => format!("account:{account}"),
            Self::Key(key) => format!("key:{key}"),
        }
    }

    /// Reads what [`Budget::subject`] writes.
    pub fn parse(subject: &str) -> Option<Self> {
        match subject.split_once(':')? {
            ("wallet", id) => id.parse().ok().map(Self::Balance),
            ("account", id) => id.parse().ok().map(Self::Account),
            ("key", id) => id.parse().ok().map(Self::Key),
            _ => None,
        }
    }
}
