//! What calls used.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::engine::Tx;
use super::sql::{ManyRows, sql};
use super::value::{Row, Table, Value, args, to_json};
use super::{Store, StoreError, api_keys};
use crate::domain::{
    AccountId, AliasName, ApiKeyId, Match, ModelId, PicoUsd, Scope, Timestamp, Tokens, UsageRecord, UsageSource,
};

/// What calls used.
#[derive(Clone, Copy, Debug)]
pub struct Usage<'a>(pub(super) &'a Store);

/// What [`record`] reads, in the order in which [`values`] writes.
macro_rules! columns {
    () => {
        "id, account_id, api_key_id, key_revision, at, requested, alias, matching, model, provider_id, protocol, \
         stream, status, error, prompt_tokens, completion_tokens, cache_read_tokens, cache_write_tokens, \
         cache_write_1h_tokens, reasoning_tokens, \
         source, cost, latency_ms, first_byte_ms, agent, attempts"
    };
}

sql! {
    ADD_TO_DAY = "INSERT INTO usage_daily (api_key_id, day, requests, cost) VALUES ($1, $2, $3, $4) \
                  ON CONFLICT (api_key_id, day) DO UPDATE SET requests = usage_daily.requests + excluded.requests, \
                  cost = usage_daily.cost + excluded.cost";
    RECENT = concat!("SELECT ", columns!(), " FROM usage_record ORDER BY id DESC LIMIT $1");
    RECENT_OF_ACCOUNT = concat!("SELECT ", columns!(), " FROM usage_record WHERE account_id = $2 \
                         ORDER BY at DESC, id DESC LIMIT $1");
    RECENT_OF_KEY = concat!("SELECT ", columns!(), " FROM usage_record WHERE api_key_id = $2 \
                     AND (CAST($3 AS TEXT) IS NULL OR account_id = $3) ORDER BY at DESC, id DESC LIMIT $1");
    NAMES_SENT = "SELECT requested, COUNT(*) AS requests FROM usage_record WHERE api_key_id = $1 AND at >= $2 \
                  GROUP BY requested ORDER BY COUNT(*) DESC, requested LIMIT 200";
    MOST_USED = "SELECT model, COUNT(*) AS requests FROM usage_record WHERE account_id = $1 AND at >= $2 \
                 GROUP BY model ORDER BY COUNT(*) DESC, model LIMIT $3";
    LAST_MATCH = "SELECT alias, MAX(at) AS at FROM usage_record WHERE api_key_id = $1 AND alias IS NOT NULL \
                  GROUP BY alias ORDER BY alias";
}
pub(super) const ADD: ManyRows = ManyRows {
    head: concat!("INSERT INTO usage_record (", columns!(), ") VALUES"),
    columns: 26,
    tail: "ON CONFLICT (id) DO NOTHING",
};
pub(super) const ADD_AND_TELL: ManyRows = ManyRows { tail: "ON CONFLICT (id) DO NOTHING RETURNING id", ..ADD };
const TABLE: Table = Table { name: "usage_record", id: "id" };

/// The UTC day of a moment, counted from 1970.
pub(super) fn day(at: Timestamp) -> i64 {
    at.millis().div_euclid(86_400_000)
}

impl Usage<'_> {
    /// Adds records, and notes on each key when it was last used. One that is stored already is passed over, so writing
    /// a batch again is harmless. The answer counts the new ones.
    ///
    /// # Errors
    /// If the database fails; then none was added.
    pub async fn append(self, records: &[UsageRecord]) -> Result<usize, StoreError> {
        if records.is_empty() {
            return Ok(0);
        }
        let records: Arc<[UsageRecord]> = records.into();
        let again = Arc::clone(&records);
        let all_new = self.0.write(move |tx| Box::pin(async move { append_new(tx, &records).await })).await?;
        match all_new {
            Some(count) => Ok(count),
            None => self.0.write(move |tx| Box::pin(async move { append_unknown(tx, &again).await })).await,
        }
    }

    /// The last calls, of one key or of the whole scope, the newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn recent(self, scope: Scope, key: Option<ApiKeyId>, limit: u32) -> Result<Vec<UsageRecord>, StoreError> {
        let rows = match (key, scope.account()) {
            (Some(key), account) => self.0.all(RECENT_OF_KEY, args![limit, key, account]).await?,
            (None, Some(account)) => self.0.all(RECENT_OF_ACCOUNT, args![limit, account]).await?,
            (None, None) => self.0.all(RECENT, args![limit]).await?,
        };
        rows.iter().map(record).collect()
    }

    /// The names that a key's clients sent since then and how often, the most frequent first, at most 200.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn names_sent(self, key: ApiKeyId, since: Timestamp) -> Result<Vec<(String, i64)>, StoreError> {
        let rows = self.0.all(NAMES_SENT, args![key, since]).await?;
        rows.iter().map(|row| Ok((row.get("requested")?, row.get("requests")?))).collect()
    }

    /// The models that an account called most since then, the most called first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn most_used_models(
        self,
        account: AccountId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<ModelId>, StoreError> {
        let rows = self.0.all(MOST_USED, args![account, since, limit]).await?;
        rows.iter().map(|row| row.parse(TABLE, "model")).collect()
    }

    /// When each alias of a key last caught a name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn last_match(self, key: ApiKeyId) -> Result<Vec<(AliasName, Timestamp)>, StoreError> {
        let rows = self.0.all(LAST_MATCH, args![key]).await?;
        rows.iter().map(|row| Ok((row.parse(TABLE, "alias")?, row.get("at")?))).collect()
    }
}

