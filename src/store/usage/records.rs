//! What calls used, as pages read it. It is written by [`super::shipment`].

use crate::domain::{
    AccountId, AliasName, ApiKeyId, CallState, Match, ModelId, PicoUsd, Scope, Timestamp, Tokens, UsageRecord,
    UsageSource,
};
use crate::store::engine::{Row, Shared, Store, StoreError, Table, Value, args, sql, to_json};

/// What calls used.
#[derive(Clone, Copy, Debug)]
pub struct Usage<'a>(pub(in crate::store) &'a Store);

impl Store {
    /// What calls used.
    pub fn usage(&self) -> Usage<'_> {
        Usage(self)
    }
}

/// What [`record`] reads, in the order in which [`values`] writes.
macro_rules! columns {
    () => {
        "id, account_id, api_key_id, key_revision, at, requested, alias, matching, model, provider_id, protocol, \
         stream, status, error, prompt_tokens, completion_tokens, cache_read_tokens, cache_write_tokens, \
         cache_write_1h_tokens, reasoning_tokens, \
         source, cost, latency_ms, first_byte_ms, agent, attempts, state, held, service_tier, searches"
    };
}
pub(in crate::store) use columns;

/// The price list that a record was charged by.
macro_rules! price {
    () => {
        ", (SELECT list FROM price_list WHERE price_list.id = usage_record.price_id) AS price"
    };
}
pub(in crate::store) use price;

sql! {
    TOTALS = "SELECT COALESCE(CAST(SUM(cost) AS BIGINT), 0) AS cost, \
              COALESCE(CAST(SUM(prompt_tokens) AS BIGINT), 0) AS prompt_tokens, \
              COALESCE(CAST(SUM(completion_tokens) AS BIGINT), 0) AS completion_tokens, \
              COALESCE(CAST(SUM(requests) AS BIGINT), 0) AS requests, \
              COALESCE(CAST(SUM(successes) AS BIGINT), 0) AS successes \
              FROM usage_daily WHERE account_id = $1 AND day >= $2";
    RECENT = concat!("SELECT ", columns!(), price!(), " FROM usage_record ORDER BY id DESC LIMIT $1");
    RECENT_OF_ACCOUNT = concat!("SELECT ", columns!(), price!(), " FROM usage_record WHERE account_id = $2 \
                         ORDER BY id DESC LIMIT $1");
    RECENT_OF_KEY = concat!("SELECT ", columns!(), price!(), " FROM usage_record WHERE api_key_id = $2 \
                     AND (CAST($3 AS TEXT) IS NULL OR account_id = $3) ORDER BY id DESC LIMIT $1");
    NAMES_SENT = "SELECT requested, CAST(SUM(requests) AS BIGINT) AS requests FROM usage_rollup WHERE unit = 'hour' \
                  AND api_key_id = $1 AND start >= $2 GROUP BY requested ORDER BY 2 DESC, requested LIMIT 200";
    MOST_USED = "SELECT model, CAST(SUM(requests) AS BIGINT) AS requests FROM usage_rollup WHERE unit = 'day' \
                 AND account_id = $1 AND start >= $2 GROUP BY model ORDER BY 2 DESC, model LIMIT $3";
    LAST_MATCH = "SELECT alias, MAX(last_at) AS at FROM usage_rollup WHERE unit = 'day' AND api_key_id = $1 \
                  AND alias <> '' GROUP BY alias ORDER BY alias";
}
const TABLE: Table = Table {
    name: "usage_record",
    id: "id",
};

/// What an account used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageTotals {
    /// What it cost.
    pub cost: PicoUsd,
    /// Tokens in.
    pub prompt_tokens: i64,
    /// Tokens out.
    pub completion_tokens: i64,
    /// Calls.
    pub requests: i64,
    /// Of them, those that went well.
    pub successes: i64,
}

