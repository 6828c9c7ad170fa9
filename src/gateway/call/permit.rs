//! Checks whether a key may call the model that a name leads to.

use std::sync::Arc;

use crate::domain::{Decision, Model, ModelId, Outcome, Resolution};
use crate::gateway::cache::{CatalogSnapshot, CompiledKey};
use crate::gateway::http::Head;
use crate::wire::error::{ApiError, Code};

/// An error suggests at most so many names.
const SUGGESTIONS: usize = 3;

/// The model that runs, if it exists and the key may use it. Adds the alias and the model to `head`, for the headers of
/// the response.
pub fn check_model(
    decision: &Decision<'_>,
    key: &CompiledKey,
    snapshot: &CatalogSnapshot,
    head: &mut Head,
) -> Result<Arc<Model>, ApiError> {
    let id = decision.resolution.model();
    if let Resolution::Alias(alias) = decision.resolution {
        head.caught_by(alias);
    }

    let through = decision.resolution.alias().map(|alias| alias.name.as_str());

    match &decision.outcome {
        Outcome::Runs(model) => Ok(Arc::clone(model)),
        Outcome::NotAllowed(model) => {
            head.ran(model.id.as_str());
            let through = through
                .map(|name| format!(", which the alias '{name}' points at"))
                .unwrap_or_default();
            let message = format!("This API key may not use the model '{}'{through}.", model.id);
            Err(ApiError::new(Code::ModelNotAllowed, message).about("model"))
        }
        Outcome::NotFound => {
            let mut message = format!("Model '{id}' was not found or is unavailable.");
            if let Some(name) = through {
                head.ran(id);
                message.push_str(&format!(" The alias '{name}' points at it."));
            }

            if let Some(alias) = key.aliases.matches_in_lowercase(id).filter(|_| through.is_none()) {
                let hint = " is written in lower case: only its letter case differs.";
                message.push_str(&format!(" The alias '{}'{hint}", alias.name));
            } else {
                message.push_str(&suggestions(id, key, snapshot));
            }

            Err(ApiError::new(Code::ModelNotFound, message).about("model"))
        }
    }
}

/// The nearest names that the key may call, as a question with a blank before it. Empty if there are none.
fn suggestions(id: &str, key: &CompiledKey, snapshot: &CatalogSnapshot) -> String {
    let may = |id: &&ModelId| key.allowed_models.as_ref().is_none_or(|list| list.contains(id));
    let near = snapshot.catalog.nearest(id, SUGGESTIONS).into_iter().filter(may);
    let near: Vec<String> = near.map(|id| format!("'{id}'")).collect();

    if near.is_empty() {
        String::new()
    } else {
        format!(" Did you mean {}?", near.join(" or "))
    }
}
