//! The same test on both engines.

use std::future::Future;
use std::ops::Deref;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossmodel::store::{Store, Writer};
use futures_util::FutureExt;

use super::database::{Database, Engine};
use super::dice::number;
use super::seed;

/// A migrated store in a database of its own. Clones share it.
#[derive(Clone)]
pub struct TestStore {
    store: Store,
    database: Arc<Database>,
    endings: Arc<Mutex<Vec<Ending>>>,
}

type Ending = Pin<Box<dyn Future<Output = ()> + Send>>;

impl TestStore {
    /// Opens and migrates a new, empty database. Nothing removes it: [`on`] does for its tests, and `scripts/test` does at
    /// its end.
    pub async fn fresh(engine: Engine) -> Self {
        let database = Arc::new(Database::fresh(engine).await);
        let store = open(&database).await;
        store.migrate().await.expect("to migrate an empty database");
        Self {
            store,
            database,
            endings: Arc::default(),
        }
    }

    /// A second program on the same database: connections and notifications of its own.
    pub async fn another(&self) -> Store {
        open(&self.database).await
    }

    /// The store, for changes that the command line makes at [`seed::NOON`].
    pub fn at_noon(&self) -> Writer<'_> {
        seed::at_noon(self)
    }

    /// Has something done when the test has ended, however it ended, before the database goes: what was started last,
    /// first.
    pub fn at_the_end(&self, ending: impl Future<Output = ()> + Send + 'static) {
        self.endings.lock().expect("the list of endings").push(Box::pin(ending));
    }

    /// The database under it.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Which kind the database is.
    pub fn engine(&self) -> Engine {
        self.database.engine()
    }
}

impl Deref for TestStore {
    type Target = Store;
    fn deref(&self) -> &Store {
        &self.store
    }
}

async fn open(database: &Database) -> Store {
    let url = database.url().parse().expect("an address that the store takes");
    Store::open(&url).await.expect("to open the test's database")
}

/// Runs `test` on a fresh store of that engine, and removes the database whatever comes of it.
pub fn on<F: Future<Output = ()>>(engine: Engine, test: impl FnOnce(TestStore) -> F) {
    run(async {
        let store = TestStore::fresh(engine).await;
        let outcome = AssertUnwindSafe(test(store.clone())).catch_unwind().await;
        let endings = std::mem::take(&mut *store.endings.lock().expect("the list of endings"));

        for ending in endings.into_iter().rev() {
            ending.await;
        }
        store.close().await;
        store.database.remove().await;

        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    });
}

/// Runs one async test on a runtime of its own, with two threads so that races can happen. One that hangs fails, so that
/// its name is told; `scripts/chaos` gives its long ones more time.
pub fn run(test: impl Future<Output = ()>) {
    let minutes = number("TEST_MINUTES", 8);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let ended = runtime.block_on(async {
        let test = AssertUnwindSafe(test).catch_unwind();
        tokio::time::timeout(Duration::from_secs(60 * minutes), test).await
    });
    // What it still waits for must not be waited for once more.
    runtime.shutdown_timeout(Duration::from_secs(10));
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(panic)) => std::panic::resume_unwind(panic),
        Err(_) => panic!("it hangs: no end in {minutes} minutes"),
    }
}

/// One test, run on SQLite and on Postgres: `both_engines!(what_it_shows, |store| { … });`
macro_rules! both_engines {
    ($(#[doc = $doc:literal])* $name:ident, |$store:ident| $body:block) => {
        $(#[doc = $doc])*
        async fn $name($store: $crate::harness::store::TestStore) $body

        mod $name {
            #[test]
            fn sqlite() {
                $crate::harness::store::on($crate::harness::database::Engine::Sqlite, super::$name);
            }

            #[test]
            fn postgres() {
                $crate::harness::store::on($crate::harness::database::Engine::Postgres, super::$name);
            }
        }
    };
}
