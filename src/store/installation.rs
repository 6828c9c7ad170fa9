//! Facts about the installation as a whole.

use super::engine::{Store, StoreError, args, sql};
use crate::domain::Sealed;

/// Reads and writes facts about the installation as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Installation<'a>(pub(super) &'a Store);

impl Store {
    /// Access to facts about the installation as a whole.
    pub fn installation(&self) -> Installation<'_> {
        Installation(self)
    }
}

sql! {
    GET = "SELECT key_check FROM installation WHERE id = 1";
    SET = "INSERT INTO installation (id, key_check) VALUES (1, $1) ON CONFLICT (id) DO NOTHING";
}

impl Installation<'_> {
    /// A known value, sealed under the master key when the database was set up, by which a later start checks its
    /// master key; `None` before that.
    pub async fn key_check(self) -> Result<Option<Sealed>, StoreError> {
        let row = self.0.first(GET, Vec::new()).await?;
        row.map(|row| row.get("key_check").map(Sealed::from_bytes)).transpose()
    }

    /// Stores the key check of a new database. An existing one stays, so the caller reads it again to see which one
    /// counts.
    pub async fn set_key_check(self, check: &Sealed) -> Result<(), StoreError> {
        self.0.change(SET, args![check.as_bytes().to_vec()]).await.map(drop)
    }
}
