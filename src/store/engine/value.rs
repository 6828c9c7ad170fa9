//! What goes into a statement and what comes out of a row, on either engine: whole numbers, text and bytes.

use std::collections::HashMap;
use std::hash::Hash;
use std::str::FromStr;
use std::sync::Arc;

use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use super::error::StoreError;
use crate::domain::{
    AccountId, AliasName, ApiKeyHash, ApiKeyId, Email, GatewayId, LedgerId, ModelId, PersonId, PicoUsd, ProviderId,
    RequestId, Timestamp,
};

/// A value for a placeholder.
#[derive(Clone, Debug)]
pub enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    /// A text that other rows have too.
    Shared(Arc<str>),
    Bytes(Option<Vec<u8>>),
}

/// A list of values, each converted by `Value::from`.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::engine::Value::from($value)),*] };
}
pub(in crate::store) use args;

macro_rules! value_from {
    ($($kind:ident: $type:ty, |$v:ident| $into:expr;)+) => { $(
        impl From<$type> for Value {
            fn from($v: $type) -> Self {
                Self::$kind(Some($into))
            }
        }
        impl From<Option<$type>> for Value {
            fn from(value: Option<$type>) -> Self {
                Self::$kind(value.map(|$v| $into))
            }
        }
    )+ };
}

value_from! {
    Int: i64, |v| v;
    Int: u32, |v| i64::from(v);
    Int: bool, |v| i64::from(v);
    Int: Timestamp, |v| v.millis();
    Int: PicoUsd, |v| v.pico();
    Text: &str, |v| v.to_owned();
    Text: String, |v| v;
    Text: AccountId, |v| v.to_string();
    Text: PersonId, |v| v.to_string();
    Text: ApiKeyId, |v| v.to_string();
    Text: RequestId, |v| v.to_string();
    Text: LedgerId, |v| v.to_string();
    Text: GatewayId, |v| v.to_string();
    Text: &AliasName, |v| v.to_string();
    Text: &ModelId, |v| v.to_string();
    Text: &ProviderId, |v| v.to_string();
    Text: &Email, |v| v.to_string();
    Bytes: Vec<u8>, |v| v;
    Bytes: &[u8], |v| v.to_vec();
    Bytes: [u8; 32], |v| v.to_vec();
    Bytes: ApiKeyHash, |v| v.as_bytes().to_vec();
}

impl From<Arc<str>> for Value {
    fn from(text: Arc<str>) -> Self {
        Self::Shared(text)
    }
}

impl From<Option<Arc<str>>> for Value {
    fn from(text: Option<Arc<str>>) -> Self {
        text.map_or(Self::Text(None), Self::Shared)
    }
}

/// Texts of many rows, each held once however many rows have it.
pub struct Shared<T>(HashMap<T, Arc<str>, ahash::RandomState>);

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self(HashMap::default())
    }
}

impl<T: Copy + Eq + Hash> Shared<T> {
    /// The text of a thing, which is written out the first time.
    pub fn of(&mut self, thing: T, write: impl FnOnce(T) -> Arc<str>) -> Arc<str> {
        Arc::clone(self.0.entry(thing).or_insert_with(|| write(thing)))
    }
}

impl<'r> Shared<&'r str> {
    /// The same text.
    pub fn text(&mut self, text: &'r str) -> Arc<str> {
        self.of(text, Arc::from)
    }
}

/// A row of either engine.
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

/// A table, and the column that names its rows, for reports of values that cannot be read.
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
    /// A column's value.
    pub fn get<T: Column>(&self, column: &'static str) -> Result<T, StoreError> {
        T::read(self, column).map_err(StoreError::Database)
    }

    /// A text column, parsed.
    pub fn parse<T: FromStr>(&self, table: Table, column: &'static str) -> Result<T, StoreError> {
        self.get::<String>(column)?
            .parse()
            .map_err(|_| self.corrupt(table, column))
    }

    /// A text column that may be missing, parsed.
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

    /// The report that this row holds a value that cannot be read.
    pub fn corrupt(&self, table: Table, column: &'static str) -> StoreError {
        let id = self.get::<String>(table.id).unwrap_or_else(|_| "?".into());
        StoreError::Corrupt {
            table: table.name,
            column,
            id,
        }
    }
}

/// A value as the JSON text that a column keeps.
pub fn to_json<T: serde::Serialize + ?Sized>(value: &T) -> String {
    // Only maps with keys that are not text, or a failing `Serialize`, cannot be written; none of ours is such.
    serde_json::to_string(value).unwrap_or_default()
}
