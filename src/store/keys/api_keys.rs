//! API keys and their secrets: how they are looked up, locked, and marked as used. The changes are in [`super::change`] and
//! its neighbours.

use super::row::{self, TABLE, api_key, key_columns};
use super::{alias_rows, limits};
use crate::domain::{AccountId, Alias, ApiKey, ApiKeyHash, ApiKeyId, Limits, PersonId, Scope, Timestamp};
use crate::store::audit::{Subject, Writer};
use crate::store::engine::{Change, Store, StoreError, Tx, args, id_chunks, id_list, sql, transaction};

/// Reads and writes API keys and the hashes of their secrets.
#[derive(Clone, Copy, Debug)]
pub struct ApiKeys<S>(pub(in crate::store) S);

impl Store {
    /// Access to API keys and the hashes of their secrets.
    pub fn api_keys(&self) -> ApiKeys<&Self> {
        ApiKeys(self)
    }
}

impl Writer<'_> {
    /// Access to API keys and the hashes of their secrets.
    pub fn api_keys(self) -> ApiKeys<Self> {
        ApiKeys(self)
    }
}

/// A key, with everything about its account, owner and aliases that the gateway needs to check a request.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredKey {
    /// The key.
    pub key: ApiKey,
    /// Whether its account is switched on.
    pub account_enabled: bool,
    /// The limits of all keys of its account together.
    pub account_limits: Limits,
    /// Whether its owner is switched on; true for a service key.
    pub owner_enabled: bool,
    /// Its aliases, in evaluation order.
    pub aliases: Vec<Alias>,
    /// The secret that the look-up used works until this time; `None` for the current secret.
    pub secret_until: Option<Timestamp>,
}

sql! {
    GET = concat!("SELECT ", key_columns!(), r" FROM api_key WHERE api_key.id = $1 AND api_key.state <> 'deleted'
            AND (CAST($2 AS TEXT) IS NULL OR api_key.account_id = $2)");
    BY_NAME = concat!("SELECT ", key_columns!(), r" FROM api_key WHERE api_key.account_id = $1 AND api_key.name = $2
            AND api_key.state <> 'deleted'");
    ALL = concat!("SELECT ", key_columns!(), r" FROM api_key WHERE api_key.state <> 'deleted'
            AND (CAST($1 AS TEXT) IS NULL OR api_key.account_id = $1) ORDER BY api_key.name, api_key.id");
    /// One statement, so that the aliases are those of the revision.
    BY_HASH = concat!("SELECT ", key_columns!(), r", a.enabled AS account_enabled,
            a.requests_per_minute AS account_requests, a.tokens_per_minute AS account_tokens,
            a.spend_limit AS account_spend, a.spend_period AS account_period,
            COALESCE(p.enabled, 1) AS owner_enabled, s.valid_until AS secret_until,
            l.name AS alias_name, l.matching AS matching, l.target AS target, l.keeps_name AS keeps_name,
            l.adapt AS alias_adapt
            FROM api_key_secret s JOIN api_key ON api_key.id = s.api_key_id
            JOIN account a ON a.id = api_key.account_id
            LEFT JOIN person p ON p.id = api_key.owner_id LEFT JOIN alias l ON l.api_key_id = api_key.id
            WHERE s.hash = $1 AND (s.valid_until IS NULL OR s.valid_until > $2) AND api_key.state <> 'deleted'");
    REVISIONS = concat!("SELECT id, revision FROM api_key WHERE state <> 'deleted' AND id IN ", id_list!());
    OF_ACCOUNT = "SELECT id FROM api_key WHERE account_id = $1 AND state <> 'deleted' ORDER BY id";
    OF_OWNER = "SELECT id FROM api_key WHERE owner_id = $1 AND state <> 'deleted' ORDER BY id";
    TOUCH = "UPDATE api_key SET revision = revision + 1 WHERE id = $1";
    MARK_USED = r"UPDATE api_key
                  SET last_used_at = $2, last_used_agent = COALESCE(CAST($3 AS TEXT), last_used_agent)
                  WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
    REQUESTS_SINCE = r"SELECT COALESCE(CAST(SUM(requests) AS BIGINT), 0) AS requests
                       FROM usage_daily WHERE api_key_id = $1 AND day >= $2";
}

const ACCOUNT_LIMITS: [&str; 4] = ["account_requests", "account_tokens", "account_spend", "account_period"];

impl ApiKeys<&Store> {
    /// The key of that id.
    pub async fn get(self, scope: Scope, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        self.0
            .first(GET, args![id, scope.account()])
            .await?
            .as_ref()
            .map(api_key)
            .transpose()
    }

    /// An account's key of that name.
    pub async fn by_name(self, account: AccountId, name: &str) -> Result<Option<ApiKey>, StoreError> {
        self.0
            .first(BY_NAME, args![account, name])
            .await?
            .as_ref()
            .map(api_key)
            .transpose()
    }

    /// Every key in the scope, by name.
    pub async fn all(self, scope: Scope) -> Result<Vec<ApiKey>, StoreError> {
        self.0
            .all(ALL, args![scope.account()])
            .await?
            .iter()
            .map(api_key)
            .collect()
    }

    /// The key of a secret, whatever its state; `None` if the secret has expired.
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
            account_limits: limits::named(first, TABLE, ACCOUNT_LIMITS)?,
            owner_enabled: first.get("owner_enabled")?,
            aliases,
            secret_until: first.get("secret_until")?,
        }))
    }

    /// The revisions of these keys, without deleted ones. A revision also rises when the key's account or owner is switched on
    /// or off.
    pub async fn revisions(self, ids: &[ApiKeyId]) -> Result<Vec<(ApiKeyId, i64)>, StoreError> {
        let mut revisions = Vec::with_capacity(ids.len());
        for chunk in id_chunks(ids) {
            for row in self.0.all(REVISIONS, chunk).await? {
                revisions.push((row.parse(TABLE, "id")?, row.get("revision")?));
            }
        }
        Ok(revisions)
    }

    /// Notes when keys were last used, and by which program. Revisions stay.
    pub async fn mark_used(self, uses: &[(ApiKeyId, Timestamp, Option<String>)]) -> Result<(), StoreError> {
        let uses = uses.to_vec();
        transaction!(self.0, |tx| mark_used(tx, uses).await)
    }

    /// How many calls of a key there were since the beginning of the UTC day of `since`.
    pub async fn requests_since(self, id: ApiKeyId, since: Timestamp) -> Result<i64, StoreError> {
        let row = self.0.first(REQUESTS_SINCE, args![id, since.day()]).await?;
        row.map_or(Ok(0), |row| row.get("requests"))
    }
}

