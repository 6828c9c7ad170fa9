//! How an API key is deleted.

use serde_json::json;

use super::api_keys::{ApiKeys, lock, subject};
use super::secrets::DROP_SECRETS;
use crate::domain::{ApiKeyId, Scope};
use crate::store::audit::Writer;
use crate::store::engine::{StoreError, args, sql, transaction};

sql! {
    DELETE = "UPDATE api_key SET state = 'deleted', deleted_at = $2 WHERE id = $1";
    DROP_ALIASES = "DELETE FROM alias WHERE api_key_id = $1";
    DROP_LINKS = "DELETE FROM link WHERE api_key_id = $1";
}

impl ApiKeys<Writer<'_>> {
    /// Deletes a key with its secrets and aliases. Its name is free again, and its usage stays. `false` if it is not in the
    /// scope.
    pub async fn delete(self, scope: Scope, id: ApiKeyId) -> Result<bool, StoreError> {
        transaction!(self.0, |tx, by| {
            let Some(key) = lock(tx, scope, id).await? else {
                return Ok(false);
            };
            for statement in [DROP_SECRETS, DROP_ALIASES, DROP_LINKS] {
                tx.run(statement, args![id]).await?;
            }

            tx.run(DELETE, args![id, by.now]).await?;
            tx.note(&by, &subject(&key), "delete", json!({ "name": key.name }))
                .await?;
            Ok(true)
        })
    }
}
