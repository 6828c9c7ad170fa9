//! Reports and lists of requests over millions of records: fills a fresh database with made-up traffic, then reads it as
//! the pages do, many times, and prints the median and the 95th percentile of each and how the engine plans each statement.
//!
//! `DATABASE_URL` (an empty one; else a file in a temporary folder that is removed at the end), `RECORDS` (1,000,000),
//! `ROUNDS` (30). Of more than a million, a tenth is written as the program writes, and copied. `FILLED=yes` reads a
//! database that was filled before. For example:
//!
//! ```sh
//! RECORDS=10000000 DATABASE_URL=postgres://… cargo bench --bench reports
//! ```
#![expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a measurement may stop at the first surprise"
)]

mod fill;
mod multiply;

use std::future::Future;
use std::time::{Duration, Instant};

use crossmodel::clock::Clock;
use crossmodel::domain::{CallState, Scope, Timestamp};
use crossmodel::store::{NameFilter, Next, ReportFilter, RequestFilter, StatusFilter, Store};
use fill::{Filled, RARE_MODEL, RARE_NAME};
use sqlx::{AssertSqlSafe, Row};

type Error = Box<dyn std::error::Error>;

/// As the console's.
const PATIENCE: Duration = Duration::from_millis(100);

#[actix_web::main]
async fn main() -> Result<(), Error> {
    let var = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.into());
    let folder = std::env::temp_dir().join(format!("crossmodel-bench-{}", std::process::id()));
    let url = var("DATABASE_URL", &format!("sqlite://{}/bench.db", folder.display()));
    let store = Store::open(&url.parse()?).await?;
    let now = Timestamp::of_hour(Clock::system().now().hour());
    let filled = if var("FILLED", "") == "yes" {
        fill::find(&store, now).await?
    } else {
        store.migrate().await?;
        let count: u64 = var("RECORDS", "1000000").parse()?;
        let tenth = count > 1_000_000;
        let filled = fill::fill(&store, if tenth { count / 10 } else { count }, now).await?;
        if tenth {
            multiply::by_ten(&url).await?;
        }
        filled
    };
    let mut bench = Bench {
        store: &store,
        rounds: var("ROUNDS", "30").parse()?,
        lines: Vec::new(),
    };
    bench.reports(&filled).await?;
    bench.lists(&filled).await?;
    println!("{:58} {:>9} {:>9} {:>9}  rows", "", "first", "median", "95 %");
    for line in &bench.lines {
        println!("{line}");
    }
    plans(&url).await?;
    store.close().await;
    drop(std::fs::remove_dir_all(folder));
    Ok(())
}

struct Bench<'a> {
    store: &'a Store,
    rounds: usize,
    lines: Vec<String>,
}

