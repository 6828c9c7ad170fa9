//! The list of keys and everything that a person does with a key, as plain forms and as fragments.

mod access;
mod changes;
mod create;
mod limits;
mod list;
mod secret;

use crossmodel::domain::Role;
use scraper::{ElementRef, Html, Selector};

use crate::harness::app::TestApp;
use crate::harness::client::Client;
use crate::harness::store::TestStore;

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

fn names(page: &Html) -> Vec<String> {
    select(page, "table.keys th[scope=row] a")
        .iter()
        .map(|link| link.text().collect())
        .collect()
}

fn text(page: &Html, selector: &str) -> String {
    let found = select(page, selector);
    let first = found.first().unwrap_or_else(|| panic!("no {selector}"));
    first
        .text()
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

async fn owner(store: TestStore) -> (TestApp, Client) {
    let app = TestApp::start(store).await;
    let owner = app.someone(Role::Owner).await;
    (app, owner)
}
