//! Statements and transactions: how they are run on either engine.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use sqlx::{Arguments, AssertSqlSafe, Connection, Database, Encode, Executor, SqlSafeStr, Sqlite, Transaction, Type};

use super::change::Change;
use super::error::StoreError;
use super::pools::{Engine, On, on};
use super::postgres_transaction::PostgresTransaction;
use super::sql::{ManyRows, Sql, sql};
use super::store::Store;
use super::value::{Row, Value};

sql! {
    PING = "SELECT 1";
}

/// Runs one statement and gives its rows. A macro, since the engine's types differ and bounds over both would drown it.
macro_rules! rows {
    ($db:expr, $sql:expr, $values:expr) => {{
        let db = $db;
        let args = arguments(&db, $values)?;
        let rows = sqlx::query_with($sql, args)
            .fetch_all(db)
            .await
            .map_err(StoreError::from_sqlx)?;
        Ok(rows.into_iter().map(Row::from).collect::<Vec<Row>>())
    }};
}

/// Runs one statement and counts the rows that it touched.
macro_rules! touched {
    ($db:expr, $sql:expr, $values:expr) => {{
        let db = $db;
        let args = arguments(&db, $values)?;
        Ok(sqlx::query_with($sql, args)
            .execute(db)
            .await
            .map_err(StoreError::from_sqlx)?
            .rows_affected())
    }};
}

/// Values as the engine of `_db` takes them. Put into the list itself: `Query::bind` would move the whole query for each.
pub fn arguments<'c, E, D>(_db: &E, values: impl IntoIterator<Item = Value>) -> Result<D::Arguments, StoreError>
where
    E: Executor<'c, Database = D>,
    D: Database,
    for<'v> Option<i64>: Encode<'v, D> + Type<D>,
    for<'v> Option<String>: Encode<'v, D> + Type<D>,
    for<'v> Option<Vec<u8>>: Encode<'v, D> + Type<D>,
    for<'v> Arc<str>: Encode<'v, D> + Type<D>,
{
    let values = values.into_iter();
    let mut args = D::Arguments::default();
    args.reserve(values.size_hint().0, 0);
    for value in values {
        let added = match value {
            Value::Int(v) => args.add(v),
            Value::Text(v) => args.add(v),
            Value::Shared(v) => args.add(v),
            Value::Bytes(v) => args.add(v),
        };
        added.map_err(|error| StoreError::from_sqlx(sqlx::Error::Encode(error)))?;
    }
    Ok(args)
}

/// A transaction that writes.
pub struct Tx {
    on: On<Transaction<'static, Sqlite>, PostgresTransaction>,
    changes: Vec<Change>,
    abandoned: bool,
}

