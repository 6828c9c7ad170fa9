//! One request with everything that belongs to it.

use super::row::{RequestRow, key_name, row};
use crate::domain::{LedgerEntry, RequestId, Scope, UsageRecord};
use crate::store::engine::{StoreError, args, sql};
use crate::store::keys::aliases::{self, SavedAliases};
use crate::store::money::wallets;
use crate::store::usage::record_row::{columns, price};
use crate::store::usage::records::Usage;

/// One request with everything that belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestDetail {
    /// The record of the call.
    pub record: UsageRecord,
    /// The key's name, also of a deleted key.
    pub key_name: Option<String>,
    /// The account's name.
    pub account_name: String,
    /// The entry of the ledger that charges it, together with other calls.
    pub entry: Option<LedgerEntry>,
    /// The key's aliases as they were saved last before the request arrived, and before that: the newest first, at most 5.
    pub rules: Vec<SavedAliases>,
}

sql! {
    ONE = concat!("SELECT ", columns!(), price!(), key_name!(), r", entry_id, (SELECT a.name FROM account a
            WHERE a.id = usage_record.account_id) AS account_name FROM usage_record
            WHERE id = $1 AND (CAST($2 AS TEXT) IS NULL OR account_id = $2)");
    RULES = r"SELECT v.api_key_id AS id, v.version AS version, v.saved_at AS saved_at, v.saved_by AS saved_by,
                v.aliases AS aliases FROM alias_version v WHERE v.api_key_id = $1 AND v.saved_at <= $2
              ORDER BY v.version DESC LIMIT 5";
}

impl Usage<'_> {
    /// One request; `None` if it is not in the scope, was never made, or is past the time that records are kept.
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
