//! The tables, held by another program.

use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

use super::stage::Stage;
use crate::harness::database::Engine;

/// As long as it exists, no other program can write records, and on SQLite nothing at all.
pub enum Held {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Held {
    /// Takes the tables.
    pub async fn take(stage: &Stage) -> Self {
        let url = &stage.database_url;
        match stage.engine {
            Engine::Sqlite => {
                let mut connection = SqliteConnection::connect(url).await.expect("the database");
                connection
                    .execute("PRAGMA busy_timeout = 20000")
                    .await
                    .expect("to wait for it");
                connection.execute("BEGIN EXCLUSIVE").await.expect("to have it alone");
                Self::Sqlite(connection)
            }
            Engine::Postgres => {
                let mut connection = PgConnection::connect(url).await.expect("the database");
                connection.execute("BEGIN").await.expect("a transaction");
                connection
                    .execute("LOCK TABLE usage_record")
                    .await
                    .expect("to have it alone");
                Self::Postgres(connection)
            }
        }
    }

    /// Lets go of them.
    pub async fn release(self) {
        match self {
            Self::Sqlite(mut connection) => {
                connection.execute("ROLLBACK").await.expect("to let go of it");
                connection.close().await.expect("to leave it");
            }
            Self::Postgres(mut connection) => {
                connection.execute("ROLLBACK").await.expect("to let go of it");
                connection.close().await.expect("to leave it");
            }
        }
    }
}
