//! `GET /usage`: the page.

use actix_web::web;
use askama::Template;
use futures_util::future::try_join_all;

use super::chart::{Chart, Drawing, SERIES, Series};
use super::query::{By, UsageQuery};
use super::table::{Links, Name, Table, key_name, name_row};
use crate::console::format::figures;
use crate::console::layout::{Frame, Nav};
use crate::console::state::Console;
use crate::console::web::ConsoleError;
use crate::console::web::reply::{self, Reply};
use crate::domain::{AccountId, PicoUsd, Scope, format};
use crate::store::{ReportFilter, UsageReport, UsageSums};

/// The most keys that can be chosen from in a list.
const KEYS: usize = 200;

#[derive(Template)]
#[template(path = "usage/index.html", blocks = ["report"])]
struct UsagePage {
    frame: Frame,
    query: UsageQuery,
    /// Accounts that an admin can choose from, id and name.
    accounts: Vec<(String, String)>,
    /// Keys to choose from, id and name; those of one account.
    keys: Vec<(String, String)>,
    figures: Vec<Figure>,
    charts: Vec<Chart>,
    tables: Vec<Table>,
    /// Why there is no table of keys, if there is none.
    keys_hidden: bool,
    empty: bool,
    period: String,
    gateway_url: String,
}

/// One headline figure.
struct Figure {
    name: &'static str,
    value: String,
    note: String,
}

pub(super) async fn show(console: web::Data<Console>, frame: Frame, query: web::Query<UsageQuery>) -> Reply {
    let page = load(&console, frame.at(Nav::Usage), query.into_inner())
        .await
        .map_err(|error| match error {
            ConsoleError::Store(source) => ConsoleError::Unloaded {
                what: "your usage",
                source,
            },
            error => error,
        })?;
    reply::ok(&page)
}

async fn load(console: &Console, frame: Frame, query: UsageQuery) -> Result<UsagePage, ConsoleError> {
    let who = &frame.who;
    let (scope, today) = (query.scope(who), console.now().day());
    let filter = query.filter(today);
    let report = console.store.usage().report(scope, &filter).await?;
    let accounts = if who.scope() == Scope::All {
        console.store.accounts().list().await?
    } else {
        Vec::new()
    };
    let accounts: Vec<(AccountId, String)> = accounts.into_iter().map(|it| (it.id, it.name.into())).collect();
    let keys = if scope == Scope::All && accounts.len() > 1 {
        Vec::new()
    } else {
        console.store.api_keys().all(scope).await?
    };
    let links = links(&query, &filter);
    Ok(UsagePage {
        figures: headline(&report.totals),
        charts: vec![
            cost_chart(console, scope, &filter, &report, query.by(), &accounts).await?,
            token_chart(&filter, &report),
        ],
        tables: tables(&report, &links, &accounts),
        keys_hidden: report.keys.is_none(),
        empty: report.totals.requests == 0,
        period: format!(
            "{} to {}, UTC days",
            figures::day(filter.from),
            figures::full_day(filter.to)
        ),
        keys: keys
            .into_iter()
            .take(KEYS)
            .map(|key| (key.id.to_string(), key.name.into()))
            .collect(),
        accounts: accounts.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
        gateway_url: console.options.gateway_url.clone(),
        query,
        frame,
    })
}

fn headline(totals: &UsageSums) -> Vec<Figure> {
    let failed = totals.requests - totals.successes;
    let each = totals
        .cost
        .pico()
        .checked_div(totals.requests)
        .map(PicoUsd::from_pico)
        .unwrap_or_default();
    let figure = |name, value, note| Figure { name, value, note };
    let failures = match failed {
        0 => "none failed".into(),
        1 => "1 failed".into(),
        failed => format!("{} failed", figures::count(failed)),
    };
    vec![
        figure(
            "Cost",
            format::dollars(totals.cost),
            format!("{} a request", figures::money(each)),
        ),
        figure("Requests", figures::count(totals.requests), failures),
        figure(
            "Answered",
            figures::share(totals.successes, totals.requests),
            "status below 400".into(),
        ),
        figure(
            "Tokens in",
            figures::short(totals.prompt),
            figures::count(totals.prompt),
        ),
        figure(
            "Tokens out",
            figures::short(totals.completion),
            figures::count(totals.completion),
        ),
        figure(
            "Cached",
            figures::share(totals.cache_read, totals.prompt),
            "of tokens in, read from a cache".into(),
        ),
    ]
}

