//! What calls used.

use super::{Store, StoreError};
use crate::domain::{AccountId, AliasName, ApiKeyId, ModelId, Scope, Timestamp, UsageRecord};

/// What calls used.
#[derive(Debug)]
pub struct Usage<'a>(pub(super) &'a Store);

impl Usage<'_> {
    /// Adds records, and notes on each key when it was last used. One that is stored already is passed over, so writing a
    /// batch again is harmless. The answer counts the new ones.
    pub async fn append(&self, records: &[UsageRecord]) -> Result<usize, StoreError> {
        todo!()
    }

    /// The last calls, of one key or of the whole scope, the newest first.
    pub async fn recent(
        &self,
        scope: Scope,
        key: Option<ApiKeyId>,
        limit: u32,
    ) -> Result<Vec<UsageRecord>, StoreError> {
        todo!()
    }

    /// The names that a key's clients sent since then and how often, the most frequent first, at most 200.
    pub async fn names_sent(&self, key: ApiKeyId, since: Timestamp) -> Result<Vec<(String, i64)>, StoreError> {
        todo!()
    }

    /// The models that an account called most since then, the most called first.
    pub async fn most_used_models(
        &self,
        account: AccountId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<ModelId>, StoreError> {
        todo!()
    }

    /// When each alias of a key last caught a name.
    pub async fn last_match(&self, key: ApiKeyId) -> Result<Vec<(AliasName, Timestamp)>, StoreError> {
        todo!()
    }
}
