//! The columns that hold the limits of a key or an account.

use crate::domain::{Limits, SpendLimit};
use crate::store::engine::{Row, StoreError, Table, Value, args};

/// Reads `requests_per_minute`, `tokens_per_minute`, `spend_limit` and `spend_period`.
pub fn limits(row: &Row, table: Table) -> Result<Limits, StoreError> {
    named(
        row,
        table,
        [
            "requests_per_minute",
            "tokens_per_minute",
            "spend_limit",
            "spend_period",
        ],
    )
}

/// Reads the same four under other names.
pub fn named(row: &Row, table: Table, columns: [&'static str; 4]) -> Result<Limits, StoreError> {
    let [requests, tokens, amount, period] = columns;
    let count = |column: &'static str| -> Result<Option<u32>, StoreError> {
        let stored: Option<i64> = row.get(column)?;
        stored
            .map(|count| u32::try_from(count).map_err(|_| row.corrupt(table, column)))
            .transpose()
    };
    let spend = match (row.get(amount)?, row.parse_opt(table, period)?) {
        (Some(amount), Some(period)) => Some(SpendLimit { amount, period }),
        (None, None) => None,
        _ => return Err(row.corrupt(table, period)),
    };
    Ok(Limits {
        requests_per_minute: count(requests)?,
        tokens_per_minute: count(tokens)?,
        spend,
    })
}

/// The values of those columns, in that order.
pub fn values(limits: &Limits) -> Vec<Value> {
    args![
        limits.requests_per_minute,
        limits.tokens_per_minute,
        limits.spend.map(|spend| spend.amount),
        limits.spend.map(|spend| spend.period.as_str())
    ]
}

/// The limits for the audit log.
pub fn audited(limits: &Limits) -> serde_json::Value {
    serde_json::json!({
        "requests_per_minute": limits.requests_per_minute,
        "tokens_per_minute": limits.tokens_per_minute,
        "spend": limits.spend.map(|spend| serde_json::json!({ "usd": spend.amount, "per": spend.period.as_str() })),
    })
}
