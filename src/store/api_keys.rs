//! API keys and their secrets.

use ipnet::IpNet;
use serde_json::json;

use super::alias_rows::{self, NewVersion};
use super::api_key_row::{self, TABLE, api_key, key_columns};
use super::audit::Subject;
use super::engine::Tx;
use super::sql::{id_list, sql};
use super::value::{args, to_json};
use super::{Change, Editor, Store, StoreError, id_chunks};
use crate::domain::{
    AccountId, Alias, ApiKey, ApiKeyHash, ApiKeyId, KeyState, ModelId, Name, PersonId, Scope, Timestamp,
};

/// API keys and their secrets.
#[derive(Clone, Copy, Debug)]
pub struct ApiKeys<'a>(pub(super) &'a Store);

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

/// A key as the gateway needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredKey {
    /// The key.
    pub key: ApiKey,
    /// Whether its account is switched on.
    pub account_enabled: bool,
    /// Whether its owner is switched on; true for a service key.
    pub owner_enabled: bool,
    /// Its aliases, in evaluation order.
    pub aliases: Vec<Alias>,
    /// Until when the secret that was asked for works; `None` for the current one.
    pub secret_until: Option<Timestamp>,
}

sql! {
    ADD = "INSERT INTO api_key (id, account_id, owner_id, name, display, state, expires_at, allowed_models, \
           allowed_addresses, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    GET = concat!("SELECT ", key_columns!(), " FROM api_key WHERE api_key.id = $1 AND api_key.state <> 'deleted' \
           AND (CAST($2 AS TEXT) IS NULL OR api_key.account_id = $2)");
    BY_NAME = concat!("SELECT ", key_columns!(), " FROM api_key WHERE api_key.account_id = $1 AND api_key.name = $2 \
               AND api_key.state <> 'deleted'");
    ALL = concat!("SELECT ", key_columns!(), " FROM api_key WHERE api_key.state <> 'deleted' \
           AND (CAST($1 AS TEXT) IS NULL OR api_key.account_id = $1) ORDER BY api_key.name, api_key.id");
    /// One statement, so that the aliases are those of the revision.
    BY_HASH = concat!("SELECT ", key_columns!(), ", a.enabled AS account_enabled, \
               COALESCE(p.enabled, 1) AS owner_enabled, s.valid_until AS secret_until, \
               l.name AS alias_name, l.matching AS matching, l.target AS target, l.keeps_name AS keeps_name \
               FROM api_key_secret s JOIN api_key ON api_key.id = s.api_key_id \
               JOIN account a ON a.id = api_key.account_id \
               LEFT JOIN person p ON p.id = api_key.owner_id LEFT JOIN alias l ON l.api_key_id = api_key.id \
               WHERE s.hash = $1 AND (s.valid_until IS NULL OR s.valid_until > $2) AND api_key.state <> 'deleted'");
    REVISIONS = concat!("SELECT id, revision FROM api_key WHERE state <> 'deleted' AND id IN ", id_list!());
    RENAME = "UPDATE api_key SET name = $2 WHERE id = $1";
    SET_STATE = "UPDATE api_key SET state = $2 WHERE id = $1";
    SET_EXPIRY = "UPDATE api_key SET expires_at = $2 WHERE id = $1";
    SET_LIMITS = "UPDATE api_key SET allowed_models = $2, allowed_addresses = $3 WHERE id = $1";
    SET_DISPLAY = "UPDATE api_key SET display = $2 WHERE id = $1";
    DELETE = "UPDATE api_key SET state = 'deleted', deleted_at = $2 WHERE id = $1";
    ADD_SECRET = "INSERT INTO api_key_secret (hash, api_key_id, display, created_at) VALUES ($1, $2, $3, $4)";
    RETIRE_SECRET = "UPDATE api_key_secret SET valid_until = $2 WHERE api_key_id = $1 AND valid_until IS NULL";
    DROP_OLD_SECRETS = "DELETE FROM api_key_secret WHERE api_key_id = $1 AND valid_until <= $2";
    DROP_SECRETS = "DELETE FROM api_key_secret WHERE api_key_id = $1";
    DROP_ALIASES = "DELETE FROM alias WHERE api_key_id = $1";
    DROP_LINKS = "DELETE FROM link WHERE api_key_id = $1";
    OF_ACCOUNT = "SELECT id FROM api_key WHERE account_id = $1 AND state <> 'deleted' ORDER BY id";
    OF_OWNER = "SELECT id FROM api_key WHERE owner_id = $1 AND state <> 'deleted' ORDER BY id";
    TOUCH = "UPDATE api_key SET revision = revision + 1 WHERE id = $1";
    MARK_USED = "UPDATE api_key SET last_used_at = $2, last_used_agent = COALESCE(CAST($3 AS TEXT), last_used_agent) \
                 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
    REQUESTS_SINCE = "SELECT COUNT(*) AS requests FROM usage_record WHERE api_key_id = $1 AND at >= $2";
}

