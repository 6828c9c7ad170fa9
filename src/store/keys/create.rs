//! How an API key is made.

use serde_json::json;

use super::access::{stated, texts};
use super::alias_rows::{self, NewVersion};
use super::api_keys::{ApiKeys, subject};
use super::limits;
use super::secrets::ADD_SECRET;
use crate::domain::{Alias, ApiKey, ApiKeyHash};
use crate::store::audit::Writer;
use crate::store::engine::{Change, StoreError, args, sql, to_json, transaction};

/// A key to add. Fields of `key` that count or are set later (`revision`, `aliases_version`, last use, old secret) are
/// ignored: a new key starts without them.
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
    /// Changes nothing, but locks the row: a change that switches the account or the person off comes before or after the new
    /// key, and so announces the key too.
    LOCK_ACCOUNT = "UPDATE account SET enabled = enabled WHERE id = $1";
    LOCK_OWNER = "UPDATE person SET enabled = enabled WHERE id = $1";
    ADD = r"INSERT INTO api_key (id, account_id, owner_id, name, display, state, expires_at, allowed_models,
              allowed_addresses, created_at, requests_per_minute, tokens_per_minute, spend_limit, spend_period,
              adapt)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
}

impl ApiKeys<Writer<'_>> {
    /// Adds a key with its secret and its first aliases.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the account has a key of that name, [`StoreError::Full`] with too many aliases.
    pub async fn create(self, new: &NewKey) -> Result<(), StoreError> {
        let NewKey { key, hash, aliases } = new.clone();
        let aliases = alias_rows::checked(&aliases)?;
        transaction!(self.0, |tx, by| {
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
            args.push(stated(key.adapt).into());
            tx.run(ADD, args).await.map_err(|error| error.taken("name"))?;
            tx.run(ADD_SECRET, args![hash, key.id, key.display.as_str(), by.now])
                .await?;

            if !aliases.is_empty() {
                let version = NewVersion {
                    key: key.id,
                    number: 1,
                    aliases: &aliases,
                    by: &by,
                };
                version.store(tx, &[]).await?;
            }

            tx.announce(Change::Key(key.id)).await?;
            let detail = json!({ "name": key.name, "aliases": aliases });
            tx.note(&by, &subject(&key), "create", detail).await
        })
    }
}
