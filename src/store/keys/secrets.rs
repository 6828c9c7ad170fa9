//! The secrets of API keys, and how a key gets a new one.

use serde_json::json;

use super::api_keys::{ApiKeys, lock, subject};
use crate::domain::{ApiKeyHash, ApiKeyId, Scope, Timestamp};
use crate::store::audit::Writer;
use crate::store::engine::{StoreError, args, sql, transaction};

sql! {
    SET_DISPLAY = "UPDATE api_key SET display = $2 WHERE id = $1";
    ADD_SECRET = "INSERT INTO api_key_secret (hash, api_key_id, display, created_at) VALUES ($1, $2, $3, $4)";
    RETIRE_SECRET = "UPDATE api_key_secret SET valid_until = $2 WHERE api_key_id = $1 AND valid_until IS NULL";
    DROP_OLD_SECRETS = "DELETE FROM api_key_secret WHERE api_key_id = $1 AND valid_until <= $2";
    DROP_SECRETS = "DELETE FROM api_key_secret WHERE api_key_id = $1";
}

impl ApiKeys<Writer<'_>> {
    /// Gives a key a new secret. The old one works until `old_until`, or ends now. `false` if the key is not in the scope.
    pub async fn roll(
        self,
        scope: Scope,
        id: ApiKeyId,
        hash: &ApiKeyHash,
        display: &str,
        old_until: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let (hash, display) = (*hash, display.to_owned());
        transaction!(self.0, |tx, by| {
            let Some(key) = lock(tx, scope, id).await? else {
                return Ok(false);
            };
            match old_until {
                // If the old secret ends now, those before it end too.
                None => tx.run(DROP_SECRETS, args![id]).await?,
                Some(until) => {
                    tx.run(RETIRE_SECRET, args![id, until]).await?;
                    tx.run(DROP_OLD_SECRETS, args![id, by.now]).await?
                }
            };

            tx.run(ADD_SECRET, args![hash, id, display.as_str(), by.now]).await?;
            tx.run(SET_DISPLAY, args![id, display.as_str()]).await?;
            let detail = json!({ "before": key.display, "after": display, "old_until": old_until });
            tx.note(&by, &subject(&key), "roll", detail).await?;

            Ok(true)
        })
    }
}
