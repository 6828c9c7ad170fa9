//! `GET /usage/export.csv`: one line per UTC day, key, name asked for, alias, real model and provider.

use actix_web::web;
use futures_util::stream;

use super::query::UsageQuery;
use crate::console::format::days;
use crate::console::layout::Frame;
use crate::console::state::Console;
use crate::console::web::reply::Reply;
use crate::console::web::{ConsoleError, csv};
use crate::domain::Scope;
use crate::store::{ReportFilter, UsageRow};

const HEAD: [&str; 14] = [
    "day",
    "account",
    "key_id",
    "key",
    "requested",
    "alias",
    "model",
    "provider",
    "requests",
    "successes",
    "input_tokens",
    "cached_input_tokens",
    "output_tokens",
    "cost_usd",
];

/// The same selection as the page, the first day first. Read and sent a day at a time.
pub(super) async fn all(console: web::Data<Console>, frame: Frame, query: web::Query<UsageQuery>) -> Reply {
    let query = query.into_inner();
    let (scope, filter) = (query.scope(&frame.who), query.filter(console.now().day()));
    let console = console.get_ref().clone();
    let from = filter.from;
    let days = stream::unfold(
        (console, scope, filter, from),
        |(console, scope, filter, day)| async move {
            if day > filter.to {
                return None;
            }
            let lines = lines(&console, scope, &filter, day).await;
            Some((lines, (console, scope, filter, day + 1)))
        },
    );
    Ok(csv::file("crossmodel-usage.csv", csv::line(HEAD), days))
}

async fn lines(console: &Console, scope: Scope, filter: &ReportFilter, day: i64) -> Result<String, ConsoleError> {
    let rows = console.store.usage().report_day(scope, filter, day).await?;
    Ok(rows.iter().map(line).collect())
}

fn line(row: &UsageRow) -> String {
    let sums = &row.sums;
    let (day, key, cost) = (days::iso_day(row.day), row.key.to_string(), sums.cost.to_string());
    let counts = [
        sums.requests,
        sums.successes,
        sums.prompt,
        sums.cache_read,
        sums.completion,
    ]
    .map(|it| it.to_string());
    let names = [
        day.as_str(),
        &row.account,
        &key,
        row.key_name.as_deref().unwrap_or_default(),
        &row.requested,
        &row.alias,
        &row.model,
        &row.provider,
    ];
    csv::line(
        names
            .into_iter()
            .chain(counts.iter().map(String::as_str))
            .chain([cost.as_str()]),
    )
}
