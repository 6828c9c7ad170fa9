//! Sums of usage, written with the records: per key and day; and by requested name, alias, model and provider per key and hour,
//! per key and day, and per account and day. Reports read the sums; records may be deleted after a while, the sums stay.

use std::collections::BTreeMap;

use super::kinds::{Sums, kinds};
use crate::domain::{AccountId, ApiKeyId, PicoUsd, UsageRecord};
use crate::store::engine::{KnownNames, StoreError, Tx, args, sql};
use crate::store::keys::api_keys;

sql! {
    ADD_TO_DAY = r"INSERT INTO usage_daily (api_key_id, day, account_id, requests, successes, prompt_tokens,
                     completion_tokens, cost) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                   ON CONFLICT (api_key_id, day) DO UPDATE SET requests = usage_daily.requests + excluded.requests,
                     successes = usage_daily.successes + excluded.successes,
                     prompt_tokens = usage_daily.prompt_tokens + excluded.prompt_tokens,
                     completion_tokens = usage_daily.completion_tokens + excluded.completion_tokens,
                     cost = usage_daily.cost + excluded.cost";
    ADD_TO_ROLLUP = r"INSERT INTO usage_rollup (unit, api_key_id, start, requested, alias, model, provider_id, account_id,
                      requests, successes, prompt_tokens, completion_tokens, cache_read_tokens, cache_write_tokens,
                      cache_write_1h_tokens, reasoning_tokens, cost, last_at, last_agent)
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
                      ON CONFLICT (unit, api_key_id, start, requested, alias, model, provider_id) DO UPDATE SET
                      requests = usage_rollup.requests + excluded.requests,
                      successes = usage_rollup.successes + excluded.successes,
                      prompt_tokens = usage_rollup.prompt_tokens + excluded.prompt_tokens,
                      completion_tokens = usage_rollup.completion_tokens + excluded.completion_tokens,
                      cache_read_tokens = usage_rollup.cache_read_tokens + excluded.cache_read_tokens,
                      cache_write_tokens = usage_rollup.cache_write_tokens + excluded.cache_write_tokens,
                      cache_write_1h_tokens = usage_rollup.cache_write_1h_tokens + excluded.cache_write_1h_tokens,
                      reasoning_tokens = usage_rollup.reasoning_tokens + excluded.reasoning_tokens,
                      cost = usage_rollup.cost + excluded.cost,
                      last_at = CASE WHEN excluded.last_at > usage_rollup.last_at THEN excluded.last_at
                      ELSE usage_rollup.last_at END,
                      last_agent = COALESCE(excluded.last_agent, usage_rollup.last_agent)";
    ADD_TO_ACCOUNT = r"INSERT INTO usage_account (account_id, day, requested, alias, model, provider_id, requests,
                         successes, prompt_tokens, completion_tokens, cache_read_tokens, cache_write_tokens,
                         cache_write_1h_tokens, reasoning_tokens, cost)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                       ON CONFLICT (account_id, day, requested, alias, model, provider_id) DO UPDATE SET
                         requests = usage_account.requests + excluded.requests,
                         successes = usage_account.successes + excluded.successes,
                         prompt_tokens = usage_account.prompt_tokens + excluded.prompt_tokens,
                         completion_tokens = usage_account.completion_tokens + excluded.completion_tokens,
                         cache_read_tokens = usage_account.cache_read_tokens + excluded.cache_read_tokens,
                         cache_write_tokens = usage_account.cache_write_tokens + excluded.cache_write_tokens,
                         cache_write_1h_tokens = usage_account.cache_write_1h_tokens + excluded.cache_write_1h_tokens,
                         reasoning_tokens = usage_account.reasoning_tokens + excluded.reasoning_tokens,
                         cost = usage_account.cost + excluded.cost";
}

/// Account, day, requested name, alias, model, provider.
type AccountGroup<'r> = (AccountId, i64, &'r str, &'r str, &'r str, &'r str);

/// Unit, key, start, requested name, alias, model, provider.
type Group<'r> = (&'static str, ApiKeyId, i64, &'r str, &'r str, &'r str, &'r str);

/// Adds new records to all sums, and notes when their keys were last used.
pub async fn sum_up(tx: &mut Tx, names: &KnownNames, records: &[&UsageRecord]) -> Result<(), StoreError> {
    let mut days: BTreeMap<(ApiKeyId, i64), (AccountId, Sums<'_>)> = BTreeMap::new();
    let mut groups: BTreeMap<Group<'_>, (AccountId, Sums<'_>)> = BTreeMap::new();
    let mut accounts: BTreeMap<AccountGroup<'_>, Sums<'_>> = BTreeMap::new();
    let mut uses: BTreeMap<ApiKeyId, Sums<'_>> = BTreeMap::new();

    for ((key, account, hour, requested, alias, model, provider), sums) in &kinds(records) {
        let (key, account, hour, day) = (*key, *account, *hour, hour.div_euclid(24));
        let start = || (account, Sums::default());
        days.entry((key, day)).or_insert_with(start).1.merge(sums);
        uses.entry(key).or_default().merge(sums);
        let requested = names.name(key, requested, hour);
        for (unit, at) in [("hour", hour), ("day", day)] {
            groups
                .entry((unit, key, at, requested, alias, model, provider))
                .or_insert_with(start)
                .1
                .merge(sums);
        }
        accounts
            .entry((account, day, requested, alias, model, provider))
            .or_default()
            .merge(sums);
    }

    // In the order of all transactions, so that no two wait for each other.
    for ((key, day), (account, sums)) in days {
        let cost = PicoUsd::from_pico(sums.cost);
        let row = args![
            key,
            day,
            account,
            sums.requests,
            sums.successes,
            sums.prompt,
            sums.completion,
            cost
        ];
        tx.run(ADD_TO_DAY, row).await?;
    }

    for ((unit, key, start, requested, alias, model, provider), (account, sums)) in groups {
        let mut row = args![unit, key, start, requested, alias, model, provider, account];
        row.extend(sums.counts());
        row.extend(args![sums.last_at, sums.last_agent]);
        tx.run(ADD_TO_ROLLUP, row).await?;
    }

    for ((account, day, requested, alias, model, provider), sums) in accounts {
        let mut row = args![account, day, requested, alias, model, provider];
        row.extend(sums.counts());
        tx.run(ADD_TO_ACCOUNT, row).await?;
    }

    let uses = uses
        .into_iter()
        .filter_map(|(key, sums)| Some((key, sums.last_at?, sums.last_agent.map(str::to_owned))));
    api_keys::mark_used(tx, uses.collect()).await
}
