//! Sessions: who is signed in.

use serde_json::json;

use crate::domain::{AccountId, Email, PersonId, Timestamp};
use crate::store::audit::{Actor, Subject};
use crate::store::engine::{Row, Store, StoreError, Table, args, sql};

/// Sessions, found by the SHA-256 of the cookie's token.
#[derive(Clone, Copy, Debug)]
pub struct Sessions<'a>(pub(in crate::store) &'a Store);

impl Store {
    /// Who is signed in.
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions(self)
    }
}

/// One session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// What it holds, as JSON.
    pub state: String,
    /// When it began; the absolute limit counts from here.
    pub created_at: Timestamp,
    /// When it was last used; the idle limit counts from here.
    pub seen_at: Timestamp,
    /// From when on it is over.
    pub expires_at: Timestamp,
    /// Who is signed in.
    pub person: Option<PersonId>,
}

/// A session as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedInSession {
    /// The first digits of what the store knows it by, which sign nobody in.
    pub short_id: String,
    /// Who is signed in.
    pub person: PersonId,
    /// Under which address.
    pub email: Email,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// From when on it is over, unless it is used before.
    pub expires_at: Timestamp,
    /// What the store knows it by.
    pub id: [u8; 32],
}

sql! {
    LOAD = "SELECT state, created_at, seen_at, expires_at, person_id FROM session WHERE hash = $1";
    SAVE = "INSERT INTO session (hash, state, created_at, seen_at, expires_at, person_id) \
            VALUES ($1, $2, $3, $4, $5, $6) \
            ON CONFLICT (hash) DO UPDATE SET state = excluded.state, seen_at = excluded.seen_at, \
            expires_at = excluded.expires_at, person_id = excluded.person_id";
    UPDATE = "UPDATE session SET state = $2, seen_at = $3, expires_at = $4, person_id = $5 WHERE hash = $1";
    TOUCH = "UPDATE session SET seen_at = $2, expires_at = $3 WHERE hash = $1";
    DELETE = "DELETE FROM session WHERE hash = $1";
    DELETE_PERSON = "DELETE FROM session WHERE person_id = $1 AND (CAST($2 AS BYTEA) IS NULL OR hash <> $2)";
    LIST = "SELECT s.hash AS hash, s.person_id AS person_id, p.email AS email, s.created_at AS created_at, \
            s.seen_at AS seen_at, s.expires_at AS expires_at FROM session s JOIN person p ON p.id = s.person_id \
            WHERE s.expires_at > $1 AND (CAST($2 AS TEXT) IS NULL OR s.person_id = $2) \
            ORDER BY p.email, s.seen_at DESC, s.hash";
    END = "DELETE FROM session WHERE hash = $1 RETURNING person_id, \
           (SELECT p.account_id FROM person p WHERE p.id = session.person_id) AS account_id";
    END_ALL = "DELETE FROM session WHERE person_id = $1 RETURNING person_id, \
               (SELECT p.account_id FROM person p WHERE p.id = session.person_id) AS account_id";
    PRUNE = "DELETE FROM session WHERE expires_at <= $1";
    PRUNE_EXTRA = "DELETE FROM session WHERE hash IN (SELECT hash FROM (SELECT hash, ROW_NUMBER() OVER \
                   (PARTITION BY person_id ORDER BY seen_at DESC, hash) AS place FROM session \
                   WHERE person_id IS NOT NULL) AS placed WHERE place > $1)";
}
const TABLE: Table = Table {
    name: "session",
    id: "created_at",
};