/// What stays in the links to requests: the days and what the page is narrowed to.
fn links(query: &UsageQuery, filter: &ReportFilter) -> Links {
    let said = [
        ("account", query.account.clone()),
        ("key", query.key.clone()),
        ("name", query.name.clone()),
        ("alias", query.alias.clone()),
        ("model", query.model.clone()),
        ("provider", query.provider.clone()),
        ("from", figures::iso_day(filter.from)),
        ("to", figures::iso_day(filter.to)),
    ];
    Links { said: said.into() }
}

fn tables(report: &UsageReport, links: &Links, accounts: &[(AccountId, String)]) -> Vec<Table> {
    let with = (&report.totals, links);
    let account_name = |id: AccountId| {
        accounts
            .iter()
            .find(|(known, _)| *known == id)
            .map(|(_, name)| name.clone())
    };
    let mut tables = Vec::new();
    if let Some(top) = report.accounts.as_ref().filter(|top| top.rows.len() > 1) {
        tables.push(Table::new("accounts", "By account", "Account", top, with, |it| Name {
            name: it.name.clone(),
            note: String::new(),
            mono: false,
            only: vec![("account", it.id.to_string())],
        }));
    }
    if let Some(top) = &report.keys {
        tables.push(Table::new("keys", "By key", "Key", top, with, |it| Name {
            name: key_name(it.id, it.name.as_deref()),
            note: account_name(it.account)
                .filter(|_| accounts.len() > 1)
                .unwrap_or_default(),
            mono: false,
            only: vec![("key", it.id.to_string())],
        }));
    }
    let plain = |what: &'static str| {
        move |name: &String| Name {
            name: name.clone(),
            note: String::new(),
            mono: true,
            only: vec![(what, name.clone())],
        }
    };
    tables.push(Table::new(
        "names",
        "By name and alias",
        "Name asked for",
        &report.names,
        with,
        name_row,
    ));
    tables.push(Table::new(
        "models",
        "By real model",
        "Real model",
        &report.models,
        with,
        plain("model"),
    ));
    tables.push(Table::new(
        "providers",
        "By provider",
        "Provider",
        &report.providers,
        with,
        plain("provider"),
    ));
    tables
}

