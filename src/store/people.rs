//! People: who signs in.

use super::{Editor, Store, StoreError};
use crate::domain::{Email, Person, PersonId, Scope, Timestamp};

/// People: who signs in.
#[derive(Debug)]
pub struct People<'a>(pub(super) &'a Store);

impl People<'_> {
    /// Adds a person; without a password hash it cannot sign in before one is set.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the e-mail address is in use.
    pub async fn add(
        &self,
        person: &Person,
        password_hash: Option<&str>,
        by: &Editor,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// The person who signs in with that address, and its password hash if it has one.
    pub async fn by_email(&self, email: &Email) -> Result<Option<(Person, Option<String>)>, StoreError> {
        todo!()
    }

    /// The person of that id.
    pub async fn get(&self, id: PersonId) -> Result<Option<Person>, StoreError> {
        todo!()
    }

    /// Everybody in the scope, by e-mail address.
    pub async fn list(&self, scope: Scope) -> Result<Vec<Person>, StoreError> {
        todo!()
    }

    /// Sets a password and, in the same transaction, ends every session of that person. `false` if there is none.
    pub async fn set_password(
        &self,
        id: PersonId,
        password_hash: &str,
        by: &Editor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        todo!()
    }

    /// Replaces the hash of an unchanged password by one with today's cost. Sessions go on, and nothing is audited.
    pub async fn rehash(&self, id: PersonId, password_hash: &str) -> Result<bool, StoreError> {
        todo!()
    }

    /// Switches a person on or off. Off ends every session, and the person's own keys are refused. `false` if there is none.
    pub async fn set_enabled(
        &self,
        id: PersonId,
        enabled: bool,
        by: &Editor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        todo!()
    }

    /// How many people there are.
    pub async fn count(&self) -> Result<i64, StoreError> {
        todo!()
    }
}