impl Sessions<'_> {
    /// The session of that id, expired or not.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn load(self, id: &[u8; 32]) -> Result<Option<SessionRow>, StoreError> {
        let Some(row) = self.0.first(LOAD, args![*id]).await? else {
            return Ok(None);
        };
        Ok(Some(SessionRow {
            state: row.get("state")?,
            created_at: row.get("created_at")?,
            seen_at: row.get("seen_at")?,
            expires_at: row.get("expires_at")?,
            person: row.parse_opt(TABLE, "person_id")?,
        }))
    }

    /// Adds a session or replaces the one of that id. `created_at` stays what it first was. To change one that may have
    /// been ended meanwhile, see [`Sessions::update`].
    ///
    /// # Errors
    /// If the database fails.
    pub async fn save(self, id: &[u8; 32], row: &SessionRow) -> Result<(), StoreError> {
        let args = args![
            *id,
            row.state.as_str(),
            row.created_at,
            row.seen_at,
            row.expires_at,
            row.person
        ];
        self.0.change(SAVE, args).await.map(drop)
    }

    /// Replaces a session that is still there; one that was ended meanwhile stays ended, and the answer is `false`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn update(self, id: &[u8; 32], row: &SessionRow) -> Result<bool, StoreError> {
        let args = args![*id, row.state.as_str(), row.seen_at, row.expires_at, row.person];
        Ok(self.0.change(UPDATE, args).await? > 0)
    }

    /// Moves a session's times. `false` if there is none.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn touch(self, id: &[u8; 32], seen_at: Timestamp, expires_at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.0.change(TOUCH, args![*id, seen_at, expires_at]).await? > 0)
    }

    /// Ends a session. `false` if there is none.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete(self, id: &[u8; 32]) -> Result<bool, StoreError> {
        Ok(self.0.change(DELETE, args![*id]).await? > 0)
    }

    /// Ends every session of a person, but for one. The answer counts them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn delete_person(self, person: PersonId, except: Option<[u8; 32]>) -> Result<u64, StoreError> {
        self.0.change(DELETE_PERSON, args![person, except]).await
    }

    /// Who is signed in at `now`: everybody, or one person; by address, those last used first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list(self, person: Option<PersonId>, now: Timestamp) -> Result<Vec<SignedInSession>, StoreError> {
        self.0
            .all(LIST, args![now, person])
            .await?
            .iter()
            .map(signed_in)
            .collect()
    }

    /// Ends a session for its person, which the audit log tells. `false` if it is over.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end(self, id: &[u8; 32], by: &Actor, now: Timestamp) -> Result<bool, StoreError> {
        let (id, by) = (*id, by.clone());
        let work = self.0.write(move |tx| {
            Box::pin(async move {
                let Some(row) = tx.first(END, args![id]).await? else {
                    return Ok(false);
                };
                let Some(subject) = subject(&row)? else { return Ok(true) };
                let detail = json!({ "ended": 1, "session": short_id(&id) });
                tx.note(&by, now, &subject, "sessions_end", detail).await?;
                Ok(true)
            })
        });
        work.await
    }

    /// Ends every session of a person, which the audit log tells. The answer counts them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_all(self, person: PersonId, by: &Actor, now: Timestamp) -> Result<usize, StoreError> {
        let by = by.clone();
        let work = self.0.write(move |tx| {
            Box::pin(async move {
                let rows = tx.all(END_ALL, args![person]).await?;
                let Some(subject) = rows.first().map(subject).transpose()?.flatten() else {
                    return Ok(0);
                };
                tx.note(&by, now, &subject, "sessions_end", json!({ "ended": rows.len() }))
                    .await?;
                Ok(rows.len())
            })
        });
        work.await
    }

    /// Removes what has expired, and of each person all but the `keep_per_person` last used. The answer counts them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn prune(self, now: Timestamp, keep_per_person: u32) -> Result<u64, StoreError> {
        let expired = self.0.change(PRUNE, args![now]).await?;
        Ok(expired + self.0.change(PRUNE_EXTRA, args![keep_per_person]).await?)
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

/// Whose session it was.
fn subject(row: &Row) -> Result<Option<Subject>, StoreError> {
    let person: Option<PersonId> = row.parse_opt(TABLE, "person_id")?;
    let account: Option<AccountId> = row.parse_opt(TABLE, "account_id")?;
    Ok(person.map(|person| Subject::new("person", person, account)))
}

/// Twelve digits: enough to tell all sessions apart, and far too few to guess a token by.
fn short_id(id: &[u8; 32]) -> String {
    id.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
