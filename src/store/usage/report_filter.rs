//! The filter of a report.

use crate::domain::{ApiKeyId, Scope};
use crate::store::engine::{Value, args};

/// The filter of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportFilter {
    /// The first UTC day, counted from 1970.
    pub from: i64,
    /// The last one.
    pub to: i64,
    /// Only calls with this key.
    pub key: Option<ApiKeyId>,
    /// Only calls for this name.
    pub requested: Option<String>,
    /// Only calls that this alias matched; empty: only those that none matched.
    pub alias: Option<String>,
    /// Only calls that this real model answered.
    pub model: Option<String>,
    /// Only calls that this provider answered.
    pub provider: Option<String>,
}

impl ReportFilter {
    pub(in crate::store) fn narrows(&self) -> bool {
        [&self.requested, &self.alias, &self.model, &self.provider]
            .into_iter()
            .any(Option::is_some)
    }

    /// The account, the days and the filters, as the statements number them.
    pub(in crate::store) fn args(&self, scope: Scope) -> Vec<Value> {
        args![
            scope.account(),
            self.from,
            self.to,
            self.requested.as_deref(),
            self.alias.as_deref(),
            self.model.as_deref(),
            self.provider.as_deref()
        ]
    }

    /// The statement for accounts or for a key, and its values.
    pub(in crate::store) fn choose<S>(&self, scope: Scope, accounts: S, key: S) -> (S, Vec<Value>) {
        let mut args = self.args(scope);
        match self.key {
            Some(id) => {
                args.extend(args![id]);
                (key, args)
            }
            None => (accounts, args),
        }
    }
}