impl Usage<'_> {
    /// What an account used since the beginning of that UTC day.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn totals(self, account: AccountId, since_day: i64) -> Result<UsageTotals, StoreError> {
        let Some(row) = self.0.first(TOTALS, args![account, since_day]).await? else {
            return Ok(UsageTotals::default());
        };
        Ok(UsageTotals {
            cost: row.get("cost")?,
            prompt_tokens: row.get("prompt_tokens")?,
            completion_tokens: row.get("completion_tokens")?,
            requests: row.get("requests")?,
            successes: row.get("successes")?,
        })
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

    /// The names that a key's clients sent since the beginning of that hour and how often, the most frequent first, at most 200.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn names_sent(self, key: ApiKeyId, since: Timestamp) -> Result<Vec<(String, i64)>, StoreError> {
        let rows = self.0.all(NAMES_SENT, args![key, since.hour()]).await?;
        rows.iter()
            .map(|row| Ok((row.get("requested")?, row.get("requests")?)))
            .collect()
    }

    /// The models that an account called most since the beginning of that UTC day, the most called first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn most_used_models(
        self,
        account: AccountId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<ModelId>, StoreError> {
        let rows = self.0.all(MOST_USED, args![account, since.day(), limit]).await?;
        rows.iter().map(|row| row.parse(TABLE, "model")).collect()
    }

    /// When each alias of a key last caught a name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn last_match(self, key: ApiKeyId) -> Result<Vec<(AliasName, Timestamp)>, StoreError> {
        let rows = self.0.all(LAST_MATCH, args![key]).await?;
        rows.iter()
            .map(|row| Ok((row.parse(TABLE, "alias")?, row.get("at")?)))
            .collect()
    }
}

/// Texts that the records of a batch have in common.
#[derive(Default)]
pub struct Common<'r> {
    accounts: Shared<AccountId>,
    keys: Shared<ApiKeyId>,
    words: Shared<&'r str>,
}

/// Adds a record's values to those of others.
pub fn add_values<'r>(values: &mut Vec<Value>, record: &'r UsageRecord, common: &mut Common<'r>) {
    let count = |tokens: u64| i64::try_from(tokens).unwrap_or(i64::MAX);
    let tokens = &record.tokens;
    let account = common.accounts.of(record.account, |id| id.to_string().into());
    let key = common.keys.of(record.key, |id| id.to_string().into());
    let mut word = |text: &'r str| common.words.text(text);
    let row = [
        record.id.into(),
        account.into(),
        key.into(),
        record.key_revision.into(),
        record.at.into(),
        word(&record.requested).into(),
        record.alias.as_ref().map(|(name, _)| word(name.as_str())).into(),
        record
            .alias
            .as_ref()
            .map(|(_, matching)| word(matching.as_str()))
            .into(),
        word(&record.model).into(),
        word(record.provider.as_str()).into(),
        word(&record.protocol).into(),
        record.stream.into(),
        u32::from(record.status).into(),
        record.error.as_deref().map(&mut word).into(),
        count(tokens.prompt).into(),
        count(tokens.completion).into(),
        count(tokens.cache_read).into(),
        count(tokens.cache_write).into(),
        count(tokens.cache_write_1h).into(),
        count(tokens.reasoning).into(),
        word(record.source.as_str()).into(),
        record.cost.into(),
        record.latency_ms.into(),
        record.first_byte_ms.into(),
        record.agent.as_deref().map(&mut word).into(),
        (!record.attempts.is_empty()).then(|| to_json(&record.attempts)).into(),
        word(record.state.as_str()).into(),
        record.held.into(),
        record.tier.as_deref().map(&mut word).into(),
        count(record.searches).into(),
    ];
    values.extend(row);
}

pub fn record(row: &Row) -> Result<UsageRecord, StoreError> {
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
    let state = row.get::<String>("state")?;
    let price = match row.get::<Option<String>>("price")? {
        Some(text) => Some(serde_json::from_str(&text).map_err(|_| row.corrupt(TABLE, "price_id"))?),
        None => None,
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
        state: CallState::ALL
            .into_iter()
            .find(|it| it.as_str() == state)
            .ok_or_else(|| row.corrupt(TABLE, "state"))?,
        held: row.get("held")?,
        price,
        tier: row.get("service_tier")?,
        searches: count("searches")?,
        cost: row.get("cost")?,
        latency_ms: small("latency_ms")?,
        first_byte_ms: row
            .get::<Option<i64>>("first_byte_ms")?
            .and_then(|ms| u32::try_from(ms).ok()),
        agent: row.get("agent")?,
        attempts,
    })
}
