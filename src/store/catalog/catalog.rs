//! The stored catalog: how it is loaded, and how providers are switched.

use serde_json::json;

use super::effective::{MODEL, PROVIDER, effective, own_facts};
use crate::domain::{Catalog, Model, ModelStatus, ProviderId, Sealed};
use crate::store::audit::{Subject, Writer};
use crate::store::engine::{Change, Row, Store, StoreError, Tx, args, sql, transaction};

/// Reads and writes the stored catalog: models and providers.
#[derive(Clone, Copy, Debug)]
pub struct CatalogTable<S>(pub(in crate::store) S);

impl Store {
    /// Access to the stored catalog.
    pub fn catalog(&self) -> CatalogTable<&Self> {
        CatalogTable(self)
    }
}

impl Writer<'_> {
    /// Access to the stored catalog.
    pub fn catalog(self) -> CatalogTable<Self> {
        CatalogTable(self)
    }
}

sql! {
    REVISION = "SELECT revision FROM catalog_state WHERE id = 1";
    /// The first statement of every change, so that changes of the catalog wait for each other.
    LOCK = "UPDATE catalog_state SET revision = revision + 1 WHERE id = 1";
    MODELS = "SELECT id, data, enabled, retired, facts FROM model";
    PROVIDERS = r"SELECT id, data, enabled, base_url, protocol, credential_env, patience, facts, template
                  FROM provider";
    ENABLE_PROVIDER = "UPDATE provider SET enabled = $2, updated_at = $3 WHERE id = $1";
    CREDENTIALS = "SELECT id, credential FROM provider WHERE credential IS NOT NULL ORDER BY id";
}

impl CatalogTable<&Store> {
    /// The whole catalog, as one snapshot.
    pub async fn load(self) -> Result<Catalog, StoreError> {
        // The revision is read first: rows that are newer than it are read again once a reader sees the new revision, and no
        // row is older. Providers are read last: each model's provider is among them, since providers are never removed.
        let revision = self.revision().await?;
        let models = self
            .0
            .all(MODELS, Vec::new())
            .await?
            .iter()
            .map(model)
            .collect::<Result<Vec<_>, _>>()?;
        let providers = self.0.all(PROVIDERS, Vec::new()).await?;
        let providers = providers.iter().map(effective).collect::<Result<Vec<_>, _>>()?;

        Ok(Catalog::new(models, providers, revision))
    }

    /// How often the catalog has changed.
    pub async fn revision(self) -> Result<i64, StoreError> {
        let row = self.0.first(REVISION, Vec::new()).await?;
        row.map_or(Ok(0), |row| row.get("revision"))
    }

    /// The sealed credentials of those providers that have one.
    pub async fn credentials(self) -> Result<Vec<(ProviderId, Sealed)>, StoreError> {
        let rows = self.0.all(CREDENTIALS, Vec::new()).await?;
        rows.iter()
            .map(|row| Ok((row.parse(PROVIDER, "id")?, Sealed::from_bytes(row.get("credential")?))))
            .collect()
    }
}

impl CatalogTable<Writer<'_>> {
    /// Switches a provider on or off. `false` if there is none.
    pub async fn set_provider_enabled(self, id: &ProviderId, enabled: bool) -> Result<bool, StoreError> {
        let id = id.clone();
        transaction!(self.0, |tx, by| {
            lock(tx).await?;
            if tx.run(ENABLE_PROVIDER, args![&id, enabled, by.now]).await? == 0 {
                tx.abandon();
                return Ok(false);
            }

            let action = if enabled { "enable" } else { "disable" };
            tx.note(&by, &Subject::new("provider", id, None), action, json!({}))
                .await?;
            Ok(true)
        })
    }
}

/// Begins a change of the catalog: locks it, and announces the change.
pub async fn lock(tx: &mut Tx) -> Result<(), StoreError> {
    tx.run(LOCK, Vec::new()).await?;
    tx.announce(Change::Catalog).await
}

fn model(row: &Row) -> Result<Model, StoreError> {
    let mut model: Model = row.json(MODEL, "data")?;
    model.enabled = row.get("enabled")?;
    if row.get("retired")? {
        model.status = ModelStatus::Retired;
    }
    model.own_facts = own_facts(row, MODEL)?;

    Ok(model)
}
