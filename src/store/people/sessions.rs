//! Sessions, found by the token of a cookie.

use crate::domain::{PersonId, Timestamp};
use crate::store::audit::Writer;
use crate::store::engine::{Store, StoreError, Table, args, sql};

/// Sessions, found by the SHA-256 of the cookie's token.
#[derive(Clone, Copy, Debug)]
pub struct Sessions<S>(pub(in crate::store) S);

impl Store {
    /// The sessions.
    pub fn sessions(&self) -> Sessions<&Self> {
        Sessions(self)
    }
}

impl Writer<'_> {
    /// The sessions.
    pub fn sessions(self) -> Sessions<Self> {
        Sessions(self)
    }
}

/// One session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// The values of the session, as JSON.
    pub state: String,
    /// When it began; the absolute limit counts from here.
    pub created_at: Timestamp,
    /// When it was last used; the idle limit counts from here.
    pub seen_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The person who is signed in.
    pub person: Option<PersonId>,
}

sql! {
    LOAD = "SELECT state, created_at, seen_at, expires_at, person_id FROM session WHERE hash = $1";
    SAVE = r"INSERT INTO session (hash, state, created_at, seen_at, expires_at, person_id)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (hash) DO UPDATE SET state = excluded.state, seen_at = excluded.seen_at,
               expires_at = excluded.expires_at, person_id = excluded.person_id";
    UPDATE = "UPDATE session SET state = $2, seen_at = $3, expires_at = $4, person_id = $5 WHERE hash = $1";
    TOUCH = "UPDATE session SET seen_at = $2, expires_at = $3 WHERE hash = $1";
    DELETE = "DELETE FROM session WHERE hash = $1";
    PRUNE = "DELETE FROM session WHERE expires_at <= $1";
    PRUNE_EXTRA = r"DELETE FROM session WHERE hash IN (SELECT hash FROM (SELECT hash, ROW_NUMBER() OVER
                    (PARTITION BY person_id ORDER BY seen_at DESC, hash) AS place FROM session
                    WHERE person_id IS NOT NULL) AS placed WHERE place > $1)";
}

pub const TABLE: Table = Table {
    name: "session",
    id: "created_at",
};

impl Sessions<&Store> {
    /// The session of that id, expired or not.
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

    /// Adds a session or replaces the one of that id, with its first `created_at`. [`Sessions::update`] changes a session that
    /// may have ended meanwhile.
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

    /// Replaces a session that still exists. `false` if it has ended meanwhile; then it stays ended.
    pub async fn update(self, id: &[u8; 32], row: &SessionRow) -> Result<bool, StoreError> {
        let args = args![*id, row.state.as_str(), row.seen_at, row.expires_at, row.person];
        Ok(self.0.change(UPDATE, args).await? > 0)
    }

    /// Changes a session's times. `false` if it does not exist.
    pub async fn touch(self, id: &[u8; 32], seen_at: Timestamp, expires_at: Timestamp) -> Result<bool, StoreError> {
        Ok(self.0.change(TOUCH, args![*id, seen_at, expires_at]).await? > 0)
    }

    /// Ends a session. `false` if it does not exist.
    pub async fn delete(self, id: &[u8; 32]) -> Result<bool, StoreError> {
        Ok(self.0.change(DELETE, args![*id]).await? > 0)
    }

    /// Deletes expired sessions, and all sessions of each person but the `keep_per_person` last used. Returns their number.
    pub async fn prune(self, now: Timestamp, keep_per_person: u32) -> Result<u64, StoreError> {
        let expired = self.0.change(PRUNE, args![now]).await?;
        Ok(expired + self.0.change(PRUNE_EXTRA, args![keep_per_person]).await?)
    }
}
