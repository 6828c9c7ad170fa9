//! The usage of calls, as pages read it. [`Usage::ship`] writes it.

use super::record_row::{TABLE, columns, price, record};
use crate::domain::{AccountId, AliasName, ApiKeyId, ModelId, PicoUsd, Scope, Timestamp, UsageRecord};
use crate::store::engine::{Store, StoreError, args, sql};

/// Reads and writes the usage of calls: records, sums and reports.
#[derive(Clone, Copy, Debug)]
pub struct Usage<'a>(pub(in crate::store) &'a Store);

impl Store {
    /// Access to the usage of calls.
    pub fn usage(&self) -> Usage<'_> {
        Usage(self)
    }
}

sql! {
    TOTALS = r"SELECT COALESCE(CAST(SUM(cost) AS BIGINT), 0) AS cost,
               COALESCE(CAST(SUM(prompt_tokens) AS BIGINT), 0) AS prompt_tokens,
               COALESCE(CAST(SUM(completion_tokens) AS BIGINT), 0) AS completion_tokens,
               COALESCE(CAST(SUM(requests) AS BIGINT), 0) AS requests,
               COALESCE(CAST(SUM(successes) AS BIGINT), 0) AS successes
               FROM usage_daily WHERE account_id = $1 AND day >= $2";
    RECENT = concat!("SELECT ", columns!(), price!(), " FROM usage_record ORDER BY id DESC LIMIT $1");
    RECENT_OF_ACCOUNT = concat!("SELECT ", columns!(), price!(), r" FROM usage_record WHERE account_id = $2
            ORDER BY id DESC LIMIT $1");
    RECENT_OF_KEY = concat!("SELECT ", columns!(), price!(), r" FROM usage_record WHERE api_key_id = $2
            AND (CAST($3 AS TEXT) IS NULL OR account_id = $3) ORDER BY id DESC LIMIT $1");
    NAMES_SENT = r"SELECT requested, CAST(SUM(requests) AS BIGINT) AS requests FROM usage_rollup
                   WHERE unit = 'hour' AND api_key_id = $1 AND start >= $2 GROUP BY requested
                   ORDER BY 2 DESC, requested LIMIT 200";
    MOST_USED = r"SELECT model, CAST(SUM(requests) AS BIGINT) AS requests FROM usage_rollup
                  WHERE unit = 'day' AND account_id = $1 AND start >= $2 GROUP BY model
                  ORDER BY 2 DESC, model LIMIT $3";
    LAST_MATCH = r"SELECT alias, MAX(last_at) AS at FROM usage_rollup
                   WHERE unit = 'day' AND api_key_id = $1 AND alias <> '' GROUP BY alias
                   ORDER BY alias";
}

/// The usage of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageTotals {
    /// The cost of all calls.
    pub cost: PicoUsd,
    /// Input tokens.
    pub prompt_tokens: i64,
    /// Output tokens.
    pub completion_tokens: i64,
    /// All calls.
    pub requests: i64,
    /// The calls with a status below 400.
    pub successes: i64,
}

impl Usage<'_> {
    /// The usage of an account since the beginning of that UTC day.
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
    pub async fn recent(self, scope: Scope, key: Option<ApiKeyId>, limit: u32) -> Result<Vec<UsageRecord>, StoreError> {
        let rows = match (key, scope.account()) {
            (Some(key), account) => self.0.all(RECENT_OF_KEY, args![limit, key, account]).await?,
            (None, Some(account)) => self.0.all(RECENT_OF_ACCOUNT, args![limit, account]).await?,
            (None, None) => self.0.all(RECENT, args![limit]).await?,
        };
        rows.iter().map(record).collect()
    }

    /// The names that a key's clients sent since the beginning of the hour of `since`, with their counts; the most frequent
    /// first, at most 200.
    pub async fn names_sent(self, key: ApiKeyId, since: Timestamp) -> Result<Vec<(String, i64)>, StoreError> {
        let rows = self.0.all(NAMES_SENT, args![key, since.hour()]).await?;
        rows.iter()
            .map(|row| Ok((row.get("requested")?, row.get("requests")?)))
            .collect()
    }

    /// The models that an account called most since the beginning of that UTC day, the most called first.
    pub async fn most_used_models(
        self,
        account: AccountId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<ModelId>, StoreError> {
        let rows = self.0.all(MOST_USED, args![account, since.day(), limit]).await?;
        rows.iter().map(|row| row.parse(TABLE, "model")).collect()
    }

    /// When each alias of a key last matched a name.
    pub async fn last_match(self, key: ApiKeyId) -> Result<Vec<(AliasName, Timestamp)>, StoreError> {
        let rows = self.0.all(LAST_MATCH, args![key]).await?;
        rows.iter()
            .map(|row| Ok((row.parse(TABLE, "alias")?, row.get("at")?)))
            .collect()
    }
}
