//! A transaction of Postgres on a connection of the pool.
//!
//! sqlx 0.9.0 forgets an open transaction if the future that begins it is dropped at the wrong moment. The connection would go
//! back to the pool with the transaction open, and the next caller would write into it. Writes run in tasks of their own, but
//! a panic or a stop of the runtime can still drop one.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::postgres::PgPool;
use sqlx::{Executor, PgConnection, Postgres};

/// A connection from the moment at which it may be in a transaction until the transaction has ended. A drop before the end
/// closes the connection: the server undoes the transaction, and no open one goes back to the pool.
pub struct PostgresTransaction {
    connection: PoolConnection<Postgres>,
    open: bool,
}

impl PostgresTransaction {
    /// Begins a transaction on a connection of the pool.
    pub async fn begin(pool: &PgPool) -> Result<Self, sqlx::Error> {
        let mut begun = Self {
            connection: pool.acquire().await?,
            open: true,
        };
        begun.connection.execute("BEGIN").await?;
        Ok(begun)
    }

    /// Ends it with everything done.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        self.end("COMMIT").await
    }

    /// Ends it with nothing done.
    pub async fn rollback(self) -> Result<(), sqlx::Error> {
        self.end("ROLLBACK").await
    }

    async fn end(mut self, statement: &'static str) -> Result<(), sqlx::Error> {
        self.connection.execute(statement).await?;
        self.open = false;
        Ok(())
    }
}

impl Deref for PostgresTransaction {
    type Target = PgConnection;
    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for PostgresTransaction {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

impl Drop for PostgresTransaction {
    fn drop(&mut self) {
        if self.open {
            self.connection.close_on_drop();
        }
    }
}
