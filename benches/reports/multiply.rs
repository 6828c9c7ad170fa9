//! Makes ten records of each one: copies under other keys of the same account, and all sums computed anew. The program's own
//! way to write takes minutes for a million records; this is the way to ten million.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

use super::Error;

/// Copies a key's records to the key that is `{n}` further in its account. The id keeps its time.
const COPY: &str = r"INSERT INTO usage_record (id, account_id, api_key_id, key_revision, at, requested, alias, matching, model, 
    provider_id, protocol, stream, status, error, prompt_tokens, completion_tokens, cache_read_tokens, cache_write_tokens, 
    cache_write_1h_tokens, reasoning_tokens, source, cost, latency_ms, first_byte_ms, agent, attempts, state, held, 
    price_id, entry_id, service_tier, searches) 
    SELECT SUBSTR(r.id, 1, 34) || '0{n}', r.account_id, s.new_id, key_revision, at, requested, alias, matching, model, 
    provider_id, protocol, stream, status, error, prompt_tokens, completion_tokens, cache_read_tokens, cache_write_tokens, 
    cache_write_1h_tokens, reasoning_tokens, source, cost, latency_ms, first_byte_ms, agent, attempts, state, held, 
    price_id, entry_id, service_tier, searches 
    FROM usage_record r JOIN (SELECT o.id AS old_id, n.id AS new_id FROM api_key o JOIN api_key n 
    ON n.account_id = o.account_id AND CAST(SUBSTR(n.name, 5) AS INTEGER) = (CAST(SUBSTR(o.name, 5) AS INTEGER) + {n}) % 20) s 
    ON s.old_id = r.api_key_id WHERE r.id < 'g' AND SUBSTR(r.id, 35, 1) <> '0' ON CONFLICT (id) DO NOTHING";

/// The sums, as the program keeps them. It counts at most 200 names of a key and hour apart; here there are fewer.
const SUMS: [&str; 7] = [
    "DELETE FROM usage_daily",
    "DELETE FROM usage_rollup",
    "DELETE FROM usage_account",
    r"INSERT INTO usage_rollup SELECT 'hour', api_key_id, at / 3600000, requested, COALESCE(alias, ''), model, provider_id, 
     MIN(account_id), COUNT(*), CAST(SUM(CASE WHEN status < 400 THEN 1 ELSE 0 END) AS BIGINT), 
     CAST(SUM(prompt_tokens) AS BIGINT), CAST(SUM(completion_tokens) AS BIGINT), CAST(SUM(cache_read_tokens) AS BIGINT), 
     CAST(SUM(cache_write_tokens) AS BIGINT), CAST(SUM(cache_write_1h_tokens) AS BIGINT), 
     CAST(SUM(reasoning_tokens) AS BIGINT), CAST(SUM(cost) AS BIGINT), MAX(at), MAX(agent) FROM usage_record 
     GROUP BY api_key_id, at / 3600000, requested, COALESCE(alias, ''), model, provider_id",
    r"INSERT INTO usage_rollup SELECT 'day', api_key_id, start / 24, requested, alias, model, provider_id, MIN(account_id), 
     CAST(SUM(requests) AS BIGINT), CAST(SUM(successes) AS BIGINT), CAST(SUM(prompt_tokens) AS BIGINT), 
     CAST(SUM(completion_tokens) AS BIGINT), CAST(SUM(cache_read_tokens) AS BIGINT), 
     CAST(SUM(cache_write_tokens) AS BIGINT), CAST(SUM(cache_write_1h_tokens) AS BIGINT), 
     CAST(SUM(reasoning_tokens) AS BIGINT), CAST(SUM(cost) AS BIGINT), MAX(last_at), MAX(last_agent) FROM usage_rollup 
     GROUP BY api_key_id, start / 24, requested, alias, model, provider_id",
    r"INSERT INTO usage_account SELECT account_id, start, requested, alias, model, provider_id, 
     CAST(SUM(requests) AS BIGINT), CAST(SUM(successes) AS BIGINT), CAST(SUM(prompt_tokens) AS BIGINT), 
     CAST(SUM(completion_tokens) AS BIGINT), CAST(SUM(cache_read_tokens) AS BIGINT), 
     CAST(SUM(cache_write_tokens) AS BIGINT), CAST(SUM(cache_write_1h_tokens) AS BIGINT), 
     CAST(SUM(reasoning_tokens) AS BIGINT), CAST(SUM(cost) AS BIGINT) FROM usage_rollup WHERE unit = 'day' 
     GROUP BY account_id, start, requested, alias, model, provider_id",
    r"INSERT INTO usage_daily SELECT api_key_id, start, MIN(account_id), CAST(SUM(requests) AS BIGINT), 
     CAST(SUM(successes) AS BIGINT), CAST(SUM(prompt_tokens) AS BIGINT), CAST(SUM(completion_tokens) AS BIGINT), 
     CAST(SUM(cost) AS BIGINT) FROM usage_rollup WHERE unit = 'day' GROUP BY api_key_id, start",
];

/// Makes ten records of each one.
pub async fn by_ten(url: &str) -> Result<(), Error> {
    let copies = (1..10).map(|n: u32| COPY.replace("{n}", &n.to_string()));
    let statements: Vec<String> = copies.chain(SUMS.map(str::to_owned)).collect();

    if url.starts_with("sqlite:") {
        let mut database = SqliteConnection::connect(url).await?;
        for text in ["PRAGMA synchronous = NORMAL", "PRAGMA cache_size = -500000"] {
            database.execute(text).await?;
        }
        for text in statements {
            database.execute(AssertSqlSafe(text)).await?;
        }
        database.close().await?;
    } else {
        let mut database = PgConnection::connect(url).await?;
        for text in statements.into_iter().chain(["VACUUM ANALYZE".to_owned()]) {
            database.execute(AssertSqlSafe(text)).await?;
        }
        database.close().await?;
    }
    Ok(())
}
