//! Transactions that write, on either engine.

use futures_util::future::BoxFuture;
use sqlx::{Sqlite, Transaction};

use super::change::Change;
use super::error::StoreError;
use super::many_rows::{ManyRows, Portions};
use super::pools::{Engine, On, on};
use super::postgres_transaction::PostgresTransaction;
use super::row::Row;
use super::sql::Sql;
use super::statement::{rows, touched};
use super::store::Store;
use super::value::Value;

/// Runs the steps of a block in one transaction of a store. The block owns what it uses, and ends with a `Result`.
/// A transaction of a `Writer` also gives the block who makes the change, and when.
macro_rules! transaction {
    ($writer:expr, |$tx:ident, $by:ident| $steps:expr) => {
        $writer
            .write(move |$tx, $by| ::std::boxed::Box::pin(async move { $steps }))
            .await
    };
    ($store:expr, |$tx:ident| $steps:expr) => {
        $store
            .write(move |$tx| ::std::boxed::Box::pin(async move { $steps }))
            .await
    };
}
pub(in crate::store) use transaction;

/// A transaction that writes.
pub struct Tx {
    on: On<Transaction<'static, Sqlite>, PostgresTransaction>,
    changes: Vec<Change>,
    abandoned: bool,
}

impl Tx {
    async fn begin(engine: &Engine) -> Result<Self, StoreError> {
        let on = match &engine.writers {
            // The lock is taken at once: a transaction that reads first and writes later fails instead of waiting.
            On::Sqlite(pool) => On::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?),
            On::Postgres(pool) => On::Postgres(PostgresTransaction::begin(pool).await?),
        };
        Ok(Self {
            on,
            changes: Vec::new(),
            abandoned: false,
        })
    }

    fn is_postgres(&self) -> bool {
        matches!(self.on, On::Postgres(_))
    }

    /// Every row of the result.
    pub async fn all(&mut self, sql: Sql, args: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        on!(&mut self.on, |tx| rows!(&mut **tx, sql.0, args))
    }

    /// The first row of the result.
    pub async fn first(&mut self, sql: Sql, args: Vec<Value>) -> Result<Option<Row>, StoreError> {
        Ok(self.all(sql, args).await?.into_iter().next())
    }

    /// How many rows the statement changed.
    pub async fn run(&mut self, sql: Sql, args: Vec<Value>) -> Result<u64, StoreError> {
        on!(&mut self.on, |tx| touched!(&mut **tx, sql.0, args))
    }

    /// Adds many rows, whose values follow each other, and returns the rows of `RETURNING`.
    pub async fn add_rows(&mut self, sql: ManyRows, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let mut out = Vec::new();
        let mut portions = Portions::new(sql, values, self.is_postgres());
        while let Some((text, args)) = portions.next() {
            let added: Result<Vec<Row>, StoreError> = on!(&mut self.on, |tx| rows!(&mut **tx, text, args));
            out.extend(added?);
        }
        Ok(out)
    }

    /// Adds many rows and counts those that were new. Cheaper than [`Tx::add_rows`], as no row comes back.
    pub async fn count_rows(&mut self, sql: ManyRows, values: Vec<Value>) -> Result<u64, StoreError> {
        let mut count = 0;
        let mut portions = Portions::new(sql, values, self.is_postgres());
        while let Some((text, args)) = portions.next() {
            let added: Result<u64, StoreError> = on!(&mut self.on, |tx| touched!(&mut **tx, text, args));
            count += added?;
        }
        Ok(count)
    }

    /// Announces a change after the commit, to this process and to others.
    pub async fn announce(&mut self, change: Change) -> Result<(), StoreError> {
        if self.is_postgres() {
            self.all(super::change::NOTIFY, super::change::notification(change))
                .await?;
        }
        self.changes.push(change);
        Ok(())
    }

    /// Undoes the transaction at its end, although nothing failed.
    pub fn abandon(&mut self) {
        self.abandoned = true;
    }

    /// Ends the transaction. Returns the changes to announce; none if it was abandoned.
    async fn end(self) -> Result<Vec<Change>, StoreError> {
        if self.abandoned {
            on!(self.on, |tx| tx.rollback().await)?;
            return Ok(Vec::new());
        }
        on!(self.on, |tx| tx.commit().await).map_err(StoreError::from_sqlx)?;
        Ok(self.changes)
    }
}

impl Store {
    /// Runs a transaction in a task of its own, so that it ends one way or the other even if the caller is dropped.
    pub async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + 'static,
    {
        let store = self.clone();
        let task = tokio::spawn(async move {
            let mut tx = Tx::begin(&store.engine).await?;
            let done = work(&mut tx).await;
            if done.is_err() {
                tx.abandon();
            }

            // An error of the work says more than a rollback that fails after it.
            let ended = tx.end().await;
            let value = done?;
            for change in ended? {
                // Fails if there is no listener, which is fine.
                let _ = store.changes.send(change);
            }

            Ok(value)
        });
        task.await.map_err(|_| StoreError::Interrupted)?
    }
}
