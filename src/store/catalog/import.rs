//! Imports a catalog file into the database.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::catalog::{self, CatalogTable};
use super::file::CatalogFile;
use crate::domain::{Provider, Timestamp};
use crate::store::audit::{Subject, Writer};
use crate::store::engine::{ManyRows, StoreError, Tx, Value, args, sql, transaction};

/// The result of an import, models and providers together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Rows that are new.
    pub added: usize,
    /// Rows that differ from before.
    pub updated: usize,
    /// Rows that are as before.
    pub unchanged: usize,
    /// Models that a complete file lacks. They are marked as retired, and can still be called.
    pub retired: usize,
}

sql! {
    MODELS = "SELECT id, provider_id, data, retired FROM model";
    PROVIDERS = "SELECT id, data FROM provider";
    UPDATE_MODEL = "UPDATE model SET provider_id = $2, data = $3, retired = 0, updated_at = $4 WHERE id = $1";
    RETIRE_MODEL = "UPDATE model SET retired = 1, updated_at = $2 WHERE id = $1";
    UPDATE_PROVIDER = "UPDATE provider SET data = $2, updated_at = $3 WHERE id = $1";
}
pub const ADD_MODELS: ManyRows = ManyRows {
    head: "INSERT INTO model (id, provider_id, data, updated_at) VALUES",
    columns: 4,
    tail: "",
};
pub const ADD_PROVIDERS: ManyRows = ManyRows {
    head: "INSERT INTO provider (id, data, updated_at) VALUES",
    columns: 3,
    tail: "",
};

impl CatalogTable<Writer<'_>> {
    /// Imports a file in one transaction. Settings of admins stay. A complete file marks models as retired that it lacks, if
    /// it has other models of their provider. A second import of the same file changes nothing.
    ///
    /// # Errors
    /// [`StoreError::UnknownProvider`] if a model's provider is neither stored nor in the file.
    pub async fn import(self, file: &CatalogFile) -> Result<ImportReport, StoreError> {
        let file = file.clone();
        transaction!(self.0, |tx, by| {
            catalog::lock(tx).await?;
            let mut report = ImportReport::default();
            let known = providers(tx, &file.providers, by.now, &mut report).await?;
            models(tx, &file, &known, by.now, &mut report).await?;
            let ImportReport {
                added,
                updated,
                unchanged,
                retired,
            } = report;

            if added + updated + retired == 0 {
                tx.abandon();
                return Ok(report);
            }

            let detail = json!({ "added": added, "updated": updated, "unchanged": unchanged, "retired": retired });
            tx.note(&by, &Subject::new("catalog", "catalog", None), "import", detail)
                .await?;
            Ok(report)
        })
    }
}

/// Stores the file's providers. Returns the id and the data of every stored provider.
async fn providers(
    tx: &mut Tx,
    file: &[(Provider, String)],
    now: Timestamp,
    report: &mut ImportReport,
) -> Result<BTreeMap<String, String>, StoreError> {
    let mut stored: BTreeMap<String, String> = BTreeMap::new();
    for row in tx.all(PROVIDERS, Vec::new()).await? {
        stored.insert(row.get("id")?, row.get("data")?);
    }

    let (mut new, mut added): (Vec<Value>, usize) = (Vec::new(), 0);
    for (provider, data) in file {
        match stored.insert(provider.id.to_string(), data.clone()) {
            None => {
                new.extend(args![&provider.id, data.as_str(), now]);
                added += 1;
            }
            Some(old) if old == *data => report.unchanged += 1,
            Some(_) => {
                tx.run(UPDATE_PROVIDER, args![&provider.id, data.as_str(), now]).await?;
                report.updated += 1;
            }
        }
    }

    report.added += added;
    tx.add_rows(ADD_PROVIDERS, new).await?;
    Ok(stored)
}

/// Stores the file's models and retires those that it lacks.
async fn models(
    tx: &mut Tx,
    file: &CatalogFile,
    providers: &BTreeMap<String, String>,
    now: Timestamp,
    report: &mut ImportReport,
) -> Result<(), StoreError> {
    let mut stored: BTreeMap<String, Stored> = BTreeMap::new();
    for row in tx.all(MODELS, Vec::new()).await? {
        let (provider, data, retired) = (row.get("provider_id")?, row.get("data")?, row.get("retired")?);
        stored.insert(
            row.get("id")?,
            Stored {
                provider,
                data,
                retired,
            },
        );
    }

    let (mut new, mut added): (Vec<Value>, usize) = (Vec::new(), 0);
    for (model, data) in &file.models {
        if !providers.contains_key(model.provider.as_str()) {
            return Err(StoreError::UnknownProvider {
                model: model.id.to_string(),
                provider: model.provider.to_string(),
            });
        }
        let (id, provider, data) = (&model.id, &model.provider, data.as_str());
        match stored.remove(id.as_str()) {
            None => {
                new.extend(args![id, provider, data, now]);
                added += 1;
            }
            Some(old) if !old.retired && old.data == data => report.unchanged += 1,
            Some(_) => {
                tx.run(UPDATE_MODEL, args![id, provider, data, now]).await?;
                report.updated += 1;
            }
        }
    }

    report.added += added;
    tx.add_rows(ADD_MODELS, new).await?;
    if !file.complete {
        return Ok(());
    }

    let covered: BTreeSet<&str> = file.models.iter().map(|(model, _)| model.provider.as_str()).collect();
    let gone = |row: &Stored| !row.retired && covered.contains(row.provider.as_str());
    for (id, _) in stored.iter().filter(|(_, row)| gone(row)) {
        tx.run(RETIRE_MODEL, args![id.as_str(), now]).await?;
        report.retired += 1;
    }

    Ok(())
}

/// A model as the database has it.
struct Stored {
    provider: String,
    data: String,
    retired: bool,
}