impl ApiKeys<'_> {
    /// Adds a key with its secret and its first aliases.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the account has a key of that name, [`StoreError::Full`] with too many aliases.
    pub async fn create(self, new: &NewKey, by: &Editor, now: Timestamp) -> Result<(), StoreError> {
        let (NewKey { key, hash, aliases }, by) = (new.clone(), by.clone());
        let aliases = alias_rows::checked(&aliases)?;
        let work = self.0.write(move |tx| {
            Box::pin(async move {
                let args = args![
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
                tx.run(ADD, args).await.map_err(|error| error.taken("name"))?;
                tx.run(ADD_SECRET, args![hash, key.id, key.display.as_str(), now]).await?;
                if !aliases.is_empty() {
                    let version = NewVersion { key: key.id, number: 1, aliases: &aliases, by: &by, now };
                    version.store(tx, &[]).await?;
                }
                tx.announce(Change::Key(key.id)).await?;
                let detail = json!({ "name": key.name, "aliases": aliases });
                tx.note(&by, now, &subject(&key), "create", detail).await
            })
        });
        work.await
    }

    /// The key of that id.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn get(self, scope: Scope, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        self.0.first(GET, args![id, scope.account()]).await?.as_ref().map(api_key).transpose()
    }

    /// An account's key of that name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn by_name(self, account: AccountId, name: &str) -> Result<Option<ApiKey>, StoreError> {
        self.0.first(BY_NAME, args![account, name]).await?.as_ref().map(api_key).transpose()
    }

    /// Every key in the scope, by name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn all(self, scope: Scope) -> Result<Vec<ApiKey>, StoreError> {
        self.0.all(ALL, args![scope.account()]).await?.iter().map(api_key).collect()
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
        by: &Editor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (name, by) = (name.clone(), by.clone());
        let work = self.0.write(move |tx| {
            Box::pin(async move {
                let Some(key) = lock(tx, scope, id).await? else { return Ok(false) };
                tx.run(RENAME, args![id, name.as_str()]).await.map_err(|error| error.taken("name"))?;
                tx.note(&by, now, &subject(&key), "rename", json!({ "before": key.name, "after": name })).await?;
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
        by: &Editor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let by = by.clone();
        let work = self.0.write(move |tx| {
            Box::pin(async move {
                let Some(key) = lock(tx, scope, id).await? else { return Ok(false) };
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
        by: &Editor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let by = by.clone();
        let work = self.0.write(move |tx| {
            Box::pin(async move {
                let Some(key) = lock(tx, scope, id).await? else { return Ok(false) };
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
    pub async fn set_limits(
        self,
        scope: Scope,
        id: ApiKeyId,
        allowed_models: Option<&[ModelId]>,
        allowed_addresses: &[IpNet],
        by: &Editor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (models, addresses, by) = (allowed_models.map(<[_]>::to_vec), allowed_addresses.to_vec(), by.clone());
        let work = self.0.write(move |tx| {
            Box::pin(async move {
                let Some(key) = lock(tx, scope, id).await? else { return Ok(false) };
                tx.run(SET_LIMITS, args![id, models.as_ref().map(to_json), to_json(&texts(&addresses))]).await?;
                let detail = json!({
                    "before": { "models": key.allowed_models, "addresses": texts(&key.allowed_addresses) },
                    "after": { "models": models, "addresses": texts(&addresses) },
                });
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
        by: &Editor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (hash, display, by) = (*hash, display.to_owned(), by.clone());
        let work = self.0.write(move |tx| {
            Box::pin(async move {
                let Some(key) = lock(tx, scope, id).await? else { return Ok(false) };
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
    pub async fn delete(self, scope: Scope, id: ApiKeyId, by: &Editor, now: Timestamp) -> Result<bool, StoreError> {
        let by = by.clone();
        let work = self.0.write(move |tx| {
            Box::pin(async move {
                let Some(key) = lock(tx, scope, id).await? else { return Ok(false) };
                for statement in [DROP_SECRETS, DROP_ALIASES, DROP_LINKS] {
                    tx.run(statement, args![id]).await?;
                }
                tx.run(DELETE, args![id, now]).await?;
                tx.note(&by, now, &subject(&key), "delete", json!({ "name": key.name })).await?;
                Ok(true)
            })
        });
        work.await
    }

    /// The key that a secret opens, whatever its state; not if that secret's time is over.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn by_hash(self, hash: &ApiKeyHash, now: Timestamp) -> Result<Option<StoredKey>, StoreError> {
        let rows = self.0.all(BY_HASH, args![*hash, now]).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let mut aliases = Vec::new();
        for row in &rows {
            if row.get::<Option<String>>("alias_name")?.is_some() {
                aliases.push(alias_rows::alias(row)?);
            }
        }
        aliases.sort_by(Alias::evaluation_order);
        Ok(Some(StoredKey {
            key: api_key(first)?,
            account_enabled: first.get("account_enabled")?,
            owner_enabled: first.get("owner_enabled")?,
            aliases,
            secret_until: first.get("secret_until")?,
        }))
    }

    /// The revisions of these keys. A deleted key is absent. The number also rises when the key's account or owner is
    /// switched on or off.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn revisions(self, ids: &[ApiKeyId]) -> Result<Vec<(ApiKeyId, i64)>, StoreError> {
        let mut revisions = Vec::with_capacity(ids.len());
        for chunk in id_chunks(ids) {
            for row in self.0.all(REVISIONS, chunk).await? {
                revisions.push((row.parse(TABLE, "id")?, row.get("revision")?));
            }
        }
        Ok(revisions)
    }

    /// Notes when keys were last used, and by what program. No revision rises.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn mark_used(self, uses: &[(ApiKeyId, Timestamp, Option<String>)]) -> Result<(), StoreError> {
        let uses = uses.to_vec();
        self.0.write(move |tx| Box::pin(async move { mark_used(tx, uses).await })).await
    }

    /// How many calls a key made since then.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn requests_since(self, id: ApiKeyId, since: Timestamp) -> Result<i64, StoreError> {
        let row = self.0.first(REQUESTS_SINCE, args![id, since]).await?;
        row.map_or(Ok(0), |row| row.get("requests"))
    }
}

/// Begins a change under a key: locks its row, which makes all who change it wait for each other, and raises the
/// revision that caches go by. The answer is the key as it was, but for the revision.
pub(super) async fn lock(tx: &mut Tx, scope: Scope, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
    let Some(row) = tx.first(api_key_row::LOCK, args![id, scope.account()]).await? else { return Ok(None) };
    tx.announce(Change::Key(id)).await?;
    api_key(&row).map(Some)
}

/// Raises the revision of every key of an account.
pub(super) async fn touch_account(tx: &mut Tx, account: AccountId) -> Result<(), StoreError> {
    // One by one, in the order that everybody takes, so that no two transactions wait for each other.
    for row in tx.all(OF_ACCOUNT, args![account]).await? {
        tx.run(TOUCH, args![row.get::<String>("id")?]).await?;
    }
    Ok(())
}

/// Raises the revision of every key of a person, and says which they are.
pub(super) async fn touch_owner(tx: &mut Tx, owner: PersonId) -> Result<Vec<ApiKeyId>, StoreError> {
    let mut keys = Vec::new();
    for row in tx.all(OF_OWNER, args![owner]).await? {
        let id: ApiKeyId = row.parse(TABLE, "id")?;
        tx.run(TOUCH, args![id]).await?;
        keys.push(id);
    }
    Ok(keys)
}

/// Notes when keys were last used.
pub(super) async fn mark_used(
    tx: &mut Tx,
    mut uses: Vec<(ApiKeyId, Timestamp, Option<String>)>,
) -> Result<(), StoreError> {
    // The same order for all, as above.
    uses.sort_by_key(|(key, at, _)| (*key, *at));
    for (key, at, agent) in uses {
        tx.run(MARK_USED, args![key, at, agent]).await?;
    }
    Ok(())
}

pub(super) fn subject(key: &ApiKey) -> Subject {
    Subject::new("api_key", key.id, Some(key.account))
}

/// Address ranges as people write them.
fn texts(addresses: &[IpNet]) -> Vec<String> {
    addresses.iter().map(IpNet::to_string).collect()
}