impl Tx {
    async fn begin(engine: &Engine) -> Result<Self, StoreError> {
        let on = match &engine.writers {
            // Taken at once: a transaction that reads first and then writes would fail instead of waiting its turn.
            On::Sqlite(pool) => On::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?),
            On::Postgres(pool) => On::Postgres(PostgresTransaction::begin(pool).await?),
        };
        Ok(Self {
            on,
            changes: Vec::new(),
            abandoned: false,
        })
    }

    /// Every row of the answer.
    pub async fn all(&mut self, sql: Sql, args: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        on!(&mut self.on, |tx| rows!(&mut **tx, sql.0, args))
    }

    /// The first row of the answer.
    pub async fn first(&mut self, sql: Sql, args: Vec<Value>) -> Result<Option<Row>, StoreError> {
        Ok(self.all(sql, args).await?.into_iter().next())
    }

    /// How many rows the statement touched.
    pub async fn run(&mut self, sql: Sql, args: Vec<Value>) -> Result<u64, StoreError> {
        on!(&mut self.on, |tx| touched!(&mut **tx, sql.0, args))
    }

    /// Adds many rows, whose values follow each other, and gives what `RETURNING` says of them.
    pub async fn add_rows(&mut self, sql: ManyRows, values: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        let mut out = Vec::new();
        let mut portions = self.portions(sql, values);
        while let Some((text, args)) = portions.next() {
            let added: Result<Vec<Row>, StoreError> = on!(&mut self.on, |tx| rows!(&mut **tx, text, args));
            out.extend(added?);
        }
        Ok(out)
    }

    /// Adds many rows and counts those that were new. Cheaper than [`Tx::add_rows`], as no row comes back.
    pub async fn count_rows(&mut self, sql: ManyRows, values: Vec<Value>) -> Result<u64, StoreError> {
        let mut count = 0;
        let mut portions = self.portions(sql, values);
        while let Some((text, args)) = portions.next() {
            let added: Result<u64, StoreError> = on!(&mut self.on, |tx| touched!(&mut **tx, text, args));
            count += added?;
        }
        Ok(count)
    }

    fn portions(&self, sql: ManyRows, values: Vec<Value>) -> Portions {
        Portions {
            sql,
            numbered: matches!(self.on, On::Postgres(_)),
            rest: values.into_iter(),
            texts: [None, None],
        }
    }

    /// Tells everybody after the commit.
    pub async fn announce(&mut self, change: Change) -> Result<(), StoreError> {
        if matches!(self.on, On::Postgres(_)) {
            self.all(super::change::NOTIFY, super::change::notification(change))
                .await?;
        }
        self.changes.push(change);
        Ok(())
    }

    /// Undoes everything at the end, although nothing failed.
    pub fn abandon(&mut self) {
        self.abandoned = true;
    }

    /// The changes that are to be told, if it was committed.
    async fn end(self) -> Result<Vec<Change>, StoreError> {
        if self.abandoned {
            on!(self.on, |tx| tx.rollback().await)?;
            return Ok(Vec::new());
        }
        on!(self.on, |tx| tx.commit().await).map_err(StoreError::from_sqlx)?;
        Ok(self.changes)
    }
}

/// Statements of many rows, one after the other.
pub struct Portions {
    sql: ManyRows,
    numbered: bool,
    rest: std::vec::IntoIter<Value>,
    /// Of one row, and of many.
    texts: [Option<Arc<str>>; 2],
}

impl Portions {
    fn next(&mut self) -> Option<(AssertSqlSafe<Arc<str>>, impl Iterator<Item = Value>)> {
        let Self {
            sql,
            numbered,
            rest,
            texts: [one, many],
        } = self;
        let left = rest.len() / sql.columns;
        let (rows, text) = if left >= ManyRows::AT_ONCE {
            (ManyRows::AT_ONCE, many)
        } else {
            (1, one)
        };
        let text = text.get_or_insert_with(|| sql.text(rows, *numbered).into());
        // Safe: made of the constant's own parts.
        let text = AssertSqlSafe(Arc::clone(text));
        (left > 0).then(|| (text, rest.take(rows * sql.columns)))
    }
}

impl Store {
    /// Whether the database answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.all(PING, Vec::new()).await.map(drop)
    }

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
            // What went wrong in the work says more than a rollback that fails after it.
            let ended = tx.end().await;
            let value = done?;
            for change in ended? {
                // Nobody listening is fine.
                let _ = store.changes.send(change);
            }
            Ok(value)
        });
        task.await.map_err(|_| StoreError::Interrupted)?
    }

    /// Runs one statement that is a whole change by itself, in a task of its own, and counts the rows that it touched.
    pub async fn change(&self, sql: Sql, args: Vec<Value>) -> Result<u64, StoreError> {
        let engine = self.engine.clone();
        let task = tokio::spawn(async move { on!(&engine.writers, |pool| touched!(pool, sql.0, args)) });
        task.await.map_err(|_| StoreError::Interrupted)?
    }

    /// Every row of the answer, read outside any transaction.
    pub async fn all(&self, sql: Sql, args: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        on!(&self.engine.readers, |pool| rows!(pool, sql.0, args))
    }

    /// The first row of the answer, read outside any transaction.
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
            // Not a connection of the pool afterwards: what it remembers of the parameters' types is only guessed.
            let mut connection = pool.acquire().await?.detach();
            for text in texts {
                connection.prepare(AssertSqlSafe(text).into_sql_str()).await?;
            }
            connection.close().await?;
        });
        Ok(())
    }
}
