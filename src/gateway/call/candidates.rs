//! Which candidates a call may try: the named model first, then others in the order of providers that an admin has set.

use super::plan::Candidate;
use crate::domain::{Model, ModelKind, fallbacks};
use crate::gateway::cache::{CatalogSnapshot, CompiledKey, Route};
use crate::gateway::upstream::WrongKind;
use crate::wire::error::{ApiError, Code};
use crate::wire::operation::Operation;

/// The first candidate of a call, and those after it. The named model comes first, unless it cannot be called here at all.
pub fn candidates(
    snapshot: &CatalogSnapshot,
    named: &Model,
    key: &CompiledKey,
    operation: Operation,
) -> Result<(Candidate, Vec<Candidate>), ApiError> {
    let first = candidate(snapshot, named, operation);
    let order = snapshot.orders.of(named, key.account);
    let others = fallbacks(&snapshot.catalog, named, order, key.allowed_models.as_deref());
    let mut others = others
        .into_iter()
        .filter_map(|model| candidate(snapshot, model, operation).ok());

    match first {
        Ok(first) => Ok((first, others.collect())),
        Err(error) => match others.next() {
            Some(first) => Ok((first, others.collect())),
            None => Err(error),
        },
    }
}

/// The endpoint where a model is called for this operation.
///
/// # Errors
/// If the model does other work, or cannot be called here.
pub fn candidate(snapshot: &CatalogSnapshot, model: &Model, operation: Operation) -> Result<Candidate, ApiError> {
    if (model.kind == ModelKind::Embedding) != (operation == Operation::Embeddings) {
        return Err(wrong_kind(model));
    }

    let target = match snapshot.route(model) {
        Some(Route::Target(target)) => target,
        other => {
            let why = why_unavailable(snapshot, model, other);
            let message = format!("Model '{}' is unavailable: {why}", model.id);
            return Err(ApiError::new(Code::ModelUnavailable, message).about("model"));
        }
    };

    match target.endpoint(operation) {
        Ok(address) => Ok(Candidate::at(target, address)),
        Err(WrongKind) => Err(wrong_kind(model)),
    }
}

/// Why a model without a target cannot be called, as the end of a sentence.
fn why_unavailable(snapshot: &CatalogSnapshot, model: &Model, route: Option<&Route>) -> String {
    match route {
        Some(Route::Unusable) => "its provider is not set up well here. The gateway's log says what is wrong.".into(),
        Some(Route::Elsewhere) => {
            let spoken: Vec<&str> = model.protocols.iter().map(|protocol| protocol.as_str()).collect();
            format!(
                "its provider has no address here that serves it. The catalog says that it is served by {}.",
                spoken.join(" and ")
            )
        }
        Some(Route::NoCredential | Route::Target(_)) | None => {
            let provider = snapshot
                .catalog
                .provider(&model.provider)
                .map_or(model.provider.as_str(), |p| p.name.as_str());
            format!(
                "this gateway has no credential for its provider, {provider}. The gateway's administrator can add one."
            )
        }
    }
}

/// The error for a model that does other work than the request asks for.
fn wrong_kind(model: &Model) -> ApiError {
    let does = match model.kind {
        ModelKind::Embedding => "makes embeddings and cannot be used for chat",
        ModelKind::Chat => "answers messages and makes no embeddings",
    };
    ApiError::new(Code::UnsupportedParameter, format!("Model '{}' {does}.", model.id)).about("model")
}
