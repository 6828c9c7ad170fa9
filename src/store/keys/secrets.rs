//! The secrets of API keys, and how a key gets a new one.

use serde_json::json;

use super::api_keys::{ApiKeys, lock, subject};
use crate::domain::{ApiKeyHash, ApiKeyId, Scope, Timestamp};
use crate::store::audit::Actor;
use crate::store::engine::{StoreError, args, sql, transaction};

sql! {
    SET_DISPLAY = "UPDATE api_key SET display = $2 WHERE id = $1";
    ADD_SECRET = "INSERT INTO api_key_secret (hash, api_key_id, display, created_at) VALUES ($1, $2, $3, $4)";
    RETIRE_SECRET = "UPDATE api_key_secret SET valid_until = $2 WHERE api_key_id = $1 AND valid_until IS NULL";
    DROP_OLD_SECRETS = "DELETE FROM api_key_secret WHERE api_key_id = $1 AND valid_until <= $2";
    DROP_SECRETS = "DELETE FROM api_key_secret WHERE api_key_id = $1";
}

impl ApiKeys<'_> {
    /// Gives a key a new secret. The old one works until `old_until`, or ends now. `false` if the key is not in the scope.
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
        transaction!(self.0, |tx| {
            let Some(key) = lock(tx, scope, id).await? else {
                return Ok(false);
            };
            match old_until {
                // If the old secret ends now, those before it end too.
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
    }
}
