//! How a key's aliases are saved: all of them, or one added or removed.

use serde_json::json;

use super::alias_rows::{self, NewVersion};
use super::aliases::{Aliases, LIST, SavedAliases, current};
use super::api_keys;
use crate::domain::{Alias, AliasName, ApiKey, ApiKeyId, Scope};
use crate::store::audit::Writer;
use crate::store::engine::{StoreError, Tx, args, transaction};

/// The outcome of a save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaveOutcome {
    /// Stored.
    Saved {
        /// The new version.
        version: i64,
    },
    /// Nothing was stored: the aliases equal the stored ones, whatever `base_version` was.
    Unchanged {
        /// The stored version.
        version: i64,
    },
    /// Another save came in between; nothing was stored.
    Stale {
        /// The stored aliases.
        current: SavedAliases,
    },
    /// The key is not in the scope.
    Missing,
}

impl Aliases<Writer<'_>> {
    /// Replaces a key's aliases by those given, if the stored version is still `base_version`.
    ///
    /// # Errors
    /// [`StoreError::Full`] with too many, [`StoreError::Taken`] if two have one name.
    pub async fn save(
        self,
        scope: Scope,
        key: ApiKeyId,
        base_version: i64,
        aliases: &[Alias],
    ) -> Result<SaveOutcome, StoreError> {
        let aliases = alias_rows::checked(aliases)?;
        transaction!(self.0, |tx, by| {
            let Some(locked) = api_keys::lock(tx, scope, key).await? else {
                return Ok(SaveOutcome::Missing);
            };

            let before = alias_rows::stored(tx, key).await?;
            let version = locked.aliases_version;
            if before == aliases {
                tx.abandon();
                return Ok(SaveOutcome::Unchanged { version });
            }

            if version != base_version {
                tx.abandon();
                let stored = current(&tx.all(LIST, args![key, scope.account()]).await?)?;
                let current = stored.ok_or(StoreError::Stale { version })?;
                return Ok(SaveOutcome::Stale { current });
            }

            let new = NewVersion {
                key,
                number: version + 1,
                aliases: &aliases,
                by: &by,
            };
            replace(tx, &locked, &before, &new).await?;
            Ok(SaveOutcome::Saved { version: new.number })
        })
    }

    /// Adds an alias, or replaces the one of its name. An alias that is stored already makes no new version.
    ///
    /// # Errors
    /// [`StoreError::Full`] if the key has all it may have, [`StoreError::Missing`] if the key is not in the scope.
    pub async fn add(self, scope: Scope, key: ApiKeyId, alias: &Alias) -> Result<(), StoreError> {
        let alias = alias.clone();
        transaction!(self.0, |tx, by| {
            let locked = api_keys::lock(tx, scope, key).await?.ok_or(StoreError::Missing)?;
            let before = alias_rows::stored(tx, key).await?;
            if before.contains(&alias) {
                tx.abandon();
                return Ok(());
            }

            let mut after: Vec<Alias> = before.iter().filter(|old| old.name != alias.name).cloned().collect();
            after.push(alias);
            let after = alias_rows::checked(&after)?;
            let number = locked.aliases_version + 1;

            replace(
                tx,
                &locked,
                &before,
                &NewVersion {
                    key,
                    number,
                    aliases: &after,
                    by: &by,
                },
            )
            .await
        })
    }

    /// Removes an alias. `false` if the key has none of that name, or is not in the scope.
    pub async fn remove(self, scope: Scope, key: ApiKeyId, name: &AliasName) -> Result<bool, StoreError> {
        let name = name.clone();
        transaction!(self.0, |tx, by| {
            let Some(locked) = api_keys::lock(tx, scope, key).await? else {
                return Ok(false);
            };

            let before = alias_rows::stored(tx, key).await?;
            let after: Vec<Alias> = before.iter().filter(|old| old.name != name).cloned().collect();
            if after.len() == before.len() {
                tx.abandon();
                return Ok(false);
            }

            let number = locked.aliases_version + 1;
            replace(
                tx,
                &locked,
                &before,
                &NewVersion {
                    key,
                    number,
                    aliases: &after,
                    by: &by,
                },
            )
            .await?;
            Ok(true)
        })
    }
}

/// Stores a version and writes the change to the audit log.
async fn replace(tx: &mut Tx, key: &ApiKey, before: &[Alias], new: &NewVersion<'_>) -> Result<(), StoreError> {
    new.store(tx, before).await?;
    let detail = json!({ "version": new.number, "before": before, "after": new.aliases });
    tx.note(new.by, &api_keys::subject(key), "set_aliases", detail).await
}
