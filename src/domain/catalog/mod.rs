//! The catalog: models, the providers that serve them, what a call of a model costs, and how a model is found by name.

mod catalog;
mod cost;
mod model;
mod nearest;
mod provider;
mod provider_order;
mod search;

pub use catalog::Catalog;
pub use model::{
    Architecture, Features, Model, ModelId, ModelIdError, ModelKind, ModelStatus, Reasoning, ThinkingBudget,
    TokenLimits,
};
pub(crate) use nearest::edits;
pub use provider::{Auth, Endpoint, Protocol, Provider, ProviderId, ProviderIdError, ProviderPatience};
pub use provider_order::{ProviderOrder, ProviderOrderError, ProviderOrders, fallbacks};
pub use search::{Found, Hit, search};
