//! What people change of API keys: a key is made, named, switched, limited, given a new secret, deleted.

use ipnet::IpNet;
use serde_json::json;

use super::alias_rows::{self, NewVersion};
use super::api_keys::{ApiKeys, lock, subject};
use super::limits;
use crate::domain::{Alias, ApiKey, ApiKeyHash, ApiKeyId, KeyState, Limits, ModelId, Name, Scope, Timestamp};
use crate::store::audit::Actor;
use crate::store::engine::{Change, StoreError, args, sql, to_json};

/// A key to add. Of `key`, what counts or is noted later (`revision`, `aliases_version`, last use, old secret) starts
/// at nothing whatever it says.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The key.
    pub key: ApiKey,
    /// The hash of its secret.
    pub hash: ApiKeyHash,
    /// Its first aliases.
    pub aliases: Vec<Alias>,
}

sql! {
    /// Change nothing: whoever switches the account or the person off at this moment goes before or after this key, and so
    /// tells caches of it.
    LOCK_ACCOUNT = "UPDATE account SET enabled = enabled WHERE id = $1";
    LOCK_OWNER = "UPDATE person SET enabled = enabled WHERE id = $1";
    ADD = "INSERT INTO api_key (id, account_id, owner_id, name, display, state, expires_at, allowed_models, \
           allowed_addresses, created_at, requests_per_minute, tokens_per_minute, spend_limit, spend_period) \
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    RENAME = "UPDATE api_key SET name = $2 WHERE id = $1";
    SET_STATE = "UPDATE api_key SET state = $2 WHERE id = $1";
    SET_EXPIRY = "UPDATE api_key SET expires_at = $2 WHERE id = $1";
    SET_ALLOWED = "UPDATE api_key SET allowed_models = $2, allowed_addresses = $3 WHERE id = $1";
    SET_LIMITS = "UPDATE api_key SET requests_per_minute = $2, tokens_per_minute = $3, spend_limit = $4, \
                  spend_period = $5 WHERE id = $1";
    SET_DISPLAY = "UPDATE api_key SET display = $2 WHERE id = $1";
    DELETE = "UPDATE api_key SET state = 'deleted', deleted_at = $2 WHERE id = $1";
    ADD_SECRET = "INSERT INTO api_key_secret (hash, api_key_id, display, created_at) VALUES ($1, $2, $3, $4)";
    RETIRE_SECRET = "UPDATE api_key_secret SET valid_until = $2 WHERE api_key_id = $1 AND valid_until IS NULL";
    DROP_OLD_SECRETS = "DELETE FROM api_key_secret WHERE api_key_id = $1 AND valid_until <= $2";
    DROP_SECRETS = "DELETE FROM api_key_secret WHERE api_key_id = $1";
    DROP_ALIASES = "DELETE FROM alias WHERE api_key_id = $1";
    DROP_LINKS = "DELETE FROM link WHERE api_key_id = $1";
}

