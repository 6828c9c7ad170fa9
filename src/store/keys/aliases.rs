//! The aliases of API keys: the current ones, and every version that was saved.

use super::alias_rows::{self};
use crate::domain::{Alias, ApiKeyId, Scope, Timestamp};
use crate::store::audit::Writer;
use crate::store::engine::{Row, Store, StoreError, Table, args, sql};

/// Reads and writes the aliases of API keys.
#[derive(Clone, Copy, Debug)]
pub struct Aliases<S>(pub(in crate::store) S);

impl Store {
    /// Access to the aliases of API keys.
    pub fn aliases(&self) -> Aliases<&Self> {
        Aliases(self)
    }
}

impl Writer<'_> {
    /// Access to the aliases of API keys.
    pub fn aliases(self) -> Aliases<Self> {
        Aliases(self)
    }
}

/// A key's aliases as an actor saved them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedAliases {
    /// Counts saves; 0 before the first.
    pub version: i64,
    /// In evaluation order.
    pub aliases: Vec<Alias>,
    /// When they were saved.
    pub saved_at: Option<Timestamp>,
    /// The actor's name: an e-mail address, or `command line`.
    pub saved_by: Option<String>,
}

/// What [`saved`] reads, of one key's versions.
macro_rules! versions {
    () => {
        r"SELECT v.api_key_id AS id, v.version AS version, v.saved_at AS saved_at, v.saved_by AS saved_by,
          v.aliases AS aliases FROM alias_version v JOIN api_key ON api_key.id = v.api_key_id
          WHERE api_key.id = $1 AND api_key.state <> 'deleted'
          AND (CAST($2 AS TEXT) IS NULL OR api_key.account_id = $2) "
    };
}

sql! {
    /// The current version is read from the alias rows; before the first save there is no version row.
    LIST = r"SELECT api_key.aliases_version AS version, v.saved_at AS saved_at, v.saved_by AS saved_by,
               l.name AS alias_name, l.matching AS matching, l.target AS target, l.keeps_name AS keeps_name,
               l.adapt AS alias_adapt
             FROM api_key
             LEFT JOIN alias_version v ON v.api_key_id = api_key.id AND v.version = api_key.aliases_version
             LEFT JOIN alias l ON l.api_key_id = api_key.id
             WHERE api_key.id = $1 AND api_key.state <> 'deleted' AND (CAST($2 AS TEXT) IS NULL
               OR api_key.account_id = $2)";
    AT_VERSION = concat!(versions!(), "AND v.version = $3");
    HISTORY = concat!(versions!(), "ORDER BY v.version DESC LIMIT $3");
}

const VERSION: Table = Table {
    name: "alias_version",
    id: "id",
};

impl Aliases<&Store> {
    /// A key's aliases. `None` if the key is not in the scope.
    pub async fn list(self, scope: Scope, key: ApiKeyId) -> Result<Option<SavedAliases>, StoreError> {
        current(&self.0.all(LIST, args![key, scope.account()]).await?)
    }

    /// A key's aliases as they were at a version; version 0 is the empty list that every key begins with.
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

    /// The last saves of a key's aliases, the newest first; empty if the key is not in the scope.
    pub async fn history(self, scope: Scope, key: ApiKeyId, limit: u32) -> Result<Vec<SavedAliases>, StoreError> {
        self.0
            .all(HISTORY, args![key, scope.account(), limit])
            .await?
            .iter()
            .map(saved)
            .collect()
    }
}

/// The current aliases, from the rows of `LIST`.
pub fn current(rows: &[Row]) -> Result<Option<SavedAliases>, StoreError> {
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
