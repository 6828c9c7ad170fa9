//! A real model: its row in the catalog.

use std::collections::BTreeMap;

use super::abilities::{Architecture, Features, Reasoning, TokenLimits};
use super::endpoint::is_unstated;
use super::model_id::ModelId;
use super::provider_id::ProviderId;
use crate::domain::facts::FactsPatch;
use crate::domain::money::{Pricing, ServiceTier};
use crate::domain::values::Protocol;

/// The kind of work a model does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelKind {
    /// Answers messages.
    Chat,
    /// Turns text into vectors.
    Embedding,
}

/// The stage of a model's life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelStatus {
    /// In service.
    #[default]
    Active,
    /// Offered early; may change.
    Preview,
    /// The maker has announced its end; `expiration_date` says when, if known.
    Deprecated,
    /// The maker has withdrawn it. It can still be called here, and is marked, since clients name it.
    Retired,
}

/// One row of the catalog. Field names are those of the catalog file.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Model {
    /// `vendor/model`.
    pub id: ModelId,
    /// The maker's id of the same model; equal for all hosts that serve it.
    #[serde(default)]
    pub canonical_slug: Option<String>,
    /// Display name.
    pub name: String,
    /// Unix seconds of its release, if known.
    #[serde(default)]
    pub created: Option<i64>,
    /// The provider that serves it.
    pub provider: ProviderId,
    /// The `model` that the gateway sends to the provider, with its letter case.
    pub upstream_model: String,
    /// The kind of work it does.
    #[serde(rename = "type")]
    pub kind: ModelKind,
    /// The provider's protocols that serve it, the best first.
    pub protocols: Vec<Protocol>,
    /// The maker's family, for example `claude-opus`.
    #[serde(default)]
    pub family: Option<String>,
    /// The context: the most tokens of one call, in and out together.
    pub context_length: u64,
    /// The kinds of content that it accepts and returns.
    #[serde(default)]
    pub architecture: Architecture,
    /// What it costs.
    pub pricing: Pricing,
    /// The prices of other service tiers than the usual one, where they have some. [`Model::price_for`] says which price
    /// applies to a kind that a tier lacks.
    #[serde(default)]
    pub service_tiers: Option<BTreeMap<ServiceTier, Pricing>>,
    /// Token limits of the provider.
    #[serde(default, rename = "top_provider")]
    pub limits: TokenLimits,
    /// Request parameters that a source lists. One that is missing here may work all the same.
    #[serde(default)]
    pub supported_parameters: Vec<String>,
    /// How it thinks; `None` if no source states it.
    #[serde(default)]
    pub reasoning: Option<Reasoning>,
    /// The field in which a client of the OpenAI chat protocol sends its thoughts back, for example `reasoning_content`.
    #[serde(default)]
    pub reasoning_field: Option<String>,
    /// What it can do.
    #[serde(default)]
    pub features: Features,
    /// The stage of its life.
    #[serde(default)]
    pub status: ModelStatus,
    /// `YYYY-MM-DD`.
    #[serde(default)]
    pub release_date: Option<String>,
    /// `YYYY-MM-DD`, `YYYY-MM` or `YYYY`.
    #[serde(default)]
    pub knowledge_cutoff: Option<String>,
    /// `YYYY-MM-DD`: when the provider withdraws it, or did.
    #[serde(default)]
    pub expiration_date: Option<String>,
    /// What it takes, beyond its provider's facts.
    #[serde(default, skip_serializing_if = "is_unstated")]
    pub facts: FactsPatch,
    /// What an admin has stated of it; not part of the catalog file.
    #[serde(skip)]
    pub own_facts: FactsPatch,
    /// Whether an admin permits calls; not part of the catalog file, where it is true.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

impl Model {
    /// The most tokens of one answer, for the model list.
    pub fn max_output_tokens(&self) -> Option<u64> {
        self.limits.max_completion_tokens
    }
}
