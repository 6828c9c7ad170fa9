//! One page of the list of requests, and its rows.

use crate::domain::{RequestId, UsageRecord};
use crate::store::engine::{Row, StoreError};
use crate::store::usage::record_row::record;

/// One row of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestRow {
    /// The record of the call.
    pub record: UsageRecord,
    /// The key's name, also of a deleted key.
    pub key_name: Option<String>,
}

/// One page of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestPage {
    /// Its rows, the newest first.
    pub rows: Vec<RequestRow>,
    /// Whether more rows follow the page.
    pub next: Next,
}

/// The continuation of a page. The caller passes the id as `before` to get the next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// There are no more rows.
    End,
    /// More rows, older than this one.
    Older(RequestId),
    /// Perhaps more rows: the search read back to this id and stopped, so that no page takes long.
    Further(RequestId),
}

/// The name of a record's key.
macro_rules! key_name {
    () => {
        ", (SELECT k.name FROM api_key k WHERE k.id = usage_record.api_key_id) AS key_name"
    };
}
pub(in crate::store) use key_name;

pub fn row(row: &Row) -> Result<RequestRow, StoreError> {
    Ok(RequestRow {
        record: record(row)?,
        key_name: row.get("key_name")?,
    })
}
