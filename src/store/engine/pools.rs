//! The two engines, and the pools of connections to each.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use super::error::StoreError;
use super::url::{DatabaseUrl, EngineOptions};

const SQLITE_READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 16;

/// How long to wait for a connection while the server does not answer.
const POSTGRES_WAIT: Duration = Duration::from_secs(10);
/// How long the close of the store waits for connections in use.
const CLOSE: Duration = Duration::from_secs(10);

/// Expands the body once for each engine.
macro_rules! on {
    ($engine:expr, |$db:pat_param| $body:expr) => {
        match $engine {
            On::Sqlite($db) => $body,
            On::Postgres($db) => $body,
        }
    };
}

pub(in crate::store) use on;

/// A value for SQLite or for Postgres.
#[derive(Clone, Debug)]
pub enum On<S, P> {
    Sqlite(S),
    Postgres(P),
}

/// Connections. SQLite has one for writing and some for reading, so that a reader never finds the database busy.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(super) readers: On<SqlitePool, PgPool>,
    pub(super) writers: On<SqlitePool, PgPool>,
}

impl Engine {
    pub async fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        match &url.engine {
            EngineOptions::Sqlite(options) => open_sqlite(SqliteConnectOptions::clone(options)).await,
            EngineOptions::Postgres(options) => open_postgres(PgConnectOptions::clone(options)).await,
        }
    }

    /// Opens an existing database to look at it; creates nothing.
    pub async fn look(url: &DatabaseUrl) -> Result<Self, StoreError> {
        match &url.engine {
            EngineOptions::Sqlite(options) => look_at_sqlite(SqliteConnectOptions::clone(options)).await,
            EngineOptions::Postgres(options) => open_postgres(PgConnectOptions::clone(options)).await,
        }
    }

    /// The pool of Postgres connections, if that is the engine.
    pub fn postgres(&self) -> Option<&PgPool> {
        match &self.writers {
            On::Postgres(pool) => Some(pool),
            On::Sqlite(_) => None,
        }
    }

    pub fn writers(&self) -> &On<SqlitePool, PgPool> {
        &self.writers
    }

    pub async fn close(&self) {
        let closed = async {
            on!(&self.readers, |pool| pool.close().await);
            on!(&self.writers, |pool| pool.close().await);
        };
        // A server that no longer answers cannot be told from a slow one.
        if tokio::time::timeout(CLOSE, closed).await.is_err() {
            tracing::warn!(
                "Connections of the database are still in use after {CLOSE:?}; the program ends without closing them"
            );
        }
    }
}

async fn open_sqlite(options: SqliteConnectOptions) -> Result<Engine, StoreError> {
    make_private_file(options.get_filename()).map_err(StoreError::File)?;
    let options = options
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5));
    // Old and idle connections stay open: a file needs no fresh ones.
    let pool = SqlitePoolOptions::new().max_lifetime(None).idle_timeout(None);
    let writers = pool.clone().max_connections(1).after_release(|connection, _| {
        // SQLite ends a transaction by itself if the disk is full or fails. sqlx 0.9.0 then believes that it still runs, and
        // begins no other. So the pool drops the connection, and the next caller gets a fresh one.
        Box::pin(async move {
            if connection.is_in_transaction() {
                // A rollback may still wait to be done.
                connection.ping().await?;
            }
            Ok(!connection.is_in_transaction())
        })
    });
    let writers = writers.connect_with(options.clone()).await?;
    let readers = options.pragma("query_only", "ON");
    let readers = pool.max_connections(SQLITE_READERS).connect_with(readers).await?;

    Ok(Engine {
        readers: On::Sqlite(readers),
        writers: On::Sqlite(writers),
    })
}

/// The SQLite database as it is. If no process has it open, it is read without creating a side file.
async fn look_at_sqlite(options: SqliteConnectOptions) -> Result<Engine, StoreError> {
    let beside = |ending: &str| {
        let mut path = options.get_filename().as_os_str().to_owned();
        path.push(ending);
        Path::new(&path).exists()
    };
    let in_use = ["-wal", "-journal"].into_iter().any(beside);
    let options = options
        .read_only(true)
        .immutable(!in_use)
        .busy_timeout(Duration::from_secs(5));
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?;

    Ok(Engine {
        readers: On::Sqlite(pool.clone()),
        writers: On::Sqlite(pool),
    })
}

/// Opens a file to append to it. A missing file is created, and so is its folder; only its owner can read it. SQLite gives
/// its side files the same mode.
pub fn make_private_file(file: &Path) -> std::io::Result<File> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }

    File::options().create(true).append(true).mode(0o600).open(file)
}

async fn open_postgres(options: PgConnectOptions) -> Result<Engine, StoreError> {
    let options = options.application_name("crossmodel").options([
        // A transaction whose client is gone must not keep its locks.
        ("idle_in_transaction_session_timeout", "10s"),
        // Without this, every start logs a notice that the table of migrations exists already.
        ("client_min_messages", "warning"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(POSTGRES_WAIT)
        .connect_with(options)
        .await?;
    Ok(Engine {
        readers: On::Postgres(pool.clone()),
        writers: On::Postgres(pool),
    })
}
