//! Where a call may go: to the model that was named, and then along the order of providers that an admin has set for it.

use std::sync::Arc;

use super::plan::Candidate;
use crate::domain::{Model, ModelKind, fallbacks};
use crate::gateway::cache::{CatalogSnapshot, CompiledKey, Route};
use crate::gateway::upstream::{CallableModel, ModelEndpoint, WrongKind};
use crate::wire::error::{ApiError, Code};
use crate::wire::operation::Operation;

/// Who is asked first, and who after it. The named model comes first; only if it cannot be called here at all, for want of
/// a credential, the next one does.
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

/// Where the model is called for this kind of work.
pub fn candidate(snapshot: &CatalogSnapshot, model: &Model, operation: Operation) -> Result<Candidate, ApiError> {
    let id = &model.id;
    let unavailable = |why: String| {
        ApiError::new(Code::ModelUnavailable, format!("Model '{id}' is unavailable: {why}")).about("model")
    };
    if (model.kind == ModelKind::Embedding) != (operation == Operation::Embeddings) {
        return Err(wrong_kind(model));
    }
    let target: &Arc<CallableModel> = match snapshot.route(model) {
        Some(Route::Target(target)) => target,
        Some(Route::NoCredential) | None => {
            let provider = snapshot
                .catalog
                .provider(&model.provider)
                .map_or(model.provider.as_str(), |p| p.name.as_str());
            return Err(unavailable(format!(
                "this gateway has no credential for its provider, {provider}. Whoever runs it can add one."
            )));
        }
        Some(Route::Unusable) => {
            let why = "its provider is not set up well here. The gateway's log says what is wrong.";
            return Err(unavailable(why.into()));
        }
        Some(Route::Elsewhere) => {
            let spoken: Vec<&str> = model.protocols.iter().map(|protocol| protocol.as_str()).collect();
            return Err(unavailable(format!(
                "its provider has no address here that serves it. The catalog says that it is served by {}.",
                spoken.join(" and ")
            )));
        }
    };
    match target.endpoint(operation) {
        Ok(ModelEndpoint { endpoint, breaker }) => {
            let (endpoint, breaker) = (Arc::clone(endpoint), Arc::clone(breaker));
            Ok(Candidate {
                target: Arc::clone(target),
                endpoint,
                breaker,
            })
        }
        Err(WrongKind) => Err(wrong_kind(model)),
    }
}

fn wrong_kind(model: &Model) -> ApiError {
    let does = match model.kind {
        ModelKind::Embedding => "makes embeddings and cannot be used for chat",
        ModelKind::Chat => "answers messages and makes no embeddings",
    };
    ApiError::new(Code::UnsupportedParameter, format!("Model '{}' {does}.", model.id)).about("model")
}
