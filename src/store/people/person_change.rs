//! Changes of people by admins: they are switched on or off, and get another role.

use serde_json::json;

use super::people::{END_SESSIONS, People, TABLE, VOID_LINKS};
use crate::domain::{AccountId, PersonId, Role};
use crate::store::audit::{Subject, Writer};
use crate::store::engine::{Change, Row, StoreError, Tx, args, sql, transaction};
use crate::store::keys::api_keys;

sql! {
    ADMINS = "SELECT id FROM person WHERE role = 'admin' ORDER BY id";
    /// Changes nothing, but locks the row: other changes of it wait for the end of the transaction.
    LOCK = "UPDATE person SET enabled = enabled WHERE id = $1 RETURNING id, role, account_id, password_hash, enabled";
    SET_ENABLED = "UPDATE person SET enabled = $2 WHERE id = $1 RETURNING id, account_id";
    SET_ROLE = "UPDATE person SET role = $2, account_id = $3 WHERE id = $1";
}

impl People<Writer<'_>> {
    /// Switches a person on or off. Off ends every session, voids one-time links, and makes the gateway refuse the person's
    /// own keys. `false` if there is no such person.
    ///
    /// # Errors
    /// [`StoreError::LastAdmin`] if no other admin could sign in.
    pub async fn set_enabled(self, id: PersonId, enabled: bool) -> Result<bool, StoreError> {
        transaction!(self.0, |tx, by| {
            if !enabled {
                keep_an_admin(tx, id).await?;
            }

            let Some(row) = tx.first(SET_ENABLED, args![id, enabled]).await? else {
                return Ok(false);
            };

            let account: Option<AccountId> = row.parse_opt(TABLE, "account_id")?;
            if !enabled {
                tx.run(END_SESSIONS, args![id]).await?;
                tx.run(VOID_LINKS, args![id]).await?;
            }

            // Each key is announced, not the account, since the account's other keys stay as they are.
            for key in api_keys::touch_owner(tx, id).await? {
                tx.announce(Change::Key(key)).await?;
            }

            let action = if enabled { "enable" } else { "disable" };
            tx.note(&by, &Subject::new("person", id, account), action, json!({}))
                .await?;
            Ok(true)
        })
    }

    /// Gives a person another role in this account, and ends every session of the person. `false` if there is no such person.
    ///
    /// # Errors
    /// [`StoreError::LastAdmin`] if no other admin could sign in. A database error for a role that needs an account,
    /// without one.
    pub async fn set_role(self, id: PersonId, role: Role, account: Option<AccountId>) -> Result<bool, StoreError> {
        transaction!(self.0, |tx, by| {
            if role != Role::Admin {
                keep_an_admin(tx, id).await?;
            }

            let Some(before) = tx.first(LOCK, args![id]).await? else {
                return Ok(false);
            };

            let before_account: Option<AccountId> = before.parse_opt(TABLE, "account_id")?;
            tx.run(SET_ROLE, args![id, role.as_str(), account]).await?;
            tx.run(END_SESSIONS, args![id]).await?;
            let detail = json!({
                "before": { "role": before.get::<String>("role")?, "account": before_account },
                "after": { "role": role.as_str(), "account": account },
            });
            tx.note(&by, &Subject::new("person", id, account), "role", detail)
                .await?;

            Ok(true)
        })
    }
}

/// Refuses a change that would leave no admin: another admin has to be switched on, and to have a password if this one has.
///
/// Locks every admin's row, in the order of all transactions, so that two admins who switch each other off at once wait for
/// each other.
async fn keep_an_admin(tx: &mut Tx, without: PersonId) -> Result<(), StoreError> {
    let mut leaving = None;
    let mut others = Vec::new();
    for row in tx.all(ADMINS, Vec::new()).await? {
        let id: PersonId = row.parse(TABLE, "id")?;
        let Some(row) = tx.first(LOCK, args![id]).await? else {
            continue;
        };
        let Some(admin) = EnabledAdmin::read(&row)? else {
            continue;
        };
        if id == without {
            leaving = Some(admin);
        } else {
            others.push(admin);
        }
    }

    let replaced = |leaving: &EnabledAdmin| others.iter().any(|other| other.has_password || !leaving.has_password);
    if leaving.as_ref().is_none_or(replaced) {
        Ok(())
    } else {
        Err(StoreError::LastAdmin)
    }
}

/// An admin who is switched on.
struct EnabledAdmin {
    has_password: bool,
}

impl EnabledAdmin {
    /// `None` for a person who is no admin or is switched off.
    fn read(row: &Row) -> Result<Option<Self>, StoreError> {
        let role: Role = row.parse(TABLE, "role")?;
        let counts = role == Role::Admin && row.get("enabled")?;
        let has_password = row.get::<Option<String>>("password_hash")?.is_some();
        Ok(counts.then_some(Self { has_password }))
    }
}
