//! The amounts that keys have spent since a day.

use super::api_keys::ApiKeys;
use crate::domain::{AccountId, ApiKeyId, PicoUsd};
use crate::store::engine::{Store, StoreError, args, sql};

sql! {
    SPENT_BY_KEY = r"SELECT CAST(COALESCE(SUM(cost), 0) AS BIGINT) AS spent FROM usage_daily
                     WHERE api_key_id = $1 AND day >= $2";
    SPENT_BY_ACCOUNT = r"SELECT CAST(COALESCE(SUM(cost), 0) AS BIGINT) AS spent FROM usage_daily
                         WHERE account_id = $1 AND day >= $2";
}

impl ApiKeys<&Store> {
    /// The amount that a key has spent since a UTC day.
    pub async fn spent_since(self, key: ApiKeyId, day: i64) -> Result<PicoUsd, StoreError> {
        self.0
            .first(SPENT_BY_KEY, args![key, day])
            .await?
            .map_or(Ok(PicoUsd::ZERO), |row| row.get("spent"))
    }

    /// The amount that all keys of an account have spent since a UTC day, including deleted keys.
    pub async fn spent_together_since(self, account: AccountId, day: i64) -> Result<PicoUsd, StoreError> {
        self.0
            .first(SPENT_BY_ACCOUNT, args![account, day])
            .await?
            .map_or(Ok(PicoUsd::ZERO), |row| row.get("spent"))
    }
}
