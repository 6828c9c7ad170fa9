//! The columns about when, for what and from where keys may be used.

use ipnet::IpNet;

use crate::domain::{Access, Strictness};
use crate::store::engine::{Row, StoreError, Table, Value, args, to_json};

/// Reads the columns under these names: the end, the models, the addresses.
pub fn access(row: &Row, table: Table, columns: [&'static str; 3]) -> Result<Access, StoreError> {
    let [expires_at, models, addresses] = columns;
    let models = match row.get::<Option<String>>(models)? {
        Some(text) => Some(serde_json::from_str(&text).map_err(|_| row.corrupt(table, models))?),
        None => None,
    };
    let texts: Vec<String> = row.json(table, addresses)?;
    let parsed = texts.iter().map(|text| text.parse()).collect::<Result<Vec<_>, _>>();
    let addresses = parsed.map_err(|_| row.corrupt(table, addresses))?;

    Ok(Access {
        expires_at: row.get(expires_at)?,
        models,
        addresses,
    })
}

/// The values of those columns, in the order of [`access`].
pub fn values(access: &Access) -> Vec<Value> {
    args![
        access.expires_at,
        access.models.as_ref().map(to_json),
        to_json(&texts(&access.addresses))
    ]
}

/// The access for the audit log.
pub fn audited(access: &Access) -> serde_json::Value {
    serde_json::json!({ "expires_at": access.expires_at, "models": access.models, "addresses": texts(&access.addresses) })
}

/// Address ranges as people write them.
pub fn texts(addresses: &[IpNet]) -> Vec<String> {
    addresses.iter().map(ToString::to_string).collect()
}

/// A key's strictness as its column keeps it: nothing for the usual one.
pub fn stated(adapt: Strictness) -> Option<&'static str> {
    (adapt != Strictness::default()).then_some(adapt.as_str())
}
