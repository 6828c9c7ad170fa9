//! A part of all rows, and the requests in it that a filter matches.

use super::filter::{NameFilter, RequestFilter, StatusFilter};
use super::row::{RequestRow, key_name, row};
use crate::domain::{ApiKeyId, CallState, RequestId, Scope};
use crate::store::engine::{StoreError, Table, Value, args, sql};
use crate::store::usage::record_row::{columns, price};
use crate::store::usage::records::Usage;

/// The matching ones among the first $3 of some rows, at most $4.
macro_rules! window {
    ($rows:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            price!(),
            key_name!(),
            " FROM (SELECT * FROM usage_record WHERE id < $1 AND id >= $2 ",
            $rows,
            r" ORDER BY id DESC LIMIT $3) AS usage_record
              WHERE (CAST($5 AS TEXT) IS NULL OR requested = $5)
                AND (CAST($6 AS TEXT) IS NULL OR SUBSTR(requested, 1, LENGTH($6)) = $6)
                AND (CAST($7 AS TEXT) IS NULL OR COALESCE(alias, '') = $7)
                AND (CAST($8 AS TEXT) IS NULL OR model = $8) AND (CAST($9 AS TEXT) IS NULL OR provider_id = $9)
                AND status BETWEEN $10 AND $11 AND (CAST($12 AS TEXT) IS NULL OR state = $12)
              ORDER BY id DESC LIMIT $4"
        )
    };
}

/// The first of some rows after $3 of them.
macro_rules! end {
    ($rows:literal) => {
        concat!(
            "SELECT id FROM usage_record WHERE id < $1 AND id >= $2 ",
            $rows,
            " ORDER BY id DESC LIMIT 1 OFFSET $3"
        )
    };
}

sql! {
    WINDOW = window!("");
    WINDOW_OF_ACCOUNT = window!("AND account_id = $13");
    WINDOW_OF_FAILED = window!("AND account_id = $13 AND status >= 400");
    WINDOW_OF_KEY = window!("AND api_key_id = $13 AND (CAST($14 AS TEXT) IS NULL OR account_id = $14)");
    END = end!("");
    END_OF_ACCOUNT = end!("AND account_id = $4");
    END_OF_FAILED = end!("AND account_id = $4 AND status >= 400");
    END_OF_KEY = end!("AND api_key_id = $4 AND (CAST($5 AS TEXT) IS NULL OR account_id = $5)");
}

pub const TABLE: Table = Table {
    name: "usage_record",
    id: "id",
};

/// The rows that a window is a part of.
#[derive(Clone, Copy, Debug)]
pub enum Among {
    Scope(Scope),
    /// The failed ones of an account, which have an index of their own.
    Failed(crate::domain::AccountId),
    Key(ApiKeyId, Scope),
}

/// A part of all rows, from the newest to the oldest.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub(in crate::store) among: Among,
    /// Only rows older than this one.
    pub(in crate::store) below: RequestId,
    /// Only this row and newer ones.
    pub(in crate::store) from: RequestId,
    /// How many rows are read.
    pub(in crate::store) size: u32,
}

impl RequestFilter {
    /// The rows of a window that match, the newest first, at most so many.
    pub(in crate::store) async fn matching(
        &self,
        usage: Usage<'_>,
        window: Window,
        most: u32,
    ) -> Result<Vec<RequestRow>, StoreError> {
        let (exact, prefix) = match &self.requested {
            Some(NameFilter::Exact(name)) => (Some(name.as_str()), None),
            Some(NameFilter::Prefix(name)) => (None, Some(name.as_str())),
            None => (None, None),
        };
        let (low, high) = self.status.map_or((0, 999), StatusFilter::bounds);
        let mut args = args![
            window.below,
            window.from,
            window.size,
            most,
            exact,
            prefix,
            self.alias.as_deref(),
            self.model.as_deref(),
            self.provider.as_deref(),
            low,
            high,
            self.state.map(CallState::as_str)
        ];
        let (sql, more) = match window.among {
            Among::Scope(Scope::All) => (WINDOW, args![]),
            Among::Scope(Scope::Account(account)) => (WINDOW_OF_ACCOUNT, args![account]),
            Among::Failed(account) => (WINDOW_OF_FAILED, args![account]),
            Among::Key(key, scope) => (WINDOW_OF_KEY, args![key, scope.account()]),
        };
        args.extend(more);

        usage.0.all(sql, args).await?.iter().map(row).collect()
    }
}

impl Window {
    /// The first row beyond the window, if there is one.
    pub(in crate::store) async fn beyond(&self, usage: Usage<'_>) -> Result<Option<RequestId>, StoreError> {
        let mut args = args![self.below, self.from, self.size];
        let (sql, more): (_, Vec<Value>) = match self.among {
            Among::Scope(Scope::All) => (END, args![]),
            Among::Scope(Scope::Account(account)) => (END_OF_ACCOUNT, args![account]),
            Among::Failed(account) => (END_OF_FAILED, args![account]),
            Among::Key(key, scope) => (END_OF_KEY, args![key, scope.account()]),
        };
        args.extend(more);
        usage
            .0
            .first(sql, args)
            .await?
            .map(|row| row.parse(TABLE, "id"))
            .transpose()
    }
}
