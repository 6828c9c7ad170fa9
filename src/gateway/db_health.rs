//! Asks the database without waiting long, and remembers whether it answered.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::timeout;

use crate::error_chain::error_chain;
use crate::store::StoreError;

/// The database refused a query, or did not answer it in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatabaseDown;

/// Whether the database answered the last of some queries. Each part of the gateway has its own: a database that refuses to
/// write a lease may still read keys, and then calls go on.
pub struct DbHealth {
    /// How long a query may take.
    patience: Duration,
    down: AtomicBool,
    log: OutageLog,
}

/// What writes to the log, once when the database goes away and once when it answers again.
#[derive(Clone, Copy)]
pub struct OutageLog {
    /// Gets the error of the query, or `None` if the query took too long.
    pub away: fn(Option<&str>),
    pub back: fn(),
}

impl DbHealth {
    pub const fn new(patience: Duration, log: OutageLog) -> Self {
        Self {
            patience,
            down: AtomicBool::new(false),
            log,
        }
    }

    /// How long a query may take.
    pub const fn patience(&self) -> Duration {
        self.patience
    }

    /// Whether the database did not answer the last query.
    pub fn is_down(&self) -> bool {
        self.down.load(Ordering::Relaxed)
    }

    /// Runs a query within its time, and notes whether the database answered.
    ///
    /// # Errors
    /// If the query fails or takes too long. One that takes too long is dropped, though the database may still do it.
    pub async fn ask<T>(&self, query: impl Future<Output = Result<T, StoreError>>) -> Result<T, DatabaseDown> {
        let error = match timeout(self.patience, query).await {
            Ok(Ok(answer)) => {
                if self.down.swap(false, Ordering::Relaxed) {
                    (self.log.back)();
                }
                return Ok(answer);
            }
            Ok(Err(error)) => Some(error),
            Err(_) => None,
        };

        if !self.down.swap(true, Ordering::Relaxed) {
            (self.log.away)(error.map(|error| error_chain(&error)).as_deref());
        }
        Err(DatabaseDown)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::future::{pending, ready};

    use super::*;

    thread_local! {
        /// The lines of the test that runs on this thread.
        static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    }

    fn write(line: &str) {
        LINES.with_borrow_mut(|lines| lines.push(line.to_owned()));
    }

    fn written() -> Vec<String> {
        LINES.with_borrow(Clone::clone)
    }

    fn health() -> DbHealth {
        let log = OutageLog {
            away: |error| write(error.unwrap_or("too late")),
            back: || write("back"),
        };
        DbHealth::new(Duration::from_millis(5), log)
    }

    async fn fail(health: &DbHealth) {
        let failed = health.ask(ready(Err::<(), _>(StoreError::Interrupted))).await;
        assert_eq!(failed, Err(DatabaseDown));
    }

    #[tokio::test]
    async fn an_outage_is_logged_once_when_it_begins_and_once_when_it_ends() {
        let health = health();
        assert_eq!(health.ask(ready(Ok(1))).await, Ok(1));
        assert_eq!(written(), Vec::<String>::new());

        fail(&health).await;
        fail(&health).await;
        assert!(health.is_down());
        assert_eq!(written(), [StoreError::Interrupted.to_string()]);

        for _ in 0..2 {
            assert_eq!(health.ask(ready(Ok(2))).await, Ok(2));
        }
        assert!(!health.is_down());
        assert_eq!(written(), [StoreError::Interrupted.to_string(), "back".to_owned()]);
    }

    #[tokio::test]
    async fn a_second_outage_is_logged_too() {
        let health = health();

        for _ in 0..2 {
            fail(&health).await;
            health.ask(ready(Ok(()))).await.unwrap();
        }

        assert_eq!(written().len(), 4);
    }

    #[tokio::test]
    async fn a_query_that_takes_too_long_counts_as_no_answer() {
        let health = health();

        assert_eq!(health.ask(pending::<Result<(), _>>()).await, Err(DatabaseDown));

        assert!(health.is_down());
        assert_eq!(written(), ["too late"]);
    }
}
