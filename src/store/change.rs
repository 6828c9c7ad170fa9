//! What others are told after a commit.

use crate::domain::{AccountId, ApiKeyId};

/// Something that a cache may hold has changed. Receiving one twice, or for nothing, is harmless.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A key, its secrets or its aliases.
    Key(ApiKeyId),
    /// An account or a person of it was switched on or off: all of its keys.
    Account(AccountId),
    /// Models or providers.
    Catalog,
}
