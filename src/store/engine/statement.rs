//! How one statement is run on either engine.

use std::sync::Arc;

use sqlx::{Arguments, Database, Encode, Executor, Type};

use super::error::StoreError;
use super::value::Value;

/// Runs one statement and returns its rows. It is a macro, since the types of the engines differ.
macro_rules! rows {
    ($db:expr, $sql:expr, $values:expr) => {{
        let db = $db;
        let args = $crate::store::engine::statement::arguments(&db, $values)?;
        let rows = sqlx::query_with($sql, args)
            .fetch_all(db)
            .await
            .map_err($crate::store::engine::StoreError::from_sqlx)?;
        Ok(rows
            .into_iter()
            .map($crate::store::engine::Row::from)
            .collect::<Vec<_>>())
    }};
}
pub(in crate::store) use rows;

/// Runs one statement and counts the rows that it changed.
macro_rules! touched {
    ($db:expr, $sql:expr, $values:expr) => {{
        let db = $db;
        let args = $crate::store::engine::statement::arguments(&db, $values)?;
        Ok(sqlx::query_with($sql, args)
            .execute(db)
            .await
            .map_err($crate::store::engine::StoreError::from_sqlx)?
            .rows_affected())
    }};
}
pub(in crate::store) use touched;

/// The values in the form of the engine of `_db`. They go into one list, since `Query::bind` moves the whole query for each.
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
