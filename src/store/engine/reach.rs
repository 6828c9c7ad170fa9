//! Checks whether the database's server answers, on a connection beside the pool, since all of the pool's may be busy.

use sqlx::{Connection, PgConnection};

use super::error::StoreError;
use super::store::Store;

/// The code of the server's answer while it starts or stops.
const CANNOT_CONNECT_NOW: &str = "57P03";

impl Store {
    /// Opens a connection of its own and closes it again. A server that refuses the connection answers too, for example one
    /// with too many connections. SQLite is a file of this machine, and always answers.
    ///
    /// # Errors
    /// If the server does not answer. The caller limits the time to wait.
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
