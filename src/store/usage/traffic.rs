//! The traffic of a key's clients, name by name, from the sums of usage.

use super::records::Usage;
use crate::domain::{ApiKeyId, Ran, Sent, Timestamp, Tokens, Traffic, TrafficWindow};
use crate::store::engine::{Row, StoreError, Table, args, sql};

sql! {
    // A name's last agent comes after the moment at which it was seen, which has as many digits until the year 2286: the
    // greatest such text is the latest.
    TRAFFIC = r"WITH parts AS (SELECT requested, model, SUM(requests) AS requests, SUM(successes) AS successes,
                SUM(prompt_tokens) AS prompt_tokens, SUM(completion_tokens) AS completion_tokens,
                SUM(cache_read_tokens) AS cache_read_tokens, SUM(cache_write_tokens) AS cache_write_tokens,
                SUM(cache_write_1h_tokens) AS cache_write_1h_tokens, SUM(reasoning_tokens) AS reasoning_tokens,
                SUM(cost) AS cost, MAX(CAST(last_at AS TEXT) || ' ' || last_agent) AS agent FROM (
                SELECT requested, model, requests, successes, prompt_tokens, completion_tokens, cache_read_tokens,
                cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, cost, last_at, last_agent FROM usage_rollup
                WHERE unit = $1 AND api_key_id = $2 AND start > $3 UNION ALL
                SELECT requested, '', requests, 0, 0, 0, 0, 0, 0, 0, 0, last_at, last_agent FROM usage_refused
                WHERE unit = $1 AND api_key_id = $2 AND start > $3) AS sent GROUP BY requested, model),
                often AS (SELECT requested AS name, SUM(requests) AS total FROM parts WHERE requested <> $4
                GROUP BY requested ORDER BY 2 DESC, 1 LIMIT 200)
                SELECT often.name AS requested, CASE WHEN often.name IS NULL THEN '' ELSE parts.model END AS model,
                CAST(MAX(often.total) AS BIGINT) AS total, CAST(SUM(parts.requests) AS BIGINT) AS requests,
                CAST(SUM(parts.successes) AS BIGINT) AS successes,
                CAST(SUM(parts.prompt_tokens) AS BIGINT) AS prompt_tokens,
                CAST(SUM(parts.completion_tokens) AS BIGINT) AS completion_tokens,
                CAST(SUM(parts.cache_read_tokens) AS BIGINT) AS cache_read_tokens,
                CAST(SUM(parts.cache_write_tokens) AS BIGINT) AS cache_write_tokens,
                CAST(SUM(parts.cache_write_1h_tokens) AS BIGINT) AS cache_write_1h_tokens,
                CAST(SUM(parts.reasoning_tokens) AS BIGINT) AS reasoning_tokens,
                CAST(SUM(parts.cost) AS BIGINT) AS cost, MAX(parts.agent) AS agent
                FROM parts LEFT JOIN often ON often.name = parts.requested GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2";
}
const TABLE: Table = Table {
    name: "usage_rollup",
    id: "requested",
};

impl Usage<'_> {
    /// The traffic of a key's clients up to now: the 200 most frequent names, and the rest together. The caller checks that
    /// the reader may see the key.
    pub async fn traffic(self, key: ApiKeyId, window: TrafficWindow, now: Timestamp) -> Result<Traffic, StoreError> {
        let (unit, before) = match window {
            TrafficWindow::Day => ("hour", now.hour() - 24),
            TrafficWindow::Week => ("day", now.day() - 7),
            TrafficWindow::Month => ("day", now.day() - 30),
        };
        let rows = self.0.all(TRAFFIC, args![unit, key, before, Traffic::OTHER]).await?;
        let mut traffic = Traffic::default();
        let mut seen: Option<String> = None;

        for row in &rows {
            let ran = ran(row)?;
            let Some(name) = row.get::<Option<String>>("requested")? else {
                traffic.others = Some(ran);
                continue;
            };
            let agent: Option<String> = row.get("agent")?;
            if traffic.names.last().is_none_or(|last| last.name != name) {
                traffic.names.push(Sent {
                    name,
                    agent: None,
                    ran: Vec::new(),
                });
                seen = None;
            }
            if let Some(sent) = traffic.names.last_mut() {
                sent.ran.push(ran);
                seen = seen.max(agent);
                sent.agent = seen
                    .as_deref()
                    .and_then(|seen| Some(seen.split_once(' ')?.1.to_owned()));
            }
        }

        Ok(traffic)
    }
}

fn ran(row: &Row) -> Result<Ran, StoreError> {
    let count = |column: &'static str| -> Result<u64, StoreError> {
        u64::try_from(row.get::<i64>(column)?).map_err(|_| row.corrupt(TABLE, column))
    };
    Ok(Ran {
        model: row.get("model")?,
        requests: count("requests")?,
        successes: count("successes")?,
        tokens: Tokens {
            prompt: count("prompt_tokens")?,
            completion: count("completion_tokens")?,
            cache_read: count("cache_read_tokens")?,
            cache_write: count("cache_write_tokens")?,
            cache_write_1h: count("cache_write_1h_tokens")?,
            reasoning: count("reasoning_tokens")?,
        },
        cost: row.get("cost")?,
    })
}
