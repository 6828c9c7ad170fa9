//! Accounts, which pay for calls.

use serde_json::json;

use crate::domain::{Access, Account, AccountId, Limits};
use crate::store::audit::{Subject, Writer};
use crate::store::engine::{Change, Row, Store, StoreError, Table, args, sql, transaction};
use crate::store::keys::{access, api_keys, limits};

/// Reads and writes accounts.
#[derive(Clone, Copy, Debug)]
pub struct Accounts<S>(pub(in crate::store) S);

impl Store {
    /// Access to accounts.
    pub fn accounts(&self) -> Accounts<&Self> {
        Accounts(self)
    }
}

impl Writer<'_> {
    /// Access to accounts.
    pub fn accounts(self) -> Accounts<Self> {
        Accounts(self)
    }
}

/// What [`account`] reads.
macro_rules! columns {
    () => {
        r"id, name, enabled, requests_per_minute, tokens_per_minute, spend_limit, spend_period, expires_at, allowed_models,
          allowed_addresses, created_at"
    };
}

sql! {
    ADD = concat!("INSERT INTO account (", columns!(), ") VALUES ($1, $2, $3, $5, $6, $7, $8, $9, $10, $11, $4)");
    SET_LIMITS = r"UPDATE account
                   SET requests_per_minute = $2, tokens_per_minute = $3, spend_limit = $4, spend_period = $5
                   WHERE id = $1";
    SET_ACCESS = "UPDATE account SET expires_at = $2, allowed_models = $3, allowed_addresses = $4 WHERE id = $1";
    LIST = concat!("SELECT ", columns!(), " FROM account ORDER BY name");
    GET = concat!("SELECT ", columns!(), " FROM account WHERE id = $1");
    BY_NAME = concat!("SELECT ", columns!(), " FROM account WHERE name = $1");
    SET_ENABLED = "UPDATE account SET enabled = $2 WHERE id = $1";
    /// Admins see every account, whether theirs is switched on or not.
    END_SESSIONS = r"DELETE FROM session WHERE person_id IN
                     (SELECT id FROM person WHERE account_id = $1 AND role <> 'admin')";
}
const TABLE: Table = Table {
    name: "account",
    id: "id",
};

impl Accounts<&Store> {
    /// Every account, by name.
    pub async fn list(self) -> Result<Vec<Account>, StoreError> {
        self.0.all(LIST, Vec::new()).await?.iter().map(account).collect()
    }

    /// The account of that id.
    pub async fn get(self, id: AccountId) -> Result<Option<Account>, StoreError> {
        self.0.first(GET, args![id]).await?.as_ref().map(account).transpose()
    }

    /// The account of that name.
    pub async fn by_name(self, name: &str) -> Result<Option<Account>, StoreError> {
        self.0
            .first(BY_NAME, args![name])
            .await?
            .as_ref()
            .map(account)
            .transpose()
    }
}

impl Accounts<Writer<'_>> {
    /// Adds an account.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the name is in use.
    pub async fn create(self, account: &Account) -> Result<(), StoreError> {
        let account = account.clone();
        transaction!(self.0, |tx, by| {
            let mut args = args![account.id, account.name.as_str(), account.enabled, account.created_at];
            args.extend(limits::values(&account.limits));
            args.extend(access::values(&account.access));
            tx.run(ADD, args).await.map_err(|error| error.taken("name"))?;
            let subject = Subject::new("account", account.id, Some(account.id));

            tx.note(&by, &subject, "create", json!({ "name": account.name })).await
        })
    }

    /// Switches an account on or off, and with it its keys. Off ends the sessions of its people, except admins. `false` if
    /// there is no such account.
    pub async fn set_enabled(self, id: AccountId, enabled: bool) -> Result<bool, StoreError> {
        transaction!(self.0, |tx, by| {
            if tx.run(SET_ENABLED, args![id, enabled]).await? == 0 {
                return Ok(false);
            }
            if !enabled {
                tx.run(END_SESSIONS, args![id]).await?;
            }

            api_keys::touch_account(tx, id).await?;
            tx.announce(Change::Account(id)).await?;
            let action = if enabled { "enable" } else { "disable" };
            tx.note(&by, &Subject::new("account", id, Some(id)), action, json!({}))
                .await?;

            Ok(true)
        })
    }

    /// Sets the limits of all keys of an account together. `false` if there is no such account.
    pub async fn set_limits(self, id: AccountId, limits: Limits) -> Result<bool, StoreError> {
        transaction!(self.0, |tx, by| {
            let mut args = args![id];
            args.extend(limits::values(&limits));
            if tx.run(SET_LIMITS, args).await? == 0 {
                return Ok(false);
            }

            api_keys::touch_account(tx, id).await?;
            tx.announce(Change::Account(id)).await?;
            let detail = json!({ "after": limits::audited(&limits) });
            tx.note(&by, &Subject::new("account", id, Some(id)), "set_limits", detail)
                .await?;

            Ok(true)
        })
    }

    /// Sets when, for what and from where the keys of an account may be used. `false` if there is no such account.
    pub async fn set_access(self, id: AccountId, access: &Access) -> Result<bool, StoreError> {
        let access = access.clone();
        transaction!(self.0, |tx, by| {
            let mut args = args![id];
            args.extend(access::values(&access));
            if tx.run(SET_ACCESS, args).await? == 0 {
                return Ok(false);
            }

            api_keys::touch_account(tx, id).await?;
            tx.announce(Change::Account(id)).await?;
            let detail = json!({ "after": access::audited(&access) });
            tx.note(&by, &Subject::new("account", id, Some(id)), "set_access", detail)
                .await?;

            Ok(true)
        })
    }
}

fn account(row: &Row) -> Result<Account, StoreError> {
    Ok(Account {
        id: row.parse(TABLE, "id")?,
        name: row.parse(TABLE, "name")?,
        enabled: row.get("enabled")?,
        limits: limits::limits(row, TABLE)?,
        access: access::access(row, TABLE, ["expires_at", "allowed_models", "allowed_addresses"])?,
        created_at: row.get("created_at")?,
    })
}