impl ApiKeys<'_> {
    /// Adds a key with its secret and its first aliases.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the account has a key of that name, [`StoreError::Full`] with too many aliases.
    pub async fn create(self, new: &NewKey, by: &Actor, now: Timestamp) -> Result<(), StoreError> {
        let (NewKey { key, hash, aliases }, by) = (new.clone(), by.clone());
        let aliases = alias_rows::checked(&aliases)?;
        let work = self.0.write(move |tx| {
            Box::pin(async move {
                tx.run(LOCK_ACCOUNT, args![key.account]).await?;
                if let Some(owner) = key.owner {
                    tx.run(LOCK_OWNER, args![owner]).await?;
                }
                let mut args = args![
                    key.id,
                    key.account,
                    key.owner,
                    key.name.as_str(),
                    key.display.as_str(),
                    key.state.as_str(),
                    key.expires_at,
                    key.allowed_models.as_ref().map(to_json),
                    to_json(&texts(&key.allowed_addresses)),
                    key.created_at
                ];
                args.extend(limits::values(&key.limits));
                tx.run(ADD, args).await.map_err(|error| error.taken("name"))?;
                tx.run(ADD_SECRET, args![hash, key.id, key.display.as_str(), now])
                    .await?;
                if !aliases.is_empty() {
                    let version = NewVersion {
                        key: key.id,
                        number: 1,
                        aliases: &aliases,
                        by: &by,
                        now,
                    };
                    version.store(tx, &[]).await?;
                }
                tx.announce(Change::Key(key.id)).await?;
                let detail = json!({ "name": key.name, "aliases": aliases });
                tx.note(&by, now, &subject(&key), "create", detail).await
            })
        });
        work.await
    }

    /// Gives a key another name. `false` if it is not in the scope.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the account has another key of that name.
    pub async fn rename(
        self,
        scope: Scope,
        id: ApiKeyId,
        name: &Name,
        by: &Actor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (name, by) = (name.clone(), by.clone());
        let work = self.0.write(move |tx| {
            Box::pin(async move {
                let Some(key) = lock(tx, scope, id).await? else {
                    return Ok(false);
                };
                tx.run(RENAME, args![id, name.as_str()])
                    .await
                    .map_err(|error| error.taken("name"))?;
                tx.note(
                    &by,
                    now,
                    &subject(&key),
                    "rename",
                    json!({ "before": key.name, "after": name }),
                )
                .await?;
                Ok(true)
            })
        });
        work.await
    }

    /// Switches a key on or off. `false` if it is not in the scope.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_state(
        self,
        scope: Scope,
        id: ApiKeyId,
        state: KeyState,
        by: &Actor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let by = by.clone();
        let work = self.0.write(move |tx| {
            Box::pin(async move {
                let Some(key) = lock(tx, scope, id).await? else {
                    return Ok(false);
                };
                tx.run(SET_STATE, args![id, state.as_str()]).await?;
                let detail = json!({ "before": key.state.as_str(), "after": state.as_str() });
                tx.note(&by, now, &subject(&key), "set_state", detail).await?;
                Ok(true)
            })
        });
        work.await
    }

    /// Sets when a key ends. `false` if it is not in the scope.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_expiry(
        self,
        scope: Scope,
        id: ApiKeyId,
        expires_at: Option<Timestamp>,
        by: &Actor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let by = by.clone();
        let work = self.0.write(move |tx| {
            Box::pin(async move {
                let Some(key) = lock(tx, scope, id).await? else {
                    return Ok(false);
                };
                tx.run(SET_EXPIRY, args![id, expires_at]).await?;
                let detail = json!({ "before": key.expires_at, "after": expires_at });
                tx.note(&by, now, &subject(&key), "set_expiry", detail).await?;
                Ok(true)
            })
        });
        work.await
    }

    /// Limits a key to some models and client addresses. `false` if it is not in the scope.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_allowed(
        self,
        scope: Scope,
        id: ApiKeyId,
        allowed_models: Option<&[ModelId]>,
        allowed_addresses: &[IpNet],
        by: &Actor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (models, addresses, by) = (
            allowed_models.map(<[_]>::to_vec),
            allowed_addresses.to_vec(),
            by.clone(),
        );
        let work = self.0.write(move |tx| {
            Box::pin(async move {
                let Some(key) = lock(tx, scope, id).await? else {
                    return Ok(false);
                };
                tx.run(
                    SET_ALLOWED,
                    args![id, models.as_ref().map(to_json), to_json(&texts(&addresses))],
                )
                .await?;
                let detail = json!({
                    "before": { "models": key.allowed_models, "addresses": texts(&key.allowed_addresses) },
                    "after": { "models": models, "addresses": texts(&addresses) },
                });
                tx.note(&by, now, &subject(&key), "set_allowed", detail).await?;
                Ok(true)
            })
        });
        work.await
    }

    /// Sets how much a key may use. `false` if it is not in the scope.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn set_limits(
        self,
        scope: Scope,
        id: ApiKeyId,
        limits: Limits,
        by: &Actor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let by = by.clone();
        let work = self.0.write(move |tx| {
            Box::pin(async move {
                let Some(key) = lock(tx, scope, id).await? else {
                    return Ok(false);
                };
                let mut args = args![id];
                args.extend(limits::values(&limits));
                tx.run(SET_LIMITS, args).await?;
                let detail = json!({ "before": limits::told(&key.limits), "after": limits::told(&limits) });
                tx.note(&by, now, &subject(&key), "set_limits", detail).await?;
                Ok(true)
            })
        });
        work.await
    }

    /// Gives a key a new secret. The old one works until `old_until`, or dies now. `false` if the key is not in the
    /// scope.
    ///
    /// # Errors
    /// If the database fails.
    #[expect(clippy::too_many_arguments, reason = "each is a fact of the roll")]
    pub async fn roll(
        self,
        scope: Scope,
        id: ApiKeyId,
        hash: &ApiKeyHash,
        display: &str,
        old_until: Option<Timestamp>,
        by: &Actor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (hash, display, by) = (*hash, display.to_owned(), by.clone());
        let work = self.0.write(move |tx| {
            Box::pin(async move {
                let Some(key) = lock(tx, scope, id).await? else {
                    return Ok(false);
                };
                match old_until {
                    // Whoever wants the old secret dead wants those before it dead too.
                    None => tx.run(DROP_SECRETS, args![id]).await?,
                    Some(until) => {
                        tx.run(RETIRE_SECRET, args![id, until]).await?;
                        tx.run(DROP_OLD_SECRETS, args![id, now]).await?
                    }
                };
                tx.run(ADD_SECRET, args![hash, id, display.as_str(), now]).await?;
                tx.run(SET_DISPLAY, args![id, display.as_str()]).await?;
                let detail = json!({ "before": key.display, "after": display, "old_until": old_until });
                tx.note(&by, now, &subject(&key), "roll", detail).await?;
                Ok(true)
            })
        });
        work.await
    }

    /// Deletes a key: its secrets and aliases go, its name is free, its usage stays. `false` if it is not in the scope.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete(self, scope: Scope, id: ApiKeyId, by: &Actor, now: Timestamp) -> Result<bool, StoreError> {
        let by = by.clone();
        let work = self.0.write(move |tx| {
            Box::pin(async move {
                let Some(key) = lock(tx, scope, id).await? else {
                    return Ok(false);
                };
                for statement in [DROP_SECRETS, DROP_ALIASES, DROP_LINKS] {
                    tx.run(statement, args![id]).await?;
                }
                tx.run(DELETE, args![id, now]).await?;
                tx.note(&by, now, &subject(&key), "delete", json!({ "name": key.name }))
                    .await?;
                Ok(true)
            })
        });
        work.await
    }
}

/// Address ranges as people write them.
fn texts(addresses: &[IpNet]) -> Vec<String> {
    addresses.iter().map(IpNet::to_string).collect()
}