impl Bench<'_> {
    /// Runs something many times. It answers with how much it found.
    async fn time<F: Future<Output = Result<String, Error>>>(
        &mut self,
        name: &str,
        mut work: impl FnMut() -> F,
    ) -> Result<(), Error> {
        let mut took: Vec<Duration> = Vec::new();
        let mut found = String::new();
        for _ in 0..self.rounds {
            let begin = Instant::now();
            found = work().await?;
            took.push(begin.elapsed());
        }
        let first = took[0];
        took.sort();
        let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1_000.0);
        let (median, late) = (took[took.len() / 2], took[took.len() * 95 / 100]);
        self.lines.push(format!(
            "{name:58} {:>9} {:>9} {:>9}  {found}",
            ms(first),
            ms(median),
            ms(late)
        ));
        Ok(())
    }

    async fn reports(&mut self, filled: &Filled) -> Result<(), Error> {
        let (account, key) = filled.busy;
        let today = filled.now.day();
        let store = self.store;
        for days in [7, 30, 90] {
            let plain = ReportFilter {
                from: today - days + 1,
                to: today,
                ..ReportFilter::default()
            };
            let model = ReportFilter {
                model: Some("anthropic/claude-opus-4-8".into()),
                ..plain.clone()
            };
            let name = ReportFilter {
                requested: Some(RARE_NAME.into()),
                ..plain.clone()
            };
            let of_key = ReportFilter {
                key: Some(key),
                ..plain.clone()
            };
            for (what, scope, filter) in [
                ("all accounts", Scope::All, &plain),
                ("all accounts, one model", Scope::All, &model),
                ("all accounts, a rare name", Scope::All, &name),
                ("the busiest account", Scope::Account(account), &plain),
                ("the busiest account, one model", Scope::Account(account), &model),
                ("its busiest key", Scope::Account(account), &of_key),
            ] {
                let report = || async move {
                    let report = store.usage().report(scope, filter).await?;
                    Ok(format!("{} requests", report.totals.requests))
                };
                self.time(&format!("usage, {days} days, {what}"), report).await?;
            }
        }
        let days = ReportFilter {
            from: today - 89,
            to: today,
            requested: Some("gpt-5".into()),
            ..ReportFilter::default()
        };
        let filter = &days;
        self.time("usage by day of one name, 90 days, all accounts", || async move {
            Ok(format!(
                "{} days",
                store.usage().report_days(Scope::All, filter).await?.len()
            ))
        })
        .await?;
        self.time("usage, everything of one day, all accounts", || async move {
            Ok(format!(
                "{} rows",
                store.usage().report_day(Scope::All, filter, today - 1).await?.len()
            ))
        })
        .await
    }

    async fn lists(&mut self, filled: &Filled) -> Result<(), Error> {
        let (all, account) = (Scope::All, Scope::Account(filled.busy.0));
        let none = RequestFilter::default;
        let with_model = |model: &str| RequestFilter {
            model: Some(model.into()),
            ..none()
        };
        let named = |name: &str| RequestFilter {
            requested: Some(NameFilter::Exact(name.into())),
            ..none()
        };
        let began = |name: &str| RequestFilter {
            requested: Some(NameFilter::Prefix(name.into())),
            ..none()
        };
        let ended = |status| RequestFilter {
            status: Some(status),
            ..none()
        };
        let of_key = RequestFilter {
            key: Some(filled.busy.1),
            ..none()
        };
        let rare_key = RequestFilter {
            key: Some(filled.rare.1),
            ..none()
        };
        let day = filled.now.minus(Duration::from_secs(40 * 86_400));
        let on_a_day = RequestFilter {
            from: Some(day),
            until: Some(day.plus(Duration::from_secs(86_400))),
            ..none()
        };
        let cases = [
            ("everything", none()),
            ("one day, 40 days ago", on_a_day.clone()),
            ("a common model", with_model("anthropic/claude-opus-4-8")),
            ("a rare model", with_model(RARE_MODEL)),
            ("a model that nobody called", with_model("openai/gpt-4o")),
            ("a rare name", named(RARE_NAME)),
            ("a name that nobody sent", named("no-such-name")),
            ("a rare beginning of names", began("gemini-pro")),
            (
                "a rare name on one day",
                RequestFilter {
                    requested: Some(NameFilter::Exact(RARE_NAME.into())),
                    ..on_a_day
                },
            ),
            (
                "an alias",
                RequestFilter {
                    alias: Some("claude-opus".into()),
                    ..none()
                },
            ),
            (
                "a provider",
                RequestFilter {
                    provider: Some("xai".parse()?),
                    ..none()
                },
            ),
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
            (
                "state unknown",
                RequestFilter {
                    state: Some(CallState::Unknown),
                    ..none()
                },
            ),
        ];
        for (who, scope) in [("all", all), ("account", account)] {
            for (what, filter) in &cases {
                self.list(&format!("requests of {who}: {what}"), scope, filter).await?;
            }
        }
        for (what, filter) in [
            ("of a busy key", of_key.clone()),
            (
                "of a busy key, a name that nobody sent",
                RequestFilter {
                    requested: named("no-such-name").requested,
                    ..of_key.clone()
                },
            ),
            (
                "of a busy key, status 500",
                RequestFilter {
                    status: Some(StatusFilter::Code(500)),
                    ..of_key
                },
            ),
            (
                "of a key, a rare model",
                RequestFilter {
                    model: Some(RARE_MODEL.into()),
                    ..rare_key
                },
            ),
        ] {
            self.list(&format!("requests {what}"), all, &filter).await?;
        }
        let store = self.store;
        let newest = store
            .usage()
            .requests(all, &none(), None, 1, PATIENCE)
            .await?
            .rows
            .pop()
            .ok_or("no records")?
            .record
            .id;
        self.time("one request", || async move {
            Ok(store
                .usage()
                .request(all, newest)
                .await?
                .map_or("none".into(), |found| found.account_name))
        })
        .await
    }

    /// The first page of a list, then a page from the middle of it, then how many pages there are to its end or to 20.
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

/// How the engine plans every statement, for whatever it is given.
async fn plans(url: &str) -> Result<(), Error> {
    println!();
    for text in Store::report_statements() {
        println!("{}", text.split_whitespace().collect::<Vec<_>>().join(" "));
        if url.starts_with("sqlite:") {
            let pool = sqlx::SqlitePool::connect(url).await?;
            for row in sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}")))
                .fetch_all(&pool)
                .await?
            {
                println!("    {}", row.try_get::<String, _>("detail")?);
            }
            pool.close().await;
        } else {
            let pool = sqlx::postgres::PgPoolOptions::new()
                .max_connections(1)
                .connect(url)
                .await?;
            let places = (1..=20).take_while(|n| text.contains(&format!("${n}"))).count();
            let nulls = vec!["NULL"; places].join(", ");
            let ask = format!(
                "SET plan_cache_mode = force_generic_plan; PREPARE one AS {text}; EXPLAIN EXECUTE one({nulls}); DEALLOCATE one"
            );
            for row in sqlx::raw_sql(AssertSqlSafe(ask)).fetch_all(&pool).await? {
                println!("    {}", row.try_get::<String, _>(0)?);
            }
            pool.close().await;
        }
    }
    Ok(())
}
