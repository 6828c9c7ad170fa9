//! A report, and the rows of its tables.

use super::sums::{Top, UsageSums};
use crate::domain::{AccountId, ApiKeyId};

/// A key of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportKey {
    /// Identifies the key.
    pub id: ApiKeyId,
    /// The name, also of a deleted key.
    pub name: Option<String>,
    /// The account that owns the key.
    pub account: AccountId,
}

/// An account of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportAccount {
    /// Identifies the account.
    pub id: AccountId,
    /// Its name.
    pub name: String,
}

/// A report of usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageReport {
    /// The sums of the whole report.
    pub totals: UsageSums,
    /// The UTC days with usage, the first one first.
    pub days: Vec<(i64, UsageSums)>,
    /// By day and real model.
    pub model_days: Vec<(i64, String, UsageSums)>,
    /// By day and provider.
    pub provider_days: Vec<(i64, String, UsageSums)>,
    /// By real model.
    pub models: Top<String>,
    /// By provider.
    pub providers: Top<String>,
    /// By the requested name and the alias that matched it, which is empty if none did.
    pub names: Top<(String, String)>,
    /// By key. `None` for a report over all accounts that has a filter.
    pub keys: Option<Top<ReportKey>>,
    /// By account; `None` in a report about one account or key.
    pub accounts: Option<Top<ReportAccount>>,
}

/// One row of all usage: the calls of one key for one name on one day, with the model and provider that answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageRow {
    /// The UTC day, counted from 1970.
    pub day: i64,
    /// The account's name.
    pub account: String,
    /// The key of the calls.
    pub key: ApiKeyId,
    /// Its name.
    pub key_name: Option<String>,
    /// The requested name.
    pub requested: String,
    /// The alias that matched it; empty if none did.
    pub alias: String,
    /// The real model.
    pub model: String,
    /// The provider that answered.
    pub provider: String,
    /// The usage of these calls.
    pub sums: UsageSums,
}
