//! Models and providers.

use super::{CatalogFile, Editor, Store, StoreError};
use crate::domain::{Catalog, ModelId, Protocol, ProviderId, Sealed, Timestamp};

/// Models and providers.
#[derive(Debug)]
pub struct CatalogTable<'a>(pub(super) &'a Store);

/// What an import did, models and providers together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Rows that are new.
    pub added: usize,
    /// Rows that differ from before.
    pub updated: usize,
    /// Rows that are as before.
    pub unchanged: usize,
    /// Models that the file no longer has: marked, still callable.
    pub retired: usize,
}

/// What an admin changes of a provider. `None` leaves a field as it is; of the nested ones, `Some(None)` goes back to what
/// the catalog file says.
#[derive(Clone, Debug)]
pub struct ProviderChange {
    /// Which provider. One that is not in the catalog is added if address and protocol are given.
    pub id: ProviderId,
    /// Its address, without a slash at the end. Replaces every address that the catalog file has for it.
    pub base_url: Option<String>,
    /// What is spoken there.
    pub protocol: Option<Protocol>,
    /// The environment variable that holds the credential.
    pub credential_env: Option<Option<String>>,
    /// The sealed credential.
    pub sealed: Option<Option<Sealed>>,
}

impl ProviderChange {
    /// A change of nothing yet.
    pub fn of(id: ProviderId) -> Self {
        Self { id, base_url: None, protocol: None, credential_env: None, sealed: None }
    }
}

impl CatalogTable<'_> {
    /// Everything, as one snapshot.
    pub async fn load(&self) -> Result<Catalog, StoreError> {
        todo!()
    }

    /// How often the catalog has changed.
    pub async fn revision(&self) -> Result<i64, StoreError> {
        todo!()
    }

    /// Brings in what a file says, in one transaction. What an admin has set stays; a model that is stored but not in a
    /// file with models is marked retired. Importing a file twice changes nothing.
    ///
    /// # Errors
    /// [`StoreError::UnknownProvider`] if a model's provider is neither stored nor in the file.
    pub async fn import(&self, file: &CatalogFile, by: &Editor, now: Timestamp) -> Result<ImportReport, StoreError> {
        todo!()
    }

    /// Changes how a provider is reached.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it is not in the catalog and the change does not say enough to add it.
    pub async fn set_provider(&self, change: &ProviderChange, by: &Editor, now: Timestamp) -> Result<(), StoreError> {
        todo!()
    }

    /// Switches a provider on or off. `false` if there is none.
    pub async fn set_provider_enabled(
        &self,
        id: &ProviderId,
        enabled: bool,
        by: &Editor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        todo!()
    }

    /// Switches a model on or off. `false` if there is none.
    pub async fn set_model_enabled(
        &self,
        id: &ModelId,
        enabled: bool,
        by: &Editor,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        todo!()
    }

    /// The sealed credentials of those providers that have one.
    pub async fn credentials(&self) -> Result<Vec<(ProviderId, Sealed)>, StoreError> {
        todo!()
    }
}
