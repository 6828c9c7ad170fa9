//! The aliases of API keys.

use serde_json::json;

use super::alias_rows::{self, NewVersion};
use super::api_keys;
use crate::domain::{Alias, AliasName, ApiKey, ApiKeyId, Scope, Timestamp};
use crate::store::audit::Actor;
use crate::store::engine::Tx;
use crate::store::engine::{Row, Store, StoreError, Table, args, sql};

/// The aliases of API keys.
#[derive(Clone, Copy, Debug)]
pub struct Aliases<'a>(pub(in crate::store) &'a Store);

impl Store {
    /// The aliases of API keys.
    pub fn aliases(&self) -> Aliases<'_> {
        Aliases(self)
    }
}

/// A key's aliases as somebody saved them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedAliases {
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
        current: SavedAliases,
    },
    /// The key is not in the scope.
    Missing,
}

/// What [`saved`] reads, of one key's versions.
macro_rules! versions {
    () => {
        "SELECT v.api_key_id AS id, v.version AS version, v.saved_at AS saved_at, v.saved_by AS saved_by, \
         v.aliases AS aliases FROM alias_version v JOIN api_key ON api_key.id = v.api_key_id \
         WHERE api_key.id = $1 AND api_key.state <> 'deleted' \
         AND (CAST($2 AS TEXT) IS NULL OR api_key.account_id = $2) "
    };
}

sql! {
    /// The current version is made of the alias rows themselves; before the first save there is no version row.
    LIST = "SELECT api_key.aliases_version AS version, v.saved_at AS saved_at, v.saved_by AS saved_by, \
            l.name AS alias_name, l.matching AS matching, l.target AS target, l.keeps_name AS keeps_name FROM api_key \
            LEFT JOIN alias_version v ON v.api_key_id = api_key.id AND v.version = api_key.aliases_version \
            LEFT JOIN alias l ON l.api_key_id = api_key.id WHERE api_key.id = $1 AND api_key.state <> 'deleted' \
            AND (CAST($2 AS TEXT) IS NULL OR api_key.account_id = $2)";
    AT_VERSION = concat!(versions!(), "AND v.version = $3");
    HISTORY = concat!(versions!(), "ORDER BY v.version DESC LIMIT $3");
}
const VERSION: Table = Table {
    name: "alias_version",
    id: "id",
};

impl Aliases<'_> {
    /// A key's aliases. `None` if the key is not in the scope.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list(self, scope: Scope, key: ApiKeyId) -> Result<Option<SavedAliases>, StoreError> {
        current(&self.0.all(LIST, args![key, scope.account()]).await?)
    }

    /// A key's aliases as they were at a version; version 0 is the empty list that every key begins with.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn at_version(
        self,
        scope: Scope,
        key: ApiKeyId,
        version: i64,
    ) -> Result<Option<SavedAliases>, StoreError> {
        if version == 0 {
            let exists = self.0.api_keys().get(scope, key).await?.is_some();
            return Ok(exists.then(|| SavedAliases {
                version,
                aliases: Vec::new(),
                saved_at: None,
                saved_by: None,
            }));
        }
        let row = self.0.first(AT_VERSION, args![key, scope.account(), version]).await?;
        row.as_ref().map(saved).transpose()
    }

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
        by: &Actor,
        now: Timestamp,
    ) -> Result<SaveOutcome, StoreError> {
        let (aliases, by) = (alias_rows::checked(aliases)?, by.clone());
        let work = self.0.write(move |tx| {
            Box::pin(async move {
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
                    now,
                };
                replace(tx, &locked, &before, &new).await?;
                Ok(SaveOutcome::Saved { version: new.number })
            })
        });
        work.await
    }

    /// Adds an alias, or replaces the one of its name. What is there already as it is makes no new version.
    ///
    /// # Errors
    /// [`StoreError::Full`] if the key has all it may have, [`StoreError::Missing`] if the key is not in the scope.
    pub async fn add(
        self,
        scope: Scope,
        key: ApiKeyId,
        alias: &Alias,
        by: &Actor,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (alias, by) = (alias.clone(), by.clone());
        let work = self.0.write(move |tx| {
            Box::pin(async move {
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
                        now,
                    },
                )
                .await
            })
        });
        work.await
    }

    /// Removes an alias. `false` if the key has none of that name, or is not in the scope.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove(
        self,
        scope: Scope,
        key: ApiKeyId,
        name: &AliasName,
        by: &Actor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (name, by) = (name.clone(), by.clone());
        let work = self.0.write(move |tx| {
            Box::pin(async move {
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
                        now,
                    },
                )
                .await?;
                Ok(true)
            })
        });
        work.await
    }

    /// The last saves of a key's aliases, the newest first; empty if the key is not in the scope.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn history(self, scope: Scope, key: ApiKeyId, limit: u32) -> Result<Vec<SavedAliases>, StoreError> {
        self.0
            .all(HISTORY, args![key, scope.account(), limit])
            .await?
            .iter()
            .map(saved)
            .collect()
    }
}

/// Stores a version and writes down what changed.
async fn replace(tx: &mut Tx, key: &ApiKey, before: &[Alias], new: &NewVersion<'_>) -> Result<(), StoreError> {
    new.store(tx, before).await?;
    let detail = json!({ "version": new.number, "before": before, "after": new.aliases });
    tx.note(new.by, new.now, &api_keys::subject(key), "set_aliases", detail)
        .await
}

/// The current aliases, from the rows of `LIST`.
fn current(rows: &[Row]) -> Result<Option<SavedAliases>, StoreError> {
    let Some(first) = rows.first() else { return Ok(None) };
    let mut aliases = Vec::new();
    for row in rows {
        if row.get::<Option<String>>("alias_name")?.is_some() {
            aliases.push(alias_rows::alias(row)?);
        }
    }
    aliases.sort_by(Alias::evaluation_order);
    Ok(Some(SavedAliases {
        version: first.get("version")?,
        aliases,
        saved_at: first.get("saved_at")?,
        saved_by: first.get("saved_by")?,
    }))
}

/// A stored version.
pub fn saved(row: &Row) -> Result<SavedAliases, StoreError> {
    let mut aliases: Vec<Alias> = row.json(VERSION, "aliases")?;
    aliases.sort_by(Alias::evaluation_order);
    Ok(SavedAliases {
        version: row.get("version")?,
        aliases,
        saved_at: Some(row.get("saved_at")?),
        saved_by: Some(row.get("saved_by")?),
    })
}
