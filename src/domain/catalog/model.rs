//! Real models: what the catalog knows of each.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::provider::{Protocol, ProviderId};
use crate::domain::money::{Pricing, ServiceTier};
use crate::domain::values::AliasName;

/// The id of a real model, `vendor/model`. Every id is also a legal alias name, so any of them can be remapped.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelId(String);

/// The text is not the id of a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a model id: use vendor/model in lowercase, at most 64 characters of a-z 0-9 . _ : / -")]
pub struct ModelIdError(String);

impl ModelId {
    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first slash: who made or hosts the model.
    pub fn vendor(&self) -> &str {
        self.0.split_once('/').map_or(self.0.as_str(), |(vendor, _)| vendor)
    }
}

impl FromStr for ModelId {
    type Err = ModelIdError;
    fn from_str(text: &str) -> Result<Self, ModelIdError> {
        let legal = text.len() <= AliasName::MAX && text.chars().all(AliasName::allows);
        match text.split_once('/') {
            Some((vendor, name)) if legal && !vendor.is_empty() && !name.is_empty() => Ok(Self(text.into())),
            _ => Err(ModelIdError(text.into())),
        }
    }
}

impl TryFrom<String> for ModelId {
    type Error = ModelIdError;
    fn try_from(text: String) -> Result<Self, ModelIdError> {
        text.parse()
    }
}

impl From<ModelId> for String {
    fn from(id: ModelId) -> Self {
        id.0
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The kind of work a model does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelKind {
    /// Answers messages.
    Chat,
    /// Turns text into vectors.
    Embedding,
}

/// Where a model stands in its life.
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
    /// The maker has withdrawn it. Still callable here, and marked, since clients name it.
    Retired,
}

/// What goes in and comes out.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Architecture {
    /// For example `text+image->text`.
    #[serde(default)]
    pub modality: String,
    /// Of text, image, file, audio, video.
    #[serde(default)]
    pub input_modalities: Vec<String>,
    /// Of text, image, audio, video, embeddings.
    #[serde(default)]
    pub output_modalities: Vec<String>,
}

/// Token limits of the provider that serves the model, where they are tighter than its context.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TokenLimits {
    /// Most tokens that one answer may have.
    #[serde(default)]
    pub max_completion_tokens: Option<u64>,
    /// Most tokens that one prompt may have.
    #[serde(default)]
    pub max_prompt_tokens: Option<u64>,
}

/// What a model can do: yes, no, or not stated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Features {
    /// Calls tools.
    pub tools: Option<bool>,
    /// Obeys a JSON schema.
    pub structured_outputs: Option<bool>,
    /// Thinks before it answers.
    pub reasoning: Option<bool>,
    /// Sees images.
    pub vision: Option<bool>,
    /// Reads files.
    pub file_input: Option<bool>,
    /// Reuses a cached prompt.
    pub prompt_caching: Option<bool>,
}

/// How a model thinks before it answers, as far as that is stated.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Reasoning {
    /// It cannot be switched off.
    pub mandatory: Option<bool>,
    /// The efforts that it knows, for example `low`.
    pub supported_efforts: Option<Vec<String>>,
    /// The one that it takes by itself.
    pub default_effort: Option<String>,
    /// It takes a budget in tokens.
    pub max_tokens: Option<ThinkingBudget>,
}

/// The bounds of a budget for thinking, in tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct ThinkingBudget {
    /// The least.
    pub min: Option<u64>,
    /// The most.
    pub max: Option<u64>,
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
    /// Who serves it.
    pub provider: ProviderId,
    /// What to send upstream as `model`, case kept.
    pub upstream_model: String,
    /// The kind of work it does.
    #[serde(rename = "type")]
    pub kind: ModelKind,
    /// Upstream protocols that serve it, the best first.
    pub protocols: Vec<Protocol>,
    /// The maker's family, for example `claude-opus`.
    #[serde(default)]
    pub family: Option<String>,
    /// Tokens in and out together.
    pub context_length: u64,
    /// What goes in and comes out.
    #[serde(default)]
    pub architecture: Architecture,
    /// What it costs.
    pub pricing: Pricing,
    /// What it costs by other service tiers than the usual one, where they have prices of their own. Which price holds for
    /// a kind that a tier lacks, [`Model::price_for`] says.
    #[serde(default)]
    pub service_tiers: Option<BTreeMap<ServiceTier, Pricing>>,
    /// Token limits of the provider.
    #[serde(default, rename = "top_provider")]
    pub limits: TokenLimits,
    /// Request parameters that some source states; absence means not stated.
    #[serde(default)]
    pub supported_parameters: Vec<String>,
    /// How it thinks, if it does and that is stated.
    #[serde(default)]
    pub reasoning: Option<Reasoning>,
    /// Where its thoughts have to be sent back in the OpenAI chat protocol, for example `reasoning_content`.
    #[serde(default)]
    pub reasoning_field: Option<String>,
    /// What it can do.
    #[serde(default)]
    pub features: Features,
    /// Where it stands in its life.
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
    /// Whether an admin lets it be called; not part of the catalog file, where it is true.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

impl Model {
    /// Most tokens of one answer, as the model list tells it.
    pub fn max_output_tokens(&self) -> Option<u64> {
        self.limits.max_completion_tokens
    }
}
