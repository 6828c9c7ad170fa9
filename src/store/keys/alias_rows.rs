//! How a key's aliases are stored: the current ones as rows, and every save as a version.

use std::collections::HashSet;

use crate::domain::{Alias, ApiKeyId, Strictness};
use crate::store::audit::By;
use crate::store::engine::{Row, StoreError, Table, Tx, args, sql, to_json};

pub const TABLE: Table = Table {
    name: "alias",
    id: "alias_name",
};

sql! {
    ADD = r"INSERT INTO alias (api_key_id, name, matching, target, keeps_name, adapt)
           VALUES ($1, $2, $3, $4, $5, $6)";
    REPLACE = r"UPDATE alias SET matching = $3, target = $4, keeps_name = $5, adapt = $6
               WHERE api_key_id = $1 AND name = $2";
    REMOVE = "DELETE FROM alias WHERE api_key_id = $1 AND name = $2";
    LIST = "SELECT name AS alias_name, matching, target, keeps_name, adapt AS alias_adapt FROM alias WHERE api_key_id = $1";
    ADD_VERSION = r"INSERT INTO alias_version (api_key_id, version, saved_at, saved_by, aliases)
                    VALUES ($1, $2, $3, $4, $5)";
    SET_VERSION = "UPDATE api_key SET aliases_version = $2 WHERE id = $1";
}

/// Reads an alias.
pub fn alias(row: &Row) -> Result<Alias, StoreError> {
    Ok(Alias {
        name: row.parse(TABLE, "alias_name")?,
        matching: row.parse(TABLE, "matching")?,
        target: row.parse(TABLE, "target")?,
        keep_name: row.get("keeps_name")?,
        adapt: row.parse_opt(TABLE, "alias_adapt")?,
    })
}

/// The aliases in evaluation order, if a key may have them.
pub fn checked(aliases: &[Alias]) -> Result<Vec<Alias>, StoreError> {
    if aliases.len() > Alias::LIMIT {
        return Err(StoreError::Full { limit: Alias::LIMIT });
    }

    let names: HashSet<&str> = aliases.iter().map(|alias| alias.name.as_str()).collect();
    if names.len() < aliases.len() {
        return Err(StoreError::Taken { what: "alias name" });
    }

    let mut aliases = aliases.to_vec();
    aliases.sort_by(Alias::evaluation_order);
    Ok(aliases)
}

/// The stored aliases of a key, in evaluation order.
pub async fn stored(tx: &mut Tx, key: ApiKeyId) -> Result<Vec<Alias>, StoreError> {
    let mut aliases = tx
        .all(LIST, args![key])
        .await?
        .iter()
        .map(alias)
        .collect::<Result<Vec<Alias>, _>>()?;
    aliases.sort_by(Alias::evaluation_order);
    Ok(aliases)
}

/// The aliases of a save.
pub struct NewVersion<'a> {
    pub key: ApiKeyId,
    pub number: i64,
    /// In evaluation order.
    pub aliases: &'a [Alias],
    pub by: &'a By,
}

impl NewVersion<'_> {
    /// Stores the aliases in place of `before`. The caller has locked the key.
    pub async fn store(&self, tx: &mut Tx, before: &[Alias]) -> Result<(), StoreError> {
        let key = self.key;
        // Removed ones first, so that the count never passes the limit on the way.
        for old in before
            .iter()
            .filter(|old| self.aliases.iter().all(|new| new.name != old.name))
        {
            tx.run(REMOVE, args![key, &old.name]).await?;
        }
        for new in self.aliases {
            let statement = match before.iter().find(|old| old.name == new.name) {
                Some(old) if old == new => continue,
                Some(_) => REPLACE,
                None => ADD,
            };
            tx.run(
                statement,
                args![
                    key,
                    &new.name,
                    new.matching.as_str(),
                    &new.target,
                    new.keep_name,
                    new.adapt.map(Strictness::as_str)
                ],
            )
            .await?;
        }

        let args = args![
            key,
            self.number,
            self.by.now,
            self.by.actor.name.as_str(),
            to_json(self.aliases)
        ];
        tx.run(ADD_VERSION, args).await?;
        tx.run(SET_VERSION, args![key, self.number]).await.map(drop)
    }
}
