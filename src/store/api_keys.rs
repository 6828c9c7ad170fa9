//! API keys and their secrets.

use ipnet::IpNet;

use super::{Editor, KeyFilter, KeyPage, Store, StoreError};
use crate::domain::{AccountId, Alias, ApiKey, ApiKeyHash, ApiKeyId, KeyState, ModelId, Scope, Timestamp};

/// API keys and their secrets.
#[derive(Debug)]
pub struct ApiKeys<'a>(pub(super) &'a Store);

/// A key to add. Of `key`, the fields that count (`revision`, `aliases_version`, last use) start at nothing whatever they say.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The key.
    pub key: ApiKey,
    /// The hash of its secret.
    pub hash: ApiKeyHash,
    /// Its first aliases.
    pub aliases: Vec<Alias>,
}

/// A key as the gateway needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredKey {
    /// The key.
    pub key: ApiKey,
    /// Whether its account is switched on.
    pub account_enabled: bool,
    /// Whether its owner is switched on; true for a service key.
    pub owner_enabled: bool,
    /// Its aliases, in evaluation order.
    pub aliases: Vec<Alias>,
    /// Until when the secret that was asked for works; `None` for the current one.
    pub secret_until: Option<Timestamp>,
}

impl ApiKeys<'_> {
    /// Adds a key with its secret and its first aliases.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the account has a key of that name, [`StoreError::Full`] with too many aliases.
    pub async fn create(&self, new: &NewKey, by: &Editor, now: Timestamp) -> Result<(), StoreError> {
        todo!()
    }

    /// The key of that id.
    pub async fn get(&self, scope: Scope, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        todo!()
    }

    /// An account's key of that name.
    pub async fn by_name(&self, account: AccountId, name: &str) -> Result<Option<ApiKey>, StoreError> {
        todo!()
    }

    /// Every key in the scope, by name.
    pub async fn all(&self, scope: Scope) -> Result<Vec<ApiKey>, StoreError> {
        todo!()
    }

    /// One page of the list of keys.
    pub async fn page(&self, scope: Scope, filter: &KeyFilter, now: Timestamp) -> Result<KeyPage, StoreError> {
        todo!()
    }

    /// Gives a key another name. `false` if it is not in the scope.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the account has another key of that name.
    pub async fn rename(
        &self,
        scope: Scope,
        id: ApiKeyId,
        name: &str,
        by: &Editor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        todo!()
    }

    /// Switches a key on or off. `false` if it is not in the scope.
    pub async fn set_state(
        &self,
        scope: Scope,
        id: ApiKeyId,
        state: KeyState,
        by: &Editor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        todo!()
    }

    /// Sets when a key ends. `false` if it is not in the scope.
    pub async fn set_expiry(
        &self,
        scope: Scope,
        id: ApiKeyId,
        expires_at: Option<Timestamp>,
        by: &Editor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        todo!()
    }

    /// Limits a key to some models and client addresses. `false` if it is not in the scope.
    pub async fn set_limits(
        &self,
        scope: Scope,
        id: ApiKeyId,
        allowed_models: Option<&[ModelId]>,
        allowed_addresses: &[IpNet],
        by: &Editor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        todo!()
    }

    /// Gives a key a new secret. The old one works until `old_until`, or dies now. `false` if the key is not in the scope.
    #[expect(clippy::too_many_arguments, reason = "each is a fact of the roll")]
    pub async fn roll(
        &self,
        scope: Scope,
        id: ApiKeyId,
        hash: &ApiKeyHash,
        display: &str,
        old_until: Option<Timestamp>,
        by: &Editor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        todo!()
    }

    /// Deletes a key: its secrets and aliases go, its name is free, its usage stays. `false` if it is not in the scope.
    pub async fn delete(&self, scope: Scope, id: ApiKeyId, by: &Editor, now: Timestamp) -> Result<bool, StoreError> {
        todo!()
    }

    /// The key that a secret opens, whatever its state; not if that secret's time is over.
    pub async fn by_hash(&self, hash: &ApiKeyHash, now: Timestamp) -> Result<Option<StoredKey>, StoreError> {
        todo!()
    }

    /// The revisions of these keys. A deleted key is absent. The number also rises when the key's account or owner is
    /// switched on or off.
    pub async fn revisions(&self, ids: &[ApiKeyId]) -> Result<Vec<(ApiKeyId, i64)>, StoreError> {
        todo!()
    }

    /// Notes when keys were last used, and by what program. No revision rises.
    pub async fn mark_used(&self, uses: &[(ApiKeyId, Timestamp, Option<String>)]) -> Result<(), StoreError> {
        todo!()
    }

    /// How many calls a key made since then.
    pub async fn requests_since(&self, id: ApiKeyId, since: Timestamp) -> Result<i64, StoreError> {
        todo!()
    }
}
