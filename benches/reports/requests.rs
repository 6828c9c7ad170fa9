//! Measures the lists of requests, with every kind of filter, and one request.

use std::time::{Duration, Instant};

use crossmodel::clock::Clock;
use crossmodel::domain::{CallState, Scope, Timestamp};
use crossmodel::store::{NameFilter, Next, RequestFilter, StatusFilter};

use super::Error;
use super::bench::Bench;
use super::fill::{Filled, RARE_MODEL, RARE_NAME};

/// How long the store may search for a page: as long as for the console.
const PATIENCE: Duration = Duration::from_millis(100);

/// What a list shows, and its filter.
type Case = (&'static str, RequestFilter);

impl Bench<'_> {
    pub async fn lists(&mut self, filled: &Filled) -> Result<(), Error> {
        let (all, account) = (Scope::All, Scope::Account(filled.busy.0));
        let cases = [time_and_names(filled.now), parts_and_ends()?].concat();
        for (who, scope) in [("all", all), ("account", account)] {
            for (what, filter) in &cases {
                self.list(&format!("requests of {who}: {what}"), scope, filter).await?;
            }
        }
        for (what, filter) in of_keys(filled) {
            self.list(&format!("requests {what}"), all, &filter).await?;
        }
        self.one_request(all).await
    }

    async fn one_request(&mut self, scope: Scope) -> Result<(), Error> {
        let store = self.store;
        let newest = store
            .usage()
            .requests(scope, &RequestFilter::default(), None, 1, PATIENCE)
            .await?
            .rows
            .pop()
            .ok_or("no records")?
            .record
            .id;
        self.time("one request", || async move {
            let found = store.usage().request(scope, newest).await?;
            Ok(found.map_or("none".into(), |found| found.account_name))
        })
        .await
    }

    /// Times the first page of a list; then reads on to the end of the list, or for 20 pages.
    async fn list(&mut self, name: &str, scope: Scope, filter: &RequestFilter) -> Result<(), Error> {
        let store = self.store;
        let page = || async move {
            let page = store.usage().requests(scope, filter, None, 50, PATIENCE).await?;
            let next = match page.next {
                Next::End => "the end".to_owned(),
                Next::Older(_) => "older".to_owned(),
                Next::Further(id) => format!(
                    "searched back to {} h ago",
                    (Clock::system().now().millis() - id.made_at().millis()) / 3_600_000
                ),
            };
            Ok(format!("{} rows, {next}", page.rows.len()))
        };
        self.time(name, page).await?;

        let (mut before, mut slowest, mut pages, mut rows) = (None, Duration::ZERO, 0, 0);
        while pages < 20 {
            let begin = Instant::now();
            let page = store.usage().requests(scope, filter, before, 50, PATIENCE).await?;
            slowest = slowest.max(begin.elapsed());
            (pages, rows) = (pages + 1, rows + page.rows.len());
            before = match page.next {
                Next::End => break,
                Next::Older(id) | Next::Further(id) => Some(id),
            };
        }

        let last = self.lines.pop().unwrap_or_default();
        self.lines.push(format!(
            "{last}; {pages} pages: {rows} rows, slowest {:.1} ms",
            slowest.as_secs_f64() * 1_000.0
        ));
        Ok(())
    }
}

fn time_and_names(now: Timestamp) -> Vec<Case> {
    let day = now.minus(Duration::from_secs(40 * 86_400));
    let on_a_day = RequestFilter {
        from: Some(day),
        until: Some(day.plus(Duration::from_secs(86_400))),
        ..RequestFilter::default()
    };
    let rare_on_a_day = RequestFilter {
        requested: Some(NameFilter::Exact(RARE_NAME.into())),
        ..on_a_day.clone()
    };
    let prefix = RequestFilter {
        requested: Some(NameFilter::Prefix("gemini-pro".into())),
        ..RequestFilter::default()
    };

    vec![
        ("everything", RequestFilter::default()),
        ("one day, 40 days ago", on_a_day),
        ("a common model", with_model("anthropic/claude-opus-4-8")),
        ("a rare model", with_model(RARE_MODEL)),
        ("a model without calls", with_model("openai/gpt-4o")),
        ("a rare name", named(RARE_NAME)),
        ("a name that no client sent", named("no-such-name")),
        ("a rare beginning of names", prefix),
        ("a rare name on one day", rare_on_a_day),
    ]
}

fn parts_and_ends() -> Result<Vec<Case>, Error> {
    let alias = RequestFilter {
        alias: Some("claude-opus".into()),
        ..RequestFilter::default()
    };
    let provider = RequestFilter {
        provider: Some("xai".parse()?),
        ..RequestFilter::default()
    };
    let unknown = RequestFilter {
        state: Some(CallState::Unknown),
        ..RequestFilter::default()
    };

    Ok(vec![
        ("an alias", alias),
        ("a provider", provider),
        ("failed", ended(StatusFilter::Failed)),
        ("status 500", ended(StatusFilter::Code(500))),
        ("a status that never came", ended(StatusFilter::Code(418))),
        (
            "a rare model, failed",
            RequestFilter {
                status: Some(StatusFilter::Failed),
                ..with_model(RARE_MODEL)
            },
        ),
        ("state unknown", unknown),
    ])
}

fn of_keys(filled: &Filled) -> [Case; 4] {
    let busy = RequestFilter {
        key: Some(filled.busy.1),
        ..RequestFilter::default()
    };
    let unknown_name = RequestFilter {
        key: Some(filled.busy.1),
        ..named("no-such-name")
    };
    let failed = RequestFilter {
        key: Some(filled.busy.1),
        ..ended(StatusFilter::Code(500))
    };
    let rare = RequestFilter {
        key: Some(filled.rare.1),
        ..with_model(RARE_MODEL)
    };

    [
        ("of a busy key", busy),
        ("of a busy key, a name that no client sent", unknown_name),
        ("of a busy key, status 500", failed),
        ("of a key, a rare model", rare),
    ]
}

fn with_model(model: &str) -> RequestFilter {
    RequestFilter {
        model: Some(model.into()),
        ..RequestFilter::default()
    }
}

fn named(name: &str) -> RequestFilter {
    RequestFilter {
        requested: Some(NameFilter::Exact(name.into())),
        ..RequestFilter::default()
    }
}

fn ended(status: StatusFilter) -> RequestFilter {
    RequestFilter {
        status: Some(status),
        ..RequestFilter::default()
    }
}
