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

mod bench;
mod fill;
mod multiply;
mod plans;
mod requests;
mod usage;

use crossmodel::clock::Clock;
use crossmodel::domain::Timestamp;
use crossmodel::store::Store;

use self::bench::Bench;
use self::fill::Filled;

type Error = Box<dyn std::error::Error>;

#[actix_web::main]
async fn main() -> Result<(), Error> {
    let folder = std::env::temp_dir().join(format!("crossmodel-bench-{}", std::process::id()));
    let url = variable("DATABASE_URL", &format!("sqlite://{}/bench.db", folder.display()));
    let store = Store::open(&url.parse()?).await?;
    let filled = fill_or_find(&store, &url).await?;

    let mut bench = Bench {
        store: &store,
        rounds: variable("ROUNDS", "30").parse()?,
        lines: Vec::new(),
    };
    bench.reports(&filled).await?;
    bench.lists(&filled).await?;

    println!("{:58} {:>9} {:>9} {:>9}  rows", "", "first", "median", "95 %");
    for line in &bench.lines {
        println!("{line}");
    }
    plans::print(&url).await?;

    store.close().await;
    drop(std::fs::remove_dir_all(folder));
    Ok(())
}

fn variable(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.into())
}

async fn fill_or_find(store: &Store, url: &str) -> Result<Filled, Error> {
    let now = Timestamp::of_hour(Clock::system().now().hour());
    if variable("FILLED", "") == "yes" {
        return fill::find(store, now).await;
    }

    store.migrate().await?;
    let count: u64 = variable("RECORDS", "1000000").parse()?;
    if count > 1_000_000 {
        let filled = fill::fill(store, count / 10, now).await?;
        multiply::by_ten(url).await?;
        Ok(filled)
    } else {
        fill::fill(store, count, now).await
    }
}
