//! `GET /requests/export.csv`: the same selection as the list, the newest first.

use std::time::Duration;

use actix_web::web;
use futures_util::stream;

use super::query::RequestQuery;
use crate::console::format::When;
use crate::console::layout::Frame;
use crate::console::state::Console;
use crate::console::web::reply::Reply;
use crate::console::web::{ConsoleError, csv};
use crate::domain::{RequestId, Scope, UsageRecord};
use crate::store::{Next, RequestFilter, RequestRow};

/// The most lines of one file.
pub(super) const MOST: usize = 100_000;
/// The same number as the page writes it.
pub(super) const MOST_IN_WORDS: &str = "100,000";
/// How many requests are read at once.
const PORTION: u32 = 1_000;
/// How many portions are read for one file: a search for something rare ends here at the latest.
const PORTIONS: usize = 1_000;

const HEAD: [&str; 31] = [
    "id",
    "time",
    "account_id",
    "key_id",
    "key",
    "requested",
    "alias",
    "match",
    "model",
    "provider",
    "protocol",
    "stream",
    "status",
    "error",
    "state",
    "source",
    "input_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "thinking_tokens",
    "searches",
    "cost_usd",
    "held_usd",
    "latency_ms",
    "first_byte_ms",
    "attempts",
    "client",
    "adapted",
    "used",
];

/// The position in the file that is being sent.
struct Cursor {
    console: Console,
    scope: Scope,
    filter: RequestFilter,
    before: Option<RequestId>,
    lines: usize,
    portions: usize,
}

pub(super) async fn all(console: web::Data<Console>, frame: Frame, query: web::Query<RequestQuery>) -> Reply {
    let query = query.into_inner();
    let cursor = Cursor {
        console: console.get_ref().clone(),
        scope: query.scope(&frame.who),
        filter: query.filter(),
        before: None,
        lines: 0,
        portions: 0,
    };

    let portions = stream::unfold(Some(cursor), |cursor| async move {
        match portion(cursor?).await {
            Ok((text, next)) => Some((Ok(text), next)),
            Err(error) => Some((Err(error), None)),
        }
    });
    Ok(csv::file("crossmodel-requests.csv", csv::line(HEAD), portions))
}

async fn portion(mut cursor: Cursor) -> Result<(String, Option<Cursor>), ConsoleError> {
    let most = u32::try_from(MOST - cursor.lines).unwrap_or(PORTION).min(PORTION);
    let page = cursor
        .console
        .store
        .usage()
        .requests(cursor.scope, &cursor.filter, cursor.before, most, Duration::MAX)
        .await?;

    let text = page.rows.iter().map(line).collect();
    cursor.lines += page.rows.len();
    cursor.portions += 1;
    cursor.before = match page.next {
        Next::Older(id) | Next::Further(id) if cursor.lines < MOST && cursor.portions < PORTIONS => Some(id),
        Next::Older(_) | Next::Further(_) | Next::End => None,
    };

    Ok((text, cursor.before.is_some().then_some(cursor)))
}

fn line(row: &RequestRow) -> String {
    let RequestRow { record, key_name } = row;
    let UsageRecord { tokens, .. } = record;
    let alias = record.alias.as_ref();
    let first_byte = record.first_byte_ms.map(|ms| ms.to_string());

    let cells = [
        record.id.to_string(),
        When::new(record.at, record.at).machine(),
        record.account.to_string(),
        record.key.to_string(),
        key_name.clone().unwrap_or_default(),
        record.requested.clone(),
        alias.map(|(name, _)| name.to_string()).unwrap_or_default(),
        alias.map(|(_, matching)| matching.to_string()).unwrap_or_default(),
        record.model.clone(),
        record.provider.to_string(),
        record.protocol.clone(),
        record.stream.to_string(),
        record.status.to_string(),
        record.error.clone().unwrap_or_default(),
        record.state.as_str().to_owned(),
        record.source.as_str().to_owned(),
        tokens.prompt.to_string(),
        tokens.cache_read.to_string(),
        tokens.cache_write.to_string(),
        tokens.cache_write_1h.to_string(),
        tokens.completion.to_string(),
        tokens.reasoning.to_string(),
        record.searches.to_string(),
        record.cost.to_string(),
        record.held.to_string(),
        record.latency_ms.to_string(),
        first_byte.unwrap_or_default(),
        record.attempts.len().to_string(),
        record.agent.clone().unwrap_or_default(),
        record.adapted.clone().unwrap_or_default(),
        record.used.map(|used| used.to_string()).unwrap_or_default(),
    ];
    csv::line(cells.iter().map(String::as_str))
}
