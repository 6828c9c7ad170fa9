//! The capabilities of the provider and the model behind a request. They come from the catalog: no code decides by the
//! name of a provider.

mod fields;

use self::fields::named;
pub use self::fields::{MaxTokensField, ThinkingSwitch};
use super::thinking::Effort;
use crate::domain::{Model, Provider};

/// The capabilities of a model at its provider. The writers of requests send nothing beyond them.
#[derive(Clone, Debug, PartialEq)]
pub struct Capabilities {
    /// The field of the token limit (chat).
    pub max_tokens_field: MaxTokensField,
    /// The provider knows the role `developer` (chat); else the gateway sends `system`.
    pub developer_role: bool,
    /// The provider takes `stream_options` (chat).
    pub stream_options: bool,
    /// The provider takes OpenAI's own fields: `store`, `prompt_cache_key`, `service_tier`, `verbosity`, `user`, `strict`.
    pub openai_fields: bool,
    /// The provider takes `top_k`, which is not OpenAI's (chat).
    pub top_k: bool,
    /// How thinking is switched on (chat).
    pub thinking: ThinkingSwitch,
    /// The efforts that the model knows; `None` if the catalog does not say.
    pub efforts: Option<Vec<String>>,
    /// Whether the model thinks; `None` if the catalog does not say.
    pub thinks: Option<bool>,
    /// The model always thinks.
    pub must_think: bool,
    /// The least thinking budget in tokens, for models that take a budget (Anthropic's older models).
    pub least_budget: Option<u64>,
    /// The field in which the provider takes thoughts back with the assistant's turns (chat).
    pub thinking_back: Option<String>,
    /// The model takes `temperature`, `top_p` and `top_k`.
    pub sampling: bool,
    /// The model takes `role: "system"` in the middle of a conversation (Anthropic).
    pub system_inside: bool,
    /// Whether the model obeys `output_config.format` (Anthropic) or `response_format: json_schema` (chat); `None` if the
    /// catalog does not say.
    pub schemas: Option<bool>,
    /// The longest answer in tokens, if it is known.
    pub max_tokens: Option<u64>,
}

impl Default for Capabilities {
    /// The capabilities of a small host that speaks OpenAI chat.
    fn default() -> Self {
        Self {
            max_tokens_field: MaxTokensField::default(),
            developer_role: false,
            stream_options: true,
            openai_fields: false,
            top_k: true,
            thinking: ThinkingSwitch::default(),
            efforts: None,
            thinks: None,
            must_think: false,
            least_budget: None,
            thinking_back: None,
            sampling: true,
            system_inside: false,
            schemas: None,
            max_tokens: None,
        }
    }
}

impl Capabilities {
    /// Reads the capabilities of a model at its provider from the catalog.
    pub fn of(provider: &Provider, model: &Model) -> Self {
        let states = |parameter: &str| model.supported_parameters.iter().any(|known| known == parameter);
        let thinks = model.features.reasoning;
        let reasoning = model.reasoning.as_ref();
        let switch = provider.thinking_switch.as_deref().and_then(named);
        let default = if states("reasoning_effort") {
            ThinkingSwitch::Effort
        } else {
            ThinkingSwitch::None
        };

        Self {
            max_tokens_field: provider.max_tokens_field.as_deref().and_then(named).unwrap_or_default(),
            developer_role: provider.developer_role == Some(true),
            stream_options: provider.stream_options != Some(false),
            openai_fields: provider.openai_fields,
            top_k: !provider.openai_fields && !provider.refuses_unknown,
            thinking: switch.unwrap_or(default),
            efforts: reasoning.and_then(|r| r.supported_efforts.clone()),
            thinks,
            must_think: reasoning.and_then(|r| r.mandatory) == Some(true),
            least_budget: reasoning.and_then(|r| r.max_tokens?.min),
            thinking_back: model.reasoning_field.clone(),
            // Many models that think take no settings of sampling; the catalog lists their parameters.
            sampling: thinks != Some(true) || model.supported_parameters.is_empty() || states("temperature"),
            system_inside: false,
            schemas: model.features.structured_outputs,
            max_tokens: model.limits.max_completion_tokens,
        }
    }

    /// The effort nearest to `wanted` that the model knows: the next lower one, else the lowest.
    pub fn nearest_effort(&self, wanted: Effort) -> Option<Effort> {
        let Some(known) = &self.efforts else {
            return Some(wanted);
        };

        let known: Vec<_> = Effort::ALL
            .into_iter()
            .filter(|e| known.iter().any(|k| k == e.as_str()))
            .collect();
        known.iter().rev().find(|&&e| e <= wanted).or(known.first()).copied()
    }
}

#[cfg(test)]
mod tests;
