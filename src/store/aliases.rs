//! The aliases of API keys.

use super::{Editor, Store, StoreError};
use crate::domain::{Alias, AliasName, ApiKeyId, Scope, Timestamp};

/// The aliases of API keys.
#[derive(Debug)]
pub struct Aliases<'a>(pub(super) &'a Store);

/// A key's aliases as somebody saved them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Counts saves; 0 before the first.
    pub version: i64,
    /// In evaluation order.
    pub aliases: Vec<Alias>,
    /// When they were saved.
    pub saved_at: Option<Timestamp>,
    /// By whom: an e-mail address, or `command line`.
    pub saved_by: Option<String>,
}

/// What came of a save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveOutcome {
    /// Stored.
    Saved {
        /// The new version.
        version: i64,
    },
    /// What was to be saved is what is stored, whatever it was made from.
    Unchanged {
        /// The stored version.
        version: i64,
    },
    /// Somebody else saved in between; nothing was stored.
    Stale {
        /// What is stored.
        current: Saved,
    },
    /// The key is not in the scope.
    Missing,
}

impl Aliases<'_> {
    /// A key's aliases.
    pub async fn list(&self, scope: Scope, key: ApiKeyId) -> Result<Option<Saved>, StoreError> {
        todo!()
    }

    /// A key's aliases as they were at a version.
    pub async fn at_version(&self, scope: Scope, key: ApiKeyId, version: i64) -> Result<Option<Saved>, StoreError> {
        todo!()
    }

    /// Replaces a key's aliases by those given, if the stored version is still `base_version`.
    ///
    /// # Errors
    /// [`StoreError::Full`] with too many, [`StoreError::Taken`] if two have one name.
    pub async fn save(
        &self,
        scope: Scope,
        key: ApiKeyId,
        base_version: i64,
        aliases: &[Alias],
        by: &Editor,
        now: Timestamp,
    ) -> Result<SaveOutcome, StoreError> {
        todo!()
    }

    /// Adds an alias, or replaces the one of its name.
    ///
    /// # Errors
    /// [`StoreError::Full`] if the key has all it may have, [`StoreError::Missing`] if the key is not in the scope.
    pub async fn add(
        &self,
        scope: Scope,
        key: ApiKeyId,
        alias: &Alias,
        by: &Editor,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Removes an alias. `false` if the key has none of that name, or is not in the scope.
    pub async fn remove(
        &self,
        scope: Scope,
        key: ApiKeyId,
        name: &AliasName,
        by: &Editor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        todo!()
    }

    /// The last saves of a key's aliases, the newest first; empty if the key is not in the scope.
    pub async fn history(&self, scope: Scope, key: ApiKeyId, limit: u32) -> Result<Vec<Saved>, StoreError> {
        todo!()
    }
}
