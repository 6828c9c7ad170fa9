//! Which requests there were, the newest first, and one of them with everything that belongs to it.

use super::records::{Usage, columns, price, record};
use crate::domain::{ApiKeyId, CallState, LedgerEntry, RequestId, Scope, Timestamp, UsageRecord};
use crate::store::engine::{Row, StoreError, Table, Value, args, sql};
use crate::store::keys::aliases::{self, SavedAliases};
use crate::store::money::wallets;

/// Which requests to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// Only those with this key.
    pub key: Option<ApiKeyId>,
    /// Only those for this name.
    pub requested: Option<NameFilter>,
    /// Only those that this alias caught; empty: only those that none caught.
    pub alias: Option<String>,
    /// Only those that this real model answered.
    pub model: Option<String>,
    /// Only those that this provider answered.
    pub provider: Option<String>,
    /// Only those that ended so.
    pub status: Option<StatusFilter>,
    /// Only those that were charged so.
    pub state: Option<CallState>,
    /// Only those that arrived then or later.
    pub from: Option<Timestamp>,
    /// Only those that arrived before.
    pub until: Option<Timestamp>,
}

/// Which names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameFilter {
    /// This one.
    Exact(String),
    /// All that begin so.
    Prefix(String),
}

/// How requests ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatusFilter {
    /// Below 400.
    Answered,
    /// 400 or more.
    Failed,
    /// 400 to 499.
    Client,
    /// 500 to 599.
    Server,
    /// One status.
    Code(u16),
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestRow {
    /// The record.
    pub record: UsageRecord,
    /// The key's name, also if it was deleted since.
    pub key_name: Option<String>,
}

/// One page of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestPage {
    /// Its rows, the newest first.
    pub rows: Vec<RequestRow>,
    /// Whether and where it goes on.
    pub next: Next,
}

/// What comes after a page: give the id back as `before`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing.
    End,
    /// More rows, older than this one.
    Older(RequestId),
    /// Perhaps more rows: the search looked back to here and stopped, so that no page takes long.
    Further(RequestId),
}

/// One request with everything that belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestDetail {
    /// The record.
    pub record: UsageRecord,
    /// The key's name, also if it was deleted since.
    pub key_name: Option<String>,
    /// The account's name.
    pub account_name: String,
    /// The entry of the ledger that charges it, and others with it.
    pub entry: Option<LedgerEntry>,
    /// The key's aliases as they were saved last before the request arrived, and before that: the newest first, at most 5.
    pub rules: Vec<SavedAliases>,
}

impl StatusFilter {
    /// The lowest and the highest status.
    pub(in crate::store) fn bounds(self) -> (u32, u32) {
        match self {
            Self::Answered => (0, 399),
            Self::Failed => (400, 999),
            Self::Client => (400, 499),
            Self::Server => (500, 599),
            Self::Code(code) => (u32::from(code), u32::from(code)),
        }
    }
}

/// The name of a record's key.
macro_rules! key_name {
    () => {
        ", (SELECT k.name FROM api_key k WHERE k.id = usage_record.api_key_id) AS key_name"
    };
}

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
            " ORDER BY id DESC LIMIT $3) AS usage_record \
             WHERE (CAST($5 AS TEXT) IS NULL OR requested = $5) \
             AND (CAST($6 AS TEXT) IS NULL OR SUBSTR(requested, 1, LENGTH($6)) = $6) \
             AND (CAST($7 AS TEXT) IS NULL OR COALESCE(alias, '') = $7) AND (CAST($8 AS TEXT) IS NULL OR model = $8) \
             AND (CAST($9 AS TEXT) IS NULL OR provider_id = $9) AND status BETWEEN $10 AND $11 \
             AND (CAST($12 AS TEXT) IS NULL OR state = $12) ORDER BY id DESC LIMIT $4"
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
    ONE = concat!("SELECT ", columns!(), price!(), key_name!(), ", entry_id, (SELECT a.name FROM account a \
           WHERE a.id = usage_record.account_id) AS account_name FROM usage_record \
           WHERE id = $1 AND (CAST($2 AS TEXT) IS NULL OR account_id = $2)");
    RULES = "SELECT v.api_key_id AS id, v.version AS version, v.saved_at AS saved_at, v.saved_by AS saved_by, \
             v.aliases AS aliases FROM alias_version v WHERE v.api_key_id = $1 AND v.saved_at <= $2 \
             ORDER BY v.version DESC LIMIT 5";
}
const TABLE: Table = Table {
    name: "usage_record",
    id: "id",
};

/// Where a window lies: among whose rows.
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
    /// Not this one itself, but older ones.
    pub(in crate::store) below: RequestId,
    /// This one and newer ones.
    pub(in crate::store) from: RequestId,
    /// How many rows are looked at.
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
    /// The first row that it does not look at, if there is one.
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

impl Usage<'_> {
    /// One request; `None` if it is not in the scope, was never made, or is past the time that records are kept.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn request(self, scope: Scope, id: RequestId) -> Result<Option<RequestDetail>, StoreError> {
        let Some(found) = self.0.first(ONE, args![id, scope.account()]).await? else {
            return Ok(None);
        };
        let RequestRow { record, key_name } = row(&found)?;
        let entry = match found.get::<Option<String>>("entry_id")? {
            Some(id) => wallets::entry_of_id(self.0, &id).await?,
            None => None,
        };
        let rules = self.0.all(RULES, args![record.key, record.at]).await?;
        Ok(Some(RequestDetail {
            account_name: found.get::<Option<String>>("account_name")?.unwrap_or_default(),
            rules: rules.iter().map(aliases::saved).collect::<Result<_, _>>()?,
            record,
            key_name,
            entry,
        }))
    }
}

fn row(row: &Row) -> Result<RequestRow, StoreError> {
    Ok(RequestRow {
        record: record(row)?,
        key_name: row.get("key_name")?,
    })
}
