//! Statements outside any transaction.

use sqlx::{AssertSqlSafe, Connection, Executor, SqlSafeStr};

use super::error::StoreError;
use super::pools::{On, on};
use super::row::Row;
use super::sql::{Sql, sql};
use super::statement::{rows, touched};
use super::store::Store;
use super::value::Value;

sql! {
    PING = "SELECT 1";
}

impl Store {
    /// Whether the database answers.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.all(PING, Vec::new()).await.map(drop)
    }

    /// Runs one statement that is a whole change by itself, in a task of its own, and counts the rows that it changed.
    pub async fn change(&self, sql: Sql, args: Vec<Value>) -> Result<u64, StoreError> {
        let engine = self.engine.clone();
        let task = tokio::spawn(async move { on!(&engine.writers, |pool| touched!(pool, sql.0, args)) });
        task.await.map_err(|_| StoreError::Interrupted)?
    }

    /// Every row of the result, read outside any transaction.
    pub async fn all(&self, sql: Sql, args: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        on!(&self.engine.readers, |pool| rows!(pool, sql.0, args))
    }

    /// The first row of the result, read outside any transaction.
    pub async fn first(&self, sql: Sql, args: Vec<Value>) -> Result<Option<Row>, StoreError> {
        Ok(self.all(sql, args).await?.into_iter().next())
    }

    /// Runs any statement, for tests that break the database on purpose.
    #[cfg(test)]
    pub(crate) async fn meddle(&self, sql: String) {
        on!(&self.engine.writers, |pool| drop(
            pool.execute(AssertSqlSafe(sql)).await.expect("to meddle")
        ));
    }

    /// Prepares statements without running them.
    pub async fn prepare(&self, texts: Vec<String>) -> Result<(), StoreError> {
        on!(&self.engine.writers, |pool| {
            // It does not go back to the pool: it remembers guessed types of parameters.
            let mut connection = pool.acquire().await?.detach();
            for text in texts {
                connection.prepare(AssertSqlSafe(text).into_sql_str()).await?;
            }
            connection.close().await?;
        });
        Ok(())
    }
}