/// Begins a change of a key or of its aliases: locks its row, so that changes of one key wait for each other, and raises the
/// revision that caches compare. Returns the key as it was, with the new revision.
pub async fn lock(tx: &mut Tx, scope: Scope, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
    let Some(row) = tx.first(row::LOCK, args![id, scope.account()]).await? else {
        return Ok(None);
    };
    tx.announce(Change::Key(id)).await?;
    api_key(&row).map(Some)
}

/// Raises the revision of every key of an account.
pub async fn touch_account(tx: &mut Tx, account: AccountId) -> Result<(), StoreError> {
    // One by one, in the order of all transactions, so that no two wait for each other.
    for row in tx.all(OF_ACCOUNT, args![account]).await? {
        tx.run(TOUCH, args![row.get::<String>("id")?]).await?;
    }
    Ok(())
}

/// Raises the revision of every key of a person. Returns their ids.
pub async fn touch_owner(tx: &mut Tx, owner: PersonId) -> Result<Vec<ApiKeyId>, StoreError> {
    let mut keys = Vec::new();
    for row in tx.all(OF_OWNER, args![owner]).await? {
        let id: ApiKeyId = row.parse(TABLE, "id")?;
        tx.run(TOUCH, args![id]).await?;
        keys.push(id);
    }
    Ok(keys)
}

/// Notes when keys were last used.
pub async fn mark_used(tx: &mut Tx, mut uses: Vec<(ApiKeyId, Timestamp, Option<String>)>) -> Result<(), StoreError> {
    // In the order of all transactions, as above.
    uses.sort_by_key(|(key, at, _)| (*key, *at));
    for (key, at, agent) in uses {
        tx.run(MARK_USED, args![key, at, agent]).await?;
    }
    Ok(())
}

pub fn subject(key: &ApiKey) -> Subject {
    Subject::new("api_key", key.id, Some(key.account))
}
