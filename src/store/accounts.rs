//! Accounts: who pays.

use super::{Editor, Store, StoreError};
use crate::domain::{Account, AccountId, Timestamp};

/// Accounts: who pays.
#[derive(Debug)]
pub struct Accounts<'a>(pub(super) &'a Store);

impl Accounts<'_> {
    /// Adds an account.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the name is in use.
    pub async fn create(&self, account: &Account, by: &Editor, now: Timestamp) -> Result<(), StoreError> {
        todo!()
    }

    /// Every account, by name.
    pub async fn list(&self) -> Result<Vec<Account>, StoreError> {
        todo!()
    }

    /// The account of that id.
    pub async fn get(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        todo!()
    }

    /// The account of that name.
    pub async fn by_name(&self, name: &str) -> Result<Option<Account>, StoreError> {
        todo!()
    }

    /// Switches an account on or off, and with it its keys. `false` if there is none.
    pub async fn set_enabled(
        &self,
        id: AccountId,
        enabled: bool,
        by: &Editor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        todo!()
    }
}
