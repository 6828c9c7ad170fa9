//! The list of requests and the page of one: what is shown, the arithmetic, why the model ran, and no other account's.

mod detail;
mod export;
mod list;
mod why;

use std::time::Duration;

use crossmodel::domain::{Scope, Timestamp, UsageRecord};
use crossmodel::store::Actor;
use scraper::Html;

use super::aliases::{Desk, select, words};
use crate::harness::client::Client;
use crate::harness::traffic::record;

const EVIL: &str = "\"><img src=x onerror=1>";

impl Desk {
    fn call(&self, ago: u64) -> UsageRecord {
        let at = self.app.clock().now().minus(Duration::from_secs(ago));
        record(self.app.account().id, self.key.key().id, at)
    }

    async fn stores(&self, records: &[UsageRecord]) {
        self.app.store().usage().append(records).await.expect("the store");
    }

    async fn saves(&self, base: i64, aliases: &[crossmodel::domain::Alias], at: Timestamp) {
        let by = Actor {
            person: None,
            name: "maya@example.com".into(),
        };
        let saved = self
            .app
            .store()
            .by(&by, at)
            .aliases()
            .save(Scope::All, self.key.key().id, base, aliases)
            .await;
        saved.expect("the store");
    }

    async fn page_of(&self, record: &UsageRecord) -> Html {
        self.who.get(&format!("/requests/{}", record.id)).await.is(200).page()
    }
}

async fn names(who: &Client, query: &str) -> Vec<String> {
    let page = who.get(&format!("/requests{query}")).await.is(200).page();
    select(&page, "table.requests th[scope=row] a")
        .iter()
        .map(words)
        .collect()
}
