//! `GET /requests`: the list, the newest first.

use actix_web::web;
use askama::Template;

use super::query::{RequestQuery, STATUSES};
use super::row::Row;
use crate::console::format::When;
use crate::console::layout::{Frame, Nav};
use crate::console::state::Console;
use crate::console::web::ConsoleError;
use crate::console::web::reply::{self, Reply};
use crate::domain::{CallState, Scope};
use crate::store::Next;

const PER_PAGE: u32 = 50;
/// The most keys that can be chosen from in a list.
const KEYS: usize = 200;

#[derive(Template)]
#[template(path = "requests/index.html")]
struct RequestsPage {
    frame: Frame,
    query: RequestQuery,
    rows: Vec<Row>,
    next: Next,
    /// How far back the search looked, if it stopped before its end.
    searched_to: Option<When>,
    /// Accounts that an admin can choose from, id and name; empty for other people.
    accounts: Vec<(String, String)>,
    /// Keys to choose from, id and name; those of one account.
    keys: Vec<(String, String)>,
    /// Providers to choose from, id and name.
    providers: Vec<(String, String)>,
    today: String,
    gateway_url: String,
}

pub(super) async fn show(console: web::Data<Console>, frame: Frame, query: web::Query<RequestQuery>) -> Reply {
    let page = load(&console, frame.at(Nav::Requests), query.into_inner())
        .await
        .map_err(|error| match error {
            ConsoleError::Store(source) => ConsoleError::Unloaded {
                what: "your requests",
                source,
            },
            error => error,
        })?;
    reply::ok(&page)
}

async fn load(console: &Console, frame: Frame, query: RequestQuery) -> Result<RequestsPage, ConsoleError> {
    let (now, who) = (console.now(), &frame.who);
    let scope = query.scope(who);
    let patience = console.options.search_patience;
    let page = console
        .store
        .usage()
        .requests(scope, &query.filter(), query.before(), PER_PAGE, patience)
        .await?;

    let accounts = if who.scope() == Scope::All {
        console.store.accounts().list().await?
    } else {
        Vec::new()
    };
    let keys = if scope == Scope::All && accounts.len() > 1 {
        Vec::new()
    } else {
        console.store.api_keys().all(scope).await?
    };
    let catalog = console.catalog().await?;

    Ok(RequestsPage {
        rows: page.rows.iter().map(|row| Row::new(row, now)).collect(),
        searched_to: match page.next {
            Next::Further(id) => Some(When::new(id.made_at(), now)),
            Next::End | Next::Older(_) => None,
        },
        next: page.next,
        accounts: accounts
            .into_iter()
            .map(|account| (account.id.to_string(), account.name.into()))
            .collect(),
        keys: keys
            .into_iter()
            .take(KEYS)
            .map(|key| (key.id.to_string(), key.name.into()))
            .collect(),
        providers: catalog
            .providers()
            .map(|it| (it.id.to_string(), it.name.clone()))
            .collect(),
        today: When::new(now, now).machine_date(),
        gateway_url: console.options.gateway_url.clone(),
        query,
        frame,
    })
}

impl RequestsPage {
    /// Whether there is nothing to list or to filter yet.
    fn is_new(&self) -> bool {
        self.rows.is_empty() && !self.query.narrows() && self.query.before.is_empty() && self.next == Next::End
    }

    fn shows_accounts(&self) -> bool {
        self.accounts.len() > 1
    }

    /// The address of what comes next, if the page is full.
    fn older(&self) -> Option<String> {
        match self.next {
            Next::Older(id) => Some(self.query.after(id)),
            Next::End | Next::Further(_) => None,
        }
    }

    /// The address that goes on where the search stopped.
    fn further(&self) -> Option<String> {
        match self.next {
            Next::Further(id) => Some(self.query.after(id)),
            Next::End | Next::Older(_) => None,
        }
    }

    /// `50 requests, newest first`, as far as they are known.
    fn count(&self) -> String {
        let many = match self.rows.len() {
            1 => "1 request".to_owned(),
            many => format!("{many} requests"),
        };
        if self.next == Next::End && self.query.before.is_empty() {
            many
        } else {
            format!("{many} on this page")
        }
    }

    /// The status of the address, if the list of choices does not have it.
    fn other_status(&self) -> Option<&str> {
        let status = self.query.status.as_str();
        let known = status.is_empty() || STATUSES.iter().any(|(name, _)| *name == status);
        (!known && self.query.filter().status.is_some()).then_some(status)
    }

    fn states(&self) -> [CallState; 4] {
        CallState::ALL
    }

    fn statuses(&self) -> [(&'static str, &'static str); 4] {
        STATUSES
    }
}
