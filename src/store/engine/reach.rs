//! Whether the database's server is there at all, asked beside the pool: all of whose connections may only be busy.

use sqlx::{Connection, PgConnection};

use super::error::StoreError;
use super::store::Store;

/// What the server says while it starts or stops.
const CANNOT_CONNECT_NOW: &str = "57P03";

impl Store {
    /// Makes a connection of its own and closes it again. A server that refuses it, since it has too many for example, is
    /// there. SQLite is a file of this machine, and always is.
    ///
    /// # Errors
    /// If nothing answers. How long to wait for that is the caller's matter.
    pub async fn reach(&self) -> Result<(), StoreError> {
        let Some(pool) = self.engine.postgres() else {
            return Ok(());
        };
        match PgConnection::connect_with(&pool.connect_options()).await {
            Ok(connection) => Ok(connection.close().await?),
            Err(sqlx::Error::Database(refusal)) if refusal.code().as_deref() != Some(CANNOT_CONNECT_NOW) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
