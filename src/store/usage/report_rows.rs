//! A report, and the rows of its tables.

use super::sums::{Top, UsageSums};
use crate::domain::{AccountId, ApiKeyId};

/// A key of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportKey {
    /// Which.
    pub id: ApiKeyId,
    /// Its name, also if it was deleted since.
    pub name: Option<String>,
    /// Whose it is.
    pub account: AccountId,
}

/// An account of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportAccount {
    /// Which.
    pub id: AccountId,
    /// Its name.
    pub name: String,
}

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageReport {
    /// All of it.
    pub totals: UsageSums,
    /// The UTC days that had any, the first one first.
    pub days: Vec<(i64, UsageSums)>,
    /// By day and real model.
    pub model_days: Vec<(i64, String, UsageSums)>,
    /// By day and provider.
    pub provider_days: Vec<(i64, String, UsageSums)>,
    /// By real model.
    pub models: Top<String>,
    /// By provider.
    pub providers: Top<String>,
    /// By the name that was asked for and the alias that caught it, which is empty if none did.
    pub names: Top<(String, String)>,
    /// By key. `None` for a report over all accounts with a filter: look at one account then.
    pub keys: Option<Top<ReportKey>>,
    /// By account; `None` in a report about one account or key.
    pub accounts: Option<Top<ReportAccount>>,
}

/// One row of everything: what one key asked for under one name on one day, and what answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageRow {
    /// The UTC day, counted from 1970.
    pub day: i64,
    /// The account's name.
    pub account: String,
    /// Which key.
    pub key: ApiKeyId,
    /// Its name.
    pub key_name: Option<String>,
    /// The name that was asked for.
    pub requested: String,
    /// The alias that caught it; empty if none did.
    pub alias: String,
    /// The real model.
    pub model: String,
    /// Who answered.
    pub provider: String,
    /// How much.
    pub sums: UsageSums,
}
