//! The catalog: models, the providers that serve them, what a call of a model costs, and how a model is found by name.

mod abilities;
mod catalog;
mod cost;
mod endpoint;
mod layers;
mod model;
mod model_id;
mod nearest;
mod patience;
mod provider;
mod provider_id;
mod provider_order;
mod search;
mod takes;

pub use abilities::{Architecture, Features, Reasoning, ThinkingBudget, TokenLimits};
pub use catalog::Catalog;
pub use endpoint::{Auth, Endpoint};
pub use layers::{
    FactLayer, FactSource, StatedFact, UnknownTemplate, check_template, fact_layers, facts, list_facts,
    provider_fact_layers, templates,
};
pub use model::{Model, ModelKind, ModelStatus};
pub use model_id::{ModelId, ModelIdError};
pub use patience::ProviderPatience;
pub use provider::Provider;
pub use provider_id::{ProviderId, ProviderIdError};
pub use provider_order::{ProviderOrder, ProviderOrderError, ProviderOrders, fallbacks};
pub use search::{Found, Hit, search};
pub use takes::takes_otherwise;
