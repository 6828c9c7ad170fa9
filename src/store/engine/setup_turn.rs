//! Turns to set up the database: processes that start on a new database at once set it up one after the other.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use sqlx::{Connection, PgConnection, Row};

use super::error::StoreError;
use super::pools::{On, make_private_file};
use super::sql::Sql;
use super::store::Store;
use super::url::DatabaseUrl;

/// The number of the advisory lock: `crossmod` in bytes. Each database of a server has its own locks.
const LOCK: i64 = 0x6372_6f73_736d_6f64;
/// The pause between two attempts to take a lock that another process holds.
const AGAIN: Duration = Duration::from_millis(25);
/// After this time the log says what the process waits for.
const LONG: Duration = Duration::from_secs(3);

/// For Postgres only. It is tried again and again, since a server may cancel a statement that waits long.
pub const TRY: Sql = Sql("SELECT pg_try_advisory_lock($1) AS taken");

/// The turn of this process to set the database up. The next process's turn begins when this value is dropped.
#[derive(Debug)]
pub struct SetupTurn(On<File, PgConnection>);

impl Store {
    /// Opens the database like [`Store::open`], once it is this process's turn to set it up.
    ///
    /// # Errors
    /// If the database cannot be reached, or the file cannot be created.
    pub async fn open_in_turn(url: &DatabaseUrl) -> Result<(Self, SetupTurn), StoreError> {
        // To open a new SQLite file already sets it up; a server has to be reached first.
        let turn = match url.file() {
            Some(file) => Some(SetupTurn::of_file(file).await?),
            None => None,
        };
        let store = Self::open(url).await?;
        let turn = match turn {
            Some(turn) => turn,
            None => store.setup_turn(url).await?,
        };
        Ok((store, turn))
    }

    /// Waits for the turn to set up the database at `url`.
    ///
    /// # Errors
    /// If the lock file cannot be created.
    pub async fn setup_turn(&self, url: &DatabaseUrl) -> Result<SetupTurn, StoreError> {
        match (url.file(), self.engine.postgres()) {
            // Not a connection of the pool: the lock belongs to its connection.
            (_, Some(pool)) => SetupTurn::of_server(pool.acquire().await?.detach()).await,
            (Some(file), None) => SetupTurn::of_file(file).await,
            (None, None) => Err(StoreError::Interrupted),
        }
    }
}

impl SetupTurn {
    /// Locks a file beside the database's file. The file stays: if it were removed, two processes could have a turn at once.
    async fn of_file(database: &Path) -> Result<Self, StoreError> {
        let mut path = OsString::from(database);
        path.push(".lock");
        let file = make_private_file(Path::new(&path)).map_err(StoreError::File)?;
        let mut waiting = Waiting::default();

        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(On::Sqlite(file))),
                Err(TryLockError::WouldBlock) => waiting.a_little().await,
                Err(TryLockError::Error(error)) => return Err(StoreError::File(error)),
            }
        }
    }

    async fn of_server(mut connection: PgConnection) -> Result<Self, StoreError> {
        let mut waiting = Waiting::default();
        while !sqlx::query(TRY.0)
            .bind(LOCK)
            .fetch_one(&mut connection)
            .await?
            .try_get::<bool, _>("taken")?
        {
            waiting.a_little().await;
        }
        Ok(Self(On::Postgres(connection)))
    }

    /// Ends the turn and closes its connection.
    pub async fn end(self) {
        if let On::Postgres(connection) = self.0
            && let Err(error) = connection.close().await
        {
            tracing::debug!(%error, "The connection that held the lock for setting up ended badly");
        }
    }
}

/// Logs once what the process waits for.
#[derive(Default)]
struct Waiting {
    waited: Duration,
}

impl Waiting {
    async fn a_little(&mut self) {
        tokio::time::sleep(AGAIN).await;
        let before = self.waited;
        self.waited += AGAIN;
        if before < LONG && self.waited >= LONG {
            tracing::info!("Waiting for another process that is setting up the database");
        }
    }
}
