//! `GET /usage`: the page.

use actix_web::web;
use askama::Template;

use super::breakdown::{links, tables};
use super::chart::Chart;
use super::cost_chart::CostChart;
use super::headline::{Figure, headline};
use super::query::{By, UsageQuery};
use super::table::Table;
use super::token_chart::token_chart;
use crate::console::format::days;
use crate::console::layout::{Frame, Nav};
use crate::console::state::Console;
use crate::console::web::ConsoleError;
use crate::console::web::reply::{self, Reply};
use crate::domain::{AccountId, Scope};

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
    let scope = query.scope(who);
    let filter = query.filter(console.now().day());

    let report = console.store.usage().report(scope, &filter).await?;
    let accounts = accounts(console, who.scope()).await?;
    let keys = if scope == Scope::All && accounts.len() > 1 {
        Vec::new()
    } else {
        console.store.api_keys().all(scope).await?
    };

    let chart = CostChart {
        scope,
        filter: &filter,
        report: &report,
        accounts: &accounts,
    };
    let charts = vec![chart.draw(console, query.by()).await?, token_chart(&filter, &report)];

    Ok(UsagePage {
        figures: headline(&report.totals),
        charts,
        tables: tables(&report, &links(&query, &filter), &accounts),
        keys_hidden: report.keys.is_none(),
        empty: report.totals.requests == 0,
        period: format!("{} to {}, UTC days", days::day(filter.from), days::full_day(filter.to)),
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

/// The accounts that the page may name: all of them for an admin, none for anyone else.
async fn accounts(console: &Console, scope: Scope) -> Result<Vec<(AccountId, String)>, ConsoleError> {
    if scope != Scope::All {
        return Ok(Vec::new());
    }
    let accounts = console.store.accounts().list().await?.into_iter();
    Ok(accounts.map(|account| (account.id, account.name.into())).collect())
}

impl UsagePage {
    /// What the cost can be split by here.
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
