//! Rows of results, on either engine, and how their columns are read.

use std::str::FromStr;

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use super::error::StoreError;
use crate::domain::{PicoUsd, Timestamp};

/// A row of a result, of either engine.
pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl From<SqliteRow> for Row {
    fn from(row: SqliteRow) -> Self {
        Self::Sqlite(row)
    }
}

impl From<PgRow> for Row {
    fn from(row: PgRow) -> Self {
        Self::Postgres(row)
    }
}

/// A table, and the column that identifies its rows, for errors about values that cannot be read.
#[derive(Clone, Copy)]
pub struct Table {
    pub name: &'static str,
    pub id: &'static str,
}

/// A type that a column can be read as.
pub trait Column: Sized {
    fn read(row: &Row, column: &'static str) -> Result<Self, sqlx::Error>;
}

macro_rules! column {
    ($($type:ty),+) => { $(
        impl Column for $type {
            fn read(row: &Row, column: &'static str) -> Result<Self, sqlx::Error> {
                match row {
                    Row::Sqlite(row) => row.try_get(column),
                    Row::Postgres(row) => row.try_get(column),
                }
            }
        }
    )+ };
}
column!(i64, Option<i64>, String, Option<String>, Vec<u8>, Option<Vec<u8>>);

impl Column for bool {
    fn read(row: &Row, column: &'static str) -> Result<Self, sqlx::Error> {
        i64::read(row, column).map(|v| v != 0)
    }
}

impl Column for Timestamp {
    fn read(row: &Row, column: &'static str) -> Result<Self, sqlx::Error> {
        i64::read(row, column).map(Self::from_millis)
    }
}

impl Column for Option<Timestamp> {
    fn read(row: &Row, column: &'static str) -> Result<Self, sqlx::Error> {
        Ok(<Option<i64>>::read(row, column)?.map(Timestamp::from_millis))
    }
}

impl Column for PicoUsd {
    fn read(row: &Row, column: &'static str) -> Result<Self, sqlx::Error> {
        i64::read(row, column).map(Self::from_pico)
    }
}

impl Column for Option<PicoUsd> {
    fn read(row: &Row, column: &'static str) -> Result<Self, sqlx::Error> {
        Ok(<Option<i64>>::read(row, column)?.map(PicoUsd::from_pico))
    }
}

impl Row {
    /// The value of a column.
    pub fn get<T: Column>(&self, column: &'static str) -> Result<T, StoreError> {
        T::read(self, column).map_err(StoreError::Database)
    }

    /// A text column, parsed.
    pub fn parse<T: FromStr>(&self, table: Table, column: &'static str) -> Result<T, StoreError> {
        self.get::<String>(column)?
            .parse()
            .map_err(|_| self.corrupt(table, column))
    }

    /// A text column that may be null, parsed.
    pub fn parse_opt<T: FromStr>(&self, table: Table, column: &'static str) -> Result<Option<T>, StoreError> {
        match self.get::<Option<String>>(column)? {
            Some(text) => text.parse().map(Some).map_err(|_| self.corrupt(table, column)),
            None => Ok(None),
        }
    }

    /// A text column of JSON, parsed.
    pub fn json<T: serde::de::DeserializeOwned>(&self, table: Table, column: &'static str) -> Result<T, StoreError> {
        serde_json::from_str(&self.get::<String>(column)?).map_err(|_| self.corrupt(table, column))
    }

    /// The error that this row holds a value that cannot be read.
    pub fn corrupt(&self, table: Table, column: &'static str) -> StoreError {
        let id = self.get::<String>(table.id).unwrap_or_else(|_| "?".into());
        StoreError::Corrupt {
            table: table.name,
            column,
            id,
        }
    }
}
