//! The sessions of people who are signed in: the list of them, and how an admin ends them.

use serde_json::json;

use super::sessions::{Sessions, TABLE};
use crate::domain::{AccountId, Email, PersonId, Timestamp};
use crate::store::audit::{Subject, Writer};
use crate::store::engine::{Row, Store, StoreError, args, sql, transaction};

/// A session as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedInSession {
    /// The first digits of `id`, for lists. A session cannot be used with them.
    pub short_id: String,
    /// Who is signed in.
    pub person: PersonId,
    /// The person's address.
    pub email: Email,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// When it ends, unless it is used before.
    pub expires_at: Timestamp,
    /// The hash of the session's token.
    pub id: [u8; 32],
}

sql! {
    LIST = r"SELECT s.hash AS hash, s.person_id AS person_id, p.email AS email, s.created_at AS created_at,
               s.seen_at AS seen_at, s.expires_at AS expires_at FROM session s
             JOIN person p ON p.id = s.person_id
             WHERE s.expires_at > $1 AND (CAST($2 AS TEXT) IS NULL OR s.person_id = $2)
             ORDER BY p.email, s.seen_at DESC, s.hash";
    END = r"DELETE FROM session WHERE hash = $1 RETURNING person_id,
            (SELECT p.account_id FROM person p WHERE p.id = session.person_id) AS account_id";
    END_ALL = r"DELETE FROM session WHERE person_id = $1 RETURNING person_id,
                (SELECT p.account_id FROM person p WHERE p.id = session.person_id) AS account_id";
}

impl Sessions<&Store> {
    /// The sessions that have not ended at `now`, of all people or of one; sorted by address, and the last used first.
    pub async fn list(self, person: Option<PersonId>, now: Timestamp) -> Result<Vec<SignedInSession>, StoreError> {
        self.0
            .all(LIST, args![now, person])
            .await?
            .iter()
            .map(signed_in)
            .collect()
    }
}

impl Sessions<Writer<'_>> {
    /// Ends a session of a person, with an entry in the audit log. `false` if it has ended already.
    pub async fn end(self, id: &[u8; 32]) -> Result<bool, StoreError> {
        let id = *id;
        transaction!(self.0, |tx, by| {
            let Some(row) = tx.first(END, args![id]).await? else {
                return Ok(false);
            };

            let Some(subject) = subject(&row)? else { return Ok(true) };
            let detail = json!({ "ended": 1, "session": short_id(&id) });
            tx.note(&by, &subject, "sessions_end", detail).await?;

            Ok(true)
        })
    }

    /// Ends every session of a person, with an entry in the audit log. Returns their number.
    pub async fn end_all(self, person: PersonId) -> Result<usize, StoreError> {
        transaction!(self.0, |tx, by| {
            let rows = tx.all(END_ALL, args![person]).await?;
            let Some(subject) = rows.first().map(subject).transpose()?.flatten() else {
                return Ok(0);
            };
            tx.note(&by, &subject, "sessions_end", json!({ "ended": rows.len() }))
                .await?;
            Ok(rows.len())
        })
    }
}

fn signed_in(row: &Row) -> Result<SignedInSession, StoreError> {
    let id: Vec<u8> = row.get("hash")?;
    let id: [u8; 32] = id.try_into().map_err(|_| row.corrupt(TABLE, "hash"))?;
    Ok(SignedInSession {
        short_id: short_id(&id),
        person: row.parse(TABLE, "person_id")?,
        email: row.parse(TABLE, "email")?,
        created_at: row.get("created_at")?,
        seen_at: row.get("seen_at")?,
        expires_at: row.get("expires_at")?,
        id,
    })
}

/// The person of a session, for the audit log.
fn subject(row: &Row) -> Result<Option<Subject>, StoreError> {
    let person: Option<PersonId> = row.parse_opt(TABLE, "person_id")?;
    let account: Option<AccountId> = row.parse_opt(TABLE, "account_id")?;
    Ok(person.map(|person| Subject::new("person", person, account)))
}

/// Twelve digits: enough to tell all sessions apart, and far too few to find the token.
fn short_id(id: &[u8; 32]) -> String {
    id.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
