//! A record as a row: its columns, its values, and how it is read.

use crate::domain::{AccountId, AliasName, ApiKeyId, CallState, Match, RequestUse, Tokens, UsageRecord, UsageSource};
use crate::store::engine::{Row, Shared, StoreError, Table, Value, to_json};

/// What [`record`] reads, in the order in which [`values`] writes.
macro_rules! columns {
    () => {
        r"id, account_id, api_key_id, key_revision, at, requested, alias, matching, model, provider_id, protocol,
          stream, status, error, prompt_tokens, completion_tokens, cache_read_tokens, cache_write_tokens,
          cache_write_1h_tokens, reasoning_tokens,
          source, cost, latency_ms, first_byte_ms, agent, attempts, state, held, service_tier, searches,
          adapted, used"
    };
}
pub(in crate::store) use columns;

/// The price list of a record's charge.
macro_rules! price {
    () => {
        ", (SELECT list FROM price_list WHERE price_list.id = usage_record.price_id) AS price"
    };
}
pub(in crate::store) use price;

pub const TABLE: Table = Table {
    name: "usage_record",
    id: "id",
};

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
        record.adapted.as_deref().map(&mut word).into(),
        record.used.map(RequestUse::bits).into(),
    ];
    values.extend(row);
}

pub fn record(row: &Row) -> Result<UsageRecord, StoreError> {
    let number = |column: &'static str| row.get::<i64>(column);
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
        tokens: tokens(row)?,
        source,
        state: CallState::ALL
            .into_iter()
            .find(|it| it.as_str() == state)
            .ok_or_else(|| row.corrupt(TABLE, "state"))?,
        held: row.get("held")?,
        price,
        tier: row.get("service_tier")?,
        searches: count(row, "searches")?,
        cost: row.get("cost")?,
        latency_ms: small("latency_ms")?,
        first_byte_ms: row
            .get::<Option<i64>>("first_byte_ms")?
            .and_then(|ms| u32::try_from(ms).ok()),
        agent: row.get("agent")?,
        attempts,
        adapted: row.get("adapted")?,
        used: row.get::<Option<i64>>("used")?.and_then(RequestUse::of_bits),
    })
}

fn tokens(row: &Row) -> Result<Tokens, StoreError> {
    Ok(Tokens {
        prompt: count(row, "prompt_tokens")?,
        completion: count(row, "completion_tokens")?,
        cache_read: count(row, "cache_read_tokens")?,
        cache_write: count(row, "cache_write_tokens")?,
        cache_write_1h: count(row, "cache_write_1h_tokens")?,
        reasoning: count(row, "reasoning_tokens")?,
    })
}

fn count(row: &Row, column: &'static str) -> Result<u64, StoreError> {
    u64::try_from(row.get::<i64>(column)?).map_err(|_| row.corrupt(TABLE, column))
}
