//! A row of `api_key` as the domain's [`ApiKey`].

use super::access::access;
use super::limits::limits;
use crate::domain::{ApiKey, KeyState};
use crate::store::engine::{Row, StoreError, Table, sql};

pub const TABLE: Table = Table {
    name: "api_key",
    id: "id",
};

/// What [`api_key`] reads.
macro_rules! key_columns {
    () => {
        r"api_key.id AS id, api_key.account_id AS account_id, api_key.owner_id AS owner_id, api_key.name AS name,
          api_key.display AS display, api_key.state AS state, api_key.expires_at AS expires_at,
          api_key.allowed_models AS allowed_models, api_key.allowed_addresses AS allowed_addresses,
          api_key.requests_per_minute AS requests_per_minute, api_key.tokens_per_minute AS tokens_per_minute,
          api_key.spend_limit AS spend_limit, api_key.spend_period AS spend_period, api_key.adapt AS adapt,
          api_key.created_at AS created_at, api_key.last_used_at AS last_used_at,
          api_key.last_used_agent AS last_used_agent, api_key.revision AS revision,
          api_key.aliases_version AS aliases_version,
          (SELECT x.expires_at FROM account x WHERE x.id = api_key.account_id) AS account_ends,
          (SELECT x.allowed_models FROM account x WHERE x.id = api_key.account_id) AS account_models,
          (SELECT x.allowed_addresses FROM account x WHERE x.id = api_key.account_id) AS account_addresses,
          (SELECT MAX(o.valid_until) FROM api_key_secret o WHERE o.api_key_id = api_key.id) AS old_secret_until"
    };
}
pub(in crate::store) use key_columns;

sql! {
    /// The first statement of every change under a key.
    LOCK = concat!(r"UPDATE api_key SET revision = revision + 1
                         WHERE api_key.id = $1 AND api_key.state <> 'deleted' AND (CAST($2 AS TEXT) IS NULL
                           OR api_key.account_id = $2) RETURNING ", key_columns!());
}

/// Reads a key.
pub fn api_key(row: &Row) -> Result<ApiKey, StoreError> {
    let state = match row.get::<String>("state")?.as_str() {
        "active" => KeyState::Active,
        "disabled" => KeyState::Disabled,
        _ => return Err(row.corrupt(TABLE, "state")),
    };
    let own = access(row, TABLE, ["expires_at", "allowed_models", "allowed_addresses"])?;
    Ok(ApiKey {
        id: row.parse(TABLE, "id")?,
        account: row.parse(TABLE, "account_id")?,
        owner: row.parse_opt(TABLE, "owner_id")?,
        name: row.parse(TABLE, "name")?,
        display: row.get("display")?,
        state,
        expires_at: own.expires_at,
        old_secret_until: row.get("old_secret_until")?,
        allowed_models: own.models,
        allowed_addresses: own.addresses,
        account_access: access(row, TABLE, ["account_ends", "account_models", "account_addresses"])?,
        limits: limits(row, TABLE)?,
        adapt: row.parse_opt(TABLE, "adapt")?.unwrap_or_default(),
        created_at: row.get("created_at")?,
        last_used_at: row.get("last_used_at")?,
        last_used_agent: row.get("last_used_agent")?,
        revision: row.get("revision")?,
        aliases_version: row.get("aliases_version")?,
    })
}
