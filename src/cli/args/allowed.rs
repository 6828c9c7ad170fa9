//! The models that a key may call, as the command line takes them.

use crate::cli::error::CliError;
use crate::domain::{Catalog, ModelId};

/// The models of `--allow-model`; `None` if there are none, which allows all.
///
/// # Errors
/// If the catalog lacks one.
pub fn models(ids: &[ModelId], catalog: &Catalog) -> Result<Option<Vec<ModelId>>, CliError> {
    if let Some(unknown) = ids.iter().find(|id| catalog.get(id.as_str()).is_none()) {
        let nearest = catalog.nearest(unknown.as_str(), 1);
        let nearest = nearest
            .first()
            .map(|id| format!("; the closest is {id}"))
            .unwrap_or_default();
        return Err(CliError::Failed(format!(
            "--allow-model: {unknown} isn't in the catalog{nearest}"
        )));
    }

    Ok((!ids.is_empty()).then(|| ids.to_vec()))
}