/// Adds records that are all new, as nearly always; `None`, and nothing is added, if one is not.
async fn append_new(tx: &mut Tx, records: &[UsageRecord]) -> Result<Option<usize>, StoreError> {
    let added = tx.count_rows(ADD, records.iter().map(values).collect()).await?;
    if added != records.len() as u64 {
        tx.abandon();
        return Ok(None);
    }
    sum_up(tx, records.iter()).await?;
    Ok(Some(records.len()))
}

/// Adds the records that are new, of which some are not.
async fn append_unknown(tx: &mut Tx, records: &[UsageRecord]) -> Result<usize, StoreError> {
    let mut new: HashSet<String> = HashSet::new();
    for row in tx.add_rows(ADD_AND_TELL, records.iter().map(values).collect()).await? {
        new.insert(row.get("id")?);
    }
    let count = new.len();
    // Taken out as they are counted: a batch may hold one record twice.
    sum_up(tx, records.iter().filter(|record| new.remove(&record.id.to_string()))).await?;
    Ok(count)
}

/// Adds records that are new to the sums of their days, and notes when their keys were last used.
async fn sum_up(tx: &mut Tx, records: impl Iterator<Item = &UsageRecord>) -> Result<(), StoreError> {
    let mut days: BTreeMap<(ApiKeyId, i64), (i64, PicoUsd)> = BTreeMap::new();
    let mut uses: BTreeMap<ApiKeyId, (Timestamp, Option<String>)> = BTreeMap::new();
    for record in records {
        let (requests, cost) = days.entry((record.key, day(record.at))).or_default();
        *requests += 1;
        *cost = cost.checked_add(record.cost).unwrap_or(PicoUsd::from_pico(i64::MAX));
        let last = uses.entry(record.key).or_insert((record.at, None));
        if record.at >= last.0 {
            *last = (record.at, record.agent.clone().or(last.1.take()));
        }
    }
    // Sorted, as every transaction takes them, so that no two wait for each other.
    for ((key, day), (requests, cost)) in days {
        tx.run(ADD_TO_DAY, args![key, day, requests, cost]).await?;
    }
    api_keys::mark_used(tx, uses.into_iter().map(|(key, (at, agent))| (key, at, agent)).collect()).await
}

fn values(record: &UsageRecord) -> Vec<Value> {
    let count = |tokens: u64| i64::try_from(tokens).unwrap_or(i64::MAX);
    let tokens = &record.tokens;
    args![
        record.id,
        record.account,
        record.key,
        record.key_revision,
        record.at,
        record.requested.as_str(),
        record.alias.as_ref().map(|(name, _)| name),
        record.alias.as_ref().map(|(_, matching)| matching.as_str()),
        record.model.as_str(),
        &record.provider,
        record.protocol.as_str(),
        record.stream,
        u32::from(record.status),
        record.error.as_deref(),
        count(tokens.prompt),
        count(tokens.completion),
        count(tokens.cache_read),
        count(tokens.cache_write),
        count(tokens.cache_write_1h),
        count(tokens.reasoning),
        record.source.as_str(),
        record.cost,
        record.latency_ms,
        record.first_byte_ms,
        record.agent.as_deref(),
        (!record.attempts.is_empty()).then(|| to_json(&record.attempts))
    ]
}

fn record(row: &Row) -> Result<UsageRecord, StoreError> {
    let number = |column: &'static str| row.get::<i64>(column);
    let count = |column: &'static str| -> Result<u64, StoreError> {
        u64::try_from(number(column)?).map_err(|_| row.corrupt(TABLE, column))
    };
    let small = |column: &'static str| -> Result<u32, StoreError> {
        u32::try_from(number(column)?).map_err(|_| row.corrupt(TABLE, column))
    };
    let alias: Option<AliasName> = row.parse_opt(TABLE, "alias")?;
    let matching: Option<Match> = row.parse_opt(TABLE, "matching")?;
    let source = match row.get::<String>("source")?.as_str() {
        "provider" => UsageSource::Provider,
        "estimated" => UsageSource::Estimated,
        "none" => UsageSource::None,
        _ => return Err(row.corrupt(TABLE, "source")),
    };
    let attempts = match row.get::<Option<String>>("attempts")? {
        Some(text) => serde_json::from_str(&text).map_err(|_| row.corrupt(TABLE, "attempts"))?,
        None => Vec::new(),
    };
    Ok(UsageRecord {
        id: row.parse(TABLE, "id")?,
        account: row.parse(TABLE, "account_id")?,
        key: row.parse(TABLE, "api_key_id")?,
        key_revision: number("key_revision")?,
        at: row.get("at")?,
        requested: row.get("requested")?,
        alias: alias.zip(matching),
        model: row.get("model")?,
        provider: row.parse(TABLE, "provider_id")?,
        protocol: row.get("protocol")?,
        stream: row.get("stream")?,
        status: u16::try_from(number("status")?).map_err(|_| row.corrupt(TABLE, "status"))?,
        error: row.get("error")?,
        tokens: Tokens {
            prompt: count("prompt_tokens")?,
            completion: count("completion_tokens")?,
            cache_read: count("cache_read_tokens")?,
            cache_write: count("cache_write_tokens")?,
            cache_write_1h: count("cache_write_1h_tokens")?,
            reasoning: count("reasoning_tokens")?,
        },
        source,
        cost: row.get("cost")?,
        latency_ms: small("latency_ms")?,
        first_byte_ms: row.get::<Option<i64>>("first_byte_ms")?.and_then(|ms| u32::try_from(ms).ok()),
        agent: row.get("agent")?,
        attempts,
    })
}
