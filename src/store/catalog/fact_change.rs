//! The facts that an admin states of a provider's models, or of one model. They stay when a catalog file is imported.

use serde_json::{Value, json};

use super::catalog::{self, CatalogTable};
use super::effective::{MODEL, PROVIDER, own_facts};
use crate::domain::{FactEdit, FactsPatch, ModelId, ProviderId};
use crate::store::audit::{By, Subject, Writer};
use crate::store::engine::{Sql, StoreError, Table, Tx, args, sql, to_json, transaction};

sql! {
    GET_OF_PROVIDER = "SELECT id, facts FROM provider WHERE id = $1";
    SET_OF_PROVIDER = "UPDATE provider SET facts = $2, updated_at = $3 WHERE id = $1";
    GET_OF_MODEL = "SELECT id, facts FROM model WHERE id = $1";
    SET_OF_MODEL = "UPDATE model SET facts = $2, updated_at = $3 WHERE id = $1";
}

/// The column of a table that has an admin's facts, and how it is read and written.
#[derive(Clone, Copy)]
struct FactColumn {
    table: Table,
    get: Sql,
    set: Sql,
}

const OF_PROVIDER: FactColumn = FactColumn {
    table: PROVIDER,
    get: GET_OF_PROVIDER,
    set: SET_OF_PROVIDER,
};
const OF_MODEL: FactColumn = FactColumn {
    table: MODEL,
    get: GET_OF_MODEL,
    set: SET_OF_MODEL,
};

impl CatalogTable<Writer<'_>> {
    /// Changes what an admin states of all models of a provider. `false` if that changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if the provider is not in the catalog.
    pub async fn change_provider_facts(self, id: &ProviderId, edits: &[FactEdit]) -> Result<bool, StoreError> {
        let (id, edits) = (id.to_string(), edits.to_vec());
        transaction!(self.0, |tx, by| change(tx, OF_PROVIDER, &id, &edits, &by).await)
    }

    /// Changes what an admin states of a model. `false` if that changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if the model is not in the catalog.
    pub async fn change_model_facts(self, id: &ModelId, edits: &[FactEdit]) -> Result<bool, StoreError> {
        let (id, edits) = (id.to_string(), edits.to_vec());
        transaction!(self.0, |tx, by| change(tx, OF_MODEL, &id, &edits, &by).await)
    }
}

async fn change(tx: &mut Tx, column: FactColumn, id: &str, edits: &[FactEdit], by: &By) -> Result<bool, StoreError> {
    catalog::lock(tx).await?;
    let row = tx.first(column.get, args![id]).await?.ok_or(StoreError::Missing)?;
    let before = row.get::<Option<String>>("facts")?;

    let patch = own_facts(&row, column.table)?.edited(edits);
    let after = (patch != FactsPatch::default()).then(|| to_json(&patch));
    if after == before {
        tx.abandon();
        return Ok(false);
    }

    let detail = json!({ "before": audited(before), "after": audited(after.clone()) });
    tx.run(column.set, args![id, after, by.now]).await?;
    tx.note(by, &Subject::new(column.table.name, id, None), "facts", detail)
        .await?;

    Ok(true)
}

/// Stored facts for the audit log; as text if they cannot be read.
fn audited(stored: Option<String>) -> Value {
    let Some(text) = stored else { return json!({}) };
    serde_json::from_str(&text).unwrap_or_else(|_| text.into())
}
