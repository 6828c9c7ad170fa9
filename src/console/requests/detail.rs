//! `GET /requests/{id}`: one request with every detail.

use actix_web::web;
use askama::Template;

use super::in_force::never_saved;
use super::row::{Ending, star};
use super::why::{Today, Why, why};
use super::words as meaning;
use crate::console::format::{When, figures};
use crate::console::layout::{Frame, Nav};
use crate::console::state::Console;
use crate::console::web::ConsoleError;
use crate::console::web::reply::{self, Reply};
use crate::domain::{
    Attempt, Bill, Feature, LedgerEntry, PicoUsd, RequestId, RequestUse, Timestamp, UsageRecord, format,
};
use crate::store::RequestDetail;
use crate::wire::adapt::words;

#[derive(Template)]
#[template(path = "requests/show.html")]
struct RequestPage {
    frame: Frame,
    record: UsageRecord,
    requested: String,
    alias: Option<String>,
    ending: Ending,
    at: When,
    key: String,
    /// Whether the key still has a page.
    key_known: bool,
    account: String,
    client: Option<String>,
    bill: Option<Bill>,
    changes: Vec<Change>,
    /// What the request used, in words.
    used: Option<String>,
    entry: Option<Entry>,
    why: Why,
}

/// One change that fits request or answer to each other.
struct Change {
    token: String,
    /// What was changed and why; `None` for a token that this program does not know.
    words: Option<String>,
}

/// The entry of the ledger that charges the request.
struct Entry {
    id: String,
    at: When,
    amount: String,
    others: String,
}

pub(super) async fn show(console: web::Data<Console>, frame: Frame, id: web::Path<String>) -> Reply {
    // The header of an answer has the same id, with a prefix.
    let id: RequestId = RequestId::from_header(id.as_str()).map_err(|_| ConsoleError::NotFound)?;
    let (store, scope) = (&console.store, frame.who.scope());

    let detail = store.usage().request(scope, id).await?;
    let detail = detail.ok_or(ConsoleError::NotFound)?;
    let key = store.api_keys().get(scope, detail.record.key).await?;
    let rules = store.aliases().list(scope, detail.record.key).await?;
    let catalog = console.catalog().await?;

    let today = Today {
        key: key.as_ref(),
        rules: &rules.unwrap_or_else(never_saved),
        catalog: &catalog,
        now: console.now(),
    };
    let why = why(&detail, &today);
    reply::ok(&RequestPage::new(frame, detail, why, &today))
}

impl Entry {
    fn new(entry: &LedgerEntry, now: Timestamp) -> Self {
        Self {
            id: entry.id.to_string(),
            at: When::new(entry.at, now),
            amount: format!("${}", PicoUsd::from_pico(entry.amount.pico().saturating_neg())),
            others: match entry.requests {
                1 => "for this request alone".into(),
                many => format!("for {} requests that were charged together", figures::count(many)),
            },
        }
    }
}

impl Change {
    fn of(token: &str) -> Self {
        Self {
            token: format::visible(token),
            words: words(token),
        }
    }
}

impl RequestPage {
    fn new(frame: Frame, detail: RequestDetail, why: Why, today: &Today<'_>) -> Self {
        let RequestDetail {
            record,
            key_name,
            account_name,
            entry,
            ..
        } = detail;
        let alias = record.alias.as_ref();
        let price = record.price.as_ref();

        Self {
            frame: frame.at(Nav::Requests),
            requested: format::visible(&record.requested),
            alias: alias.map(|(name, matching)| star(name.as_str(), *matching)),
            ending: Ending::of(&record),
            at: When::new(record.at, today.now),
            key: key_name.unwrap_or_else(|| record.key.to_string()),
            key_known: today.key.is_some(),
            account: account_name,
            client: record.agent.as_deref().map(format::visible),
            bill: price.and_then(|price| Bill::of(price, &record.tokens, record.searches, record.cost)),
            changes: record
                .adapted
                .iter()
                .flat_map(|tokens| tokens.split(", "))
                .map(Change::of)
                .collect(),
            used: record.used.and_then(used_in_words),
            entry: entry.map(|entry| Entry::new(&entry, today.now)),
            why,
            record,
        }
    }

    fn state(&self) -> &'static str {
        meaning::state(self.record.state)
    }

    fn state_meaning(&self) -> &'static str {
        meaning::state_meaning(self.record.state)
    }

    fn source(&self) -> &'static str {
        meaning::source(self.record.source)
    }

    fn held(&self) -> Option<String> {
        meaning::held(&self.record)
    }

    fn took(&self) -> String {
        figures::took(self.record.latency_ms)
    }

    fn first_byte(&self) -> Option<String> {
        self.record.first_byte_ms.map(figures::took)
    }

    fn count(&self, tokens: &u64) -> String {
        figures::count(*tokens)
    }

    /// The prompt's cached part, in words.
    fn cached(&self) -> Option<String> {
        let tokens = &self.record.tokens;
        let part = |count: u64, what: &str| (count > 0).then(|| format!("{} {what}", self.count(&count)));
        let parts = [
            part(tokens.cache_read, "read from a cache"),
            part(tokens.cache_write, "written to one"),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    fn attempt_ended(&self, attempt: &Attempt) -> String {
        match (attempt.status, attempt.error.as_deref()) {
            (Some(status), Some(error)) => format!("{status} {}", format::visible(error)),
            (Some(status), None) => status.to_string(),
            (None, Some(error)) => format!("no answer: {}", format::visible(error)),
            (None, None) => "no answer".into(),
        }
    }

    fn attempt_took(&self, attempt: &Attempt) -> String {
        figures::took(attempt.took_ms)
    }

    /// A price as people compare it, for a line of the bill.
    fn per_million(&self, price: &PicoUsd) -> String {
        format::per_million(*price)
    }
}

/// What a request used; `None` for nothing special.
fn used_in_words(used: RequestUse) -> Option<String> {
    let labels: Vec<&str> = used.features().map(Feature::label).collect();
    (!labels.is_empty()).then(|| labels.join(", "))
}
