//! The names that the client sent, under the list of aliases: what each runs, what it would run, and what that costs.

mod changes;
mod offers;
mod panel;

use std::time::Duration;

use crossmodel::domain::{CallState, PicoUsd, RequestId, Timestamp, Tokens, UsageRecord, UsageSource};
use crossmodel::random;
use scraper::Html;

use super::{Desk, OPUS, Row, select, text, words};

/// So many requests for a name that this model answered, an hour ago: each of 100,000 tokens in and 10,000 out.
struct Sent<'a> {
    name: &'a str,
    model: &'a str,
    count: usize,
    usd: &'a str,
    agent: &'a str,
}

const HAIKU: &str = "anthropic/claude-haiku-4-5";
const HOUR: Duration = Duration::from_secs(3600);

impl Desk {
    fn record(&self, at: Timestamp) -> UsageRecord {
        UsageRecord {
            id: RequestId::new(at, random::bytes()),
            account: self.key.key().account,
            key: self.key.key().id,
            key_revision: 1,
            at,
            requested: String::new(),
            alias: None,
            model: String::new(),
            provider: "anthropic".parse().expect("a provider"),
            protocol: "openai-chat".into(),
            stream: false,
            status: 200,
            error: None,
            tokens: Tokens {
                prompt: 100_000,
                completion: 10_000,
                ..Tokens::default()
            },
            source: UsageSource::Provider,
            state: CallState::Settled,
            held: PicoUsd::ZERO,
            price: None,
            tier: None,
            searches: 0,
            cost: PicoUsd::ZERO,
            latency_ms: 1,
            first_byte_ms: None,
            attempts: Vec::new(),
            adapted: None,
            used: None,
            agent: None,
        }
    }

    async fn was_sent(&self, sent: &[Sent<'_>]) {
        let at = self.app.clock().now().minus(HOUR);
        let records: Vec<UsageRecord> = sent
            .iter()
            .flat_map(|sent| {
                (0..sent.count).map(|_| UsageRecord {
                    requested: sent.name.into(),
                    model: sent.model.into(),
                    cost: sent.usd.parse().expect("an amount"),
                    agent: Some(sent.agent.into()),
                    ..self.record(at)
                })
            })
            .collect();
        self.app.store().usage().append(&records).await.expect("the store");
    }

    async fn page(&self) -> Html {
        self.who.get(&self.url("")).await.is(200).page()
    }

    async fn draft(&self, op: &str, rows: &[Row<'_>]) -> Html {
        self.sends("/draft", op, rows).await.is(200).page()
    }
}

/// An hour of Claude Code and a curl.
const USUAL: [Sent<'static>; 3] = [
    Sent {
        name: "claude-opus-4-8",
        model: OPUS.3,
        count: 8,
        usd: "0.75",
        agent: "claude-cli/2.1.197 (external, cli)",
    },
    Sent {
        name: "openai/gpt-5.5",
        model: "openai/gpt-5.5",
        count: 3,
        usd: "0.80",
        agent: "curl/8.5.0",
    },
    Sent {
        name: "claude-haiku-4-5-20251001",
        model: HAIKU,
        count: 2,
        usd: "0.15",
        agent: "claude-cli/2.1.197",
    },
];

/// The rows of the panel, cell by cell, without its buttons.
fn traffic(page: &Html) -> Vec<[String; 5]> {
    let cells = |row: &scraper::ElementRef<'_>| {
        let cell = scraper::Selector::parse("th, td").expect("a selector");
        let cells: Vec<String> = row.select(&cell).map(|cell| words(&cell)).collect();
        std::array::from_fn(|at| cells[at].clone())
    };
    select(page, "#traffic tbody tr").iter().map(cells).collect()
}

fn names(page: &Html) -> Vec<String> {
    traffic(page).into_iter().map(|[name, ..]| name).collect()
}

fn cost(page: &Html) -> String {
    text(page, ".traffic-cost p")
}
