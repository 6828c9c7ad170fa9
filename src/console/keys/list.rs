//! `GET /keys`: the list.

use actix_web::web;
use askama::Template;

use super::filter::{ListQuery, PER_PAGE};
use super::row::Row;
use crate::console::layout::{Frame, Nav};
use crate::console::state::Console;
use crate::console::web::ConsoleError;
use crate::console::web::reply::{self, Reply};
use crate::domain::Scope;

#[derive(Template)]
#[template(path = "keys/index.html")]
struct KeysPage {
    frame: Frame,
    query: ListQuery,
    rows: Vec<Row>,
    total: i64,
    /// Accounts that an admin can choose from, id and name; empty for other people.
    accounts: Vec<(String, String)>,
    /// People whose keys may be listed, id and address.
    people: Vec<(String, String)>,
    models: usize,
    gateway_url: String,
}

pub(super) async fn show(console: web::Data<Console>, frame: Frame, query: web::Query<ListQuery>) -> Reply {
    let page = load(&console, frame.at(Nav::Keys), query.into_inner())
        .await
        .map_err(|error| match error {
            ConsoleError::Store(error) => ConsoleError::Unloaded {
                what: "your keys",
                source: error,
            },
            error => error,
        })?;
    reply::ok(&page)
}

async fn load(console: &Console, frame: Frame, query: ListQuery) -> Result<KeysPage, ConsoleError> {
    let now = console.now();
    let who = &frame.who;
    let scope = query.scope(who);

    let found = console.store.api_keys().page(scope, &query.filter(who), now).await?;
    let catalog = console.catalog().await?;
    let accounts = if who.scope() == Scope::All {
        console.store.accounts().list().await?
    } else {
        Vec::new()
    };
    let people = console.store.people().list(scope).await?;

    Ok(KeysPage {
        query,
        rows: found.rows.into_iter().map(|row| Row::new(row, &catalog, now)).collect(),
        total: found.total,
        accounts: accounts
            .into_iter()
            .map(|account| (account.id.to_string(), account.name.into()))
            .collect(),
        people: people
            .into_iter()
            .map(|person| (person.id.to_string(), person.email.to_string()))
            .collect(),
        models: catalog.all_callable().count(),
        gateway_url: console.options.gateway_url.clone(),
        frame,
    })
}

impl KeysPage {
    fn count(&self) -> String {
        if self.total == 1 {
            "1 key".into()
        } else {
            format!("{} keys", self.total)
        }
    }

    /// Whether there is nothing to list or to filter yet.
    fn is_new(&self) -> bool {
        self.total == 0 && !self.query.narrows()
    }

    fn may_write(&self) -> bool {
        self.frame.who.may_write()
    }

    fn shows_accounts(&self) -> bool {
        self.accounts.len() > 1
    }

    fn last_page(&self) -> u32 {
        u32::try_from(self.total).unwrap_or(u32::MAX).div_ceil(PER_PAGE).max(1)
    }

    /// The page numbers to show: the first, the last and those around this one; `None` where some are left out.
    fn pages(&self) -> Vec<Option<u32>> {
        let (here, last) = (self.query.page(), self.last_page());
        let near = |page: &u32| *page == 1 || *page == last || page.abs_diff(here) <= 1;
        let mut shown: Vec<Option<u32>> = Vec::new();
        for page in (1..=last.min(10_000)).filter(near) {
            if shown.last().copied().flatten().is_some_and(|before| before + 1 < page) {
                shown.push(None);
            }
            shown.push(Some(page));
        }
        shown
    }

    fn before(&self) -> Option<u32> {
        (self.query.page() > 1).then(|| self.query.page() - 1)
    }

    fn after(&self) -> Option<u32> {
        (self.query.page() < self.last_page()).then(|| self.query.page() + 1)
    }
}
