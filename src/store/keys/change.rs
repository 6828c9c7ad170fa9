//! Changes of API keys: names, states, ends, limits, and what they may be used for.

use ipnet::IpNet;
use serde_json::json;

use super::access::{stated, texts};
use super::api_keys::{ApiKeys, lock, subject};
use super::limits;
use crate::domain::{ApiKeyId, KeyState, Limits, ModelId, Name, Scope, Strictness, Timestamp};
use crate::store::audit::Writer;
use crate::store::engine::{StoreError, args, sql, to_json, transaction};

sql! {
    RENAME = "UPDATE api_key SET name = $2 WHERE id = $1";
    SET_STATE = "UPDATE api_key SET state = $2 WHERE id = $1";
    SET_EXPIRY = "UPDATE api_key SET expires_at = $2 WHERE id = $1";
    SET_ALLOWED = "UPDATE api_key SET allowed_models = $2, allowed_addresses = $3 WHERE id = $1";
    SET_LIMITS = r"UPDATE api_key
                   SET requests_per_minute = $2, tokens_per_minute = $3, spend_limit = $4, spend_period = $5
                   WHERE id = $1";
    SET_ADAPT = "UPDATE api_key SET adapt = $2 WHERE id = $1";
}

impl ApiKeys<Writer<'_>> {
    /// Gives a key another name. `false` if it is not in the scope.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the account has another key of that name.
    pub async fn rename(self, scope: Scope, id: ApiKeyId, name: &Name) -> Result<bool, StoreError> {
        let name = name.clone();
        transaction!(self.0, |tx, by| {
            let Some(key) = lock(tx, scope, id).await? else {
                return Ok(false);
            };
            tx.run(RENAME, args![id, name.as_str()])
                .await
                .map_err(|error| error.taken("name"))?;
            let detail = json!({ "before": key.name, "after": name });
            tx.note(&by, &subject(&key), "rename", detail).await?;

            Ok(true)
        })
    }

    /// Switches a key on or off. `false` if it is not in the scope.
    pub async fn set_state(self, scope: Scope, id: ApiKeyId, state: KeyState) -> Result<bool, StoreError> {
        transaction!(self.0, |tx, by| {
            let Some(key) = lock(tx, scope, id).await? else {
                return Ok(false);
            };

            tx.run(SET_STATE, args![id, state.as_str()]).await?;
            let detail = json!({ "before": key.state.as_str(), "after": state.as_str() });
            tx.note(&by, &subject(&key), "set_state", detail).await?;

            Ok(true)
        })
    }

    /// Sets when a key ends. `false` if it is not in the scope.
    pub async fn set_expiry(
        self,
        scope: Scope,
        id: ApiKeyId,
        expires_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        transaction!(self.0, |tx, by| {
            let Some(key) = lock(tx, scope, id).await? else {
                return Ok(false);
            };

            tx.run(SET_EXPIRY, args![id, expires_at]).await?;
            let detail = json!({ "before": key.expires_at, "after": expires_at });
            tx.note(&by, &subject(&key), "set_expiry", detail).await?;

            Ok(true)
        })
    }

    /// Limits a key to some models and client addresses. `false` if it is not in the scope.
    pub async fn set_allowed(
        self,
        scope: Scope,
        id: ApiKeyId,
        allowed_models: Option<&[ModelId]>,
        allowed_addresses: &[IpNet],
    ) -> Result<bool, StoreError> {
        let (models, addresses) = (allowed_models.map(<[_]>::to_vec), allowed_addresses.to_vec());
        transaction!(self.0, |tx, by| {
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
            tx.note(&by, &subject(&key), "set_allowed", detail).await?;

            Ok(true)
        })
    }

    /// Sets how much a key may use. `false` if it is not in the scope.
    pub async fn set_limits(self, scope: Scope, id: ApiKeyId, limits: Limits) -> Result<bool, StoreError> {
        transaction!(self.0, |tx, by| {
            let Some(key) = lock(tx, scope, id).await? else {
                return Ok(false);
            };

            let mut args = args![id];
            args.extend(limits::values(&limits));
            tx.run(SET_LIMITS, args).await?;
            let detail = json!({ "before": limits::audited(&key.limits), "after": limits::audited(&limits) });
            tx.note(&by, &subject(&key), "set_limits", detail).await?;

            Ok(true)
        })
    }

    /// Sets how much a key's requests may be changed. `false` if it is not in the scope.
    pub async fn set_adapt(self, scope: Scope, id: ApiKeyId, adapt: Strictness) -> Result<bool, StoreError> {
        transaction!(self.0, |tx, by| {
            let Some(key) = lock(tx, scope, id).await? else {
                return Ok(false);
            };

            tx.run(SET_ADAPT, args![id, stated(adapt)]).await?;
            let detail = json!({ "before": key.adapt, "after": adapt });
            tx.note(&by, &subject(&key), "set_adapt", detail).await?;

            Ok(true)
        })
    }
}
