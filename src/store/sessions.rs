//! Sessions: who is signed in.

use super::{Store, StoreError};
use crate::domain::{PersonId, Timestamp};

/// Sessions, found by the SHA-256 of the cookie's token.
#[derive(Debug)]
pub struct Sessions<'a>(pub(super) &'a Store);

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

impl Sessions<'_> {
    /// The session of that id, expired or not.
    pub async fn load(&self, id: &[u8; 32]) -> Result<Option<SessionRow>, StoreError> {
        todo!()
    }

    /// Adds a session or replaces the one of that id. `created_at` stays what it first was.
    pub async fn save(&self, id: &[u8; 32], row: &SessionRow) -> Result<(), StoreError> {
        todo!()
    }

    /// Moves a session's times. `false` if there is none.
    pub async fn touch(&self, id: &[u8; 32], seen_at: Timestamp, expires_at: Timestamp) -> Result<bool, StoreError> {
        todo!()
    }

    /// Ends a session. `false` if there is none.
    pub async fn delete(&self, id: &[u8; 32]) -> Result<bool, StoreError> {
        todo!()
    }

    /// Ends every session of a person, but for one. The answer counts them.
    pub async fn delete_person(&self, person: PersonId, except: Option<[u8; 32]>) -> Result<u64, StoreError> {
        todo!()
    }

    /// Removes what has expired, and of each person all but the newest `keep_per_person`. The answer counts them.
    pub async fn prune(&self, now: Timestamp, keep_per_person: u32) -> Result<u64, StoreError> {
        todo!()
    }
}