/// Cost by day, told apart by something: its six dearest, and the rest.
async fn cost_chart(
    console: &Console,
    scope: Scope,
    filter: &ReportFilter,
    report: &UsageReport,
    by: By,
    accounts: &[(AccountId, String)],
) -> Result<Chart, ConsoleError> {
    let costs = |days: &[(i64, UsageSums)]| by_day(filter, days.iter().map(|(day, sums)| (*day, sums.cost.pico())));
    let of_days = |rows: &[(i64, String, UsageSums)], name: &str| {
        by_day(
            filter,
            rows.iter()
                .filter(|(_, it, _)| it == name)
                .map(|(day, _, sums)| (*day, sums.cost.pico())),
        )
    };
    // What the day sums have beside each day is asked for, one after the other.
    let mut asked: Vec<(String, Scope, ReportFilter)> = Vec::new();
    let mut series: Vec<Series> = Vec::new();
    match (by, &report.keys, &report.accounts) {
        (By::Provider, ..) => {
            let names = report.providers.rows.iter().take(SERIES).map(|(name, _)| name);
            series.extend(names.map(|it| Series {
                name: it.clone(),
                values: of_days(&report.provider_days, it),
            }));
        }
        (By::Name, ..) => asked.extend(report.names.rows.iter().take(SERIES).map(|((name, alias), _)| {
            let shown = if alias.is_empty() {
                format::visible(name)
            } else {
                format!("{} by {alias}", format::visible(name))
            };
            let only = ReportFilter {
                requested: Some(name.clone()),
                alias: Some(alias.clone()),
                ..filter.clone()
            };
            (shown, scope, only)
        })),
        (By::Key, Some(keys), _) => asked.extend(keys.rows.iter().take(SERIES).map(|(key, _)| {
            let account = accounts
                .iter()
                .find(|(id, _)| *id == key.account && scope == Scope::All);
            let name = key_name(key.id, key.name.as_deref());
            let name = account.map_or(name.clone(), |(_, account)| format!("{name} of {account}"));
            (
                name,
                scope,
                ReportFilter {
                    key: Some(key.id),
                    ..filter.clone()
                },
            )
        })),
        (By::Account, _, Some(accounts)) => asked.extend(
            accounts
                .rows
                .iter()
                .take(SERIES)
                .map(|(it, _)| (it.name.clone(), Scope::Account(it.id), filter.clone())),
        ),
        _ => {
            let names = report.models.rows.iter().take(SERIES).map(|(name, _)| name);
            series.extend(names.map(|it| Series {
                name: it.clone(),
                values: of_days(&report.model_days, it),
            }));
        }
    }
    let found = try_join_all(
        asked
            .iter()
            .map(|(_, scope, filter)| console.store.usage().report_days(*scope, filter)),
    );
    for ((name, ..), days) in asked.iter().zip(found.await?) {
        series.push(Series {
            name: name.clone(),
            values: costs(&days),
        });
    }
    let rest: Vec<i64> = costs(&report.days)
        .into_iter()
        .enumerate()
        .map(|(day, total)| total - series.iter().filter_map(|it| it.values.get(day)).sum::<i64>())
        .collect();
    if rest.iter().any(|value| *value > 0) {
        series.resize(
            SERIES.min(series.len()),
            Series {
                name: String::new(),
                values: Vec::new(),
            },
        );
        series.push(Series {
            name: "Everything else".into(),
            values: rest,
        });
    }
    let text = |pico: i64| format::dollars(PicoUsd::from_pico(pico));
    Ok(Drawing {
        id: "cost",
        title: "Cost by day",
        what: "Cost",
        from: filter.from,
        series,
        text: &text,
    }
    .draw())
}

/// Tokens by day: what was sent, what of it came from a cache, what was answered.
fn token_chart(filter: &ReportFilter, report: &UsageReport) -> Chart {
    let series = |name: &str, of: fn(&UsageSums) -> i64| Series {
        name: name.into(),
        values: by_day(filter, report.days.iter().map(|(day, sums)| (*day, of(sums)))),
    };
    let series = vec![
        series("In, not cached", |sums| (sums.prompt - sums.cache_read).max(0)),
        series("In, read from a cache", |sums| sums.cache_read),
        series("Out", |sums| sums.completion),
    ];
    let (title, what) = ("Tokens by day", "Tokens");
    Drawing {
        id: "tokens",
        title,
        what,
        from: filter.from,
        series,
        text: &figures::short,
    }
    .draw()
}

/// A value for every day of the report.
fn by_day(filter: &ReportFilter, values: impl Iterator<Item = (i64, i64)>) -> Vec<i64> {
    let mut days = vec![0_i64; usize::try_from(filter.to - filter.from + 1).unwrap_or(0)];
    for (day, value) in values {
        let place = usize::try_from(day - filter.from).ok();
        if let Some(sum) = place.and_then(|place| days.get_mut(place)) {
            *sum = sum.saturating_add(value);
        }
    }
    days
}

impl UsagePage {
    /// What the cost can be told apart by here.
    fn choices(&self) -> Vec<By> {
        let all = self.accounts.len() > 1 && self.query.account.is_empty() && self.query.key.is_empty();
        By::ALL.into_iter().filter(|by| all || *by != By::Account).collect()
    }

    fn shows_accounts(&self) -> bool {
        self.accounts.len() > 1
    }

    fn is_new(&self) -> bool {
        self.empty && !self.query.narrows()
    }
}
