//! What the provider and the model behind a request take: data of the catalog, never a branch on somebody's name.

use serde::de::IntoDeserializer;
use serde::{Deserialize, Serialize};

use super::request::Effort;
use crate::domain::{Model, Provider};

/// Reads one of a list of names.
fn named<'a, T: Deserialize<'a>>(name: &'a str) -> Option<T> {
    let name: serde::de::value::StrDeserializer<'a, serde::de::value::Error> = name.into_deserializer();
    T::deserialize(name).ok()
}

/// The name of the token limit's field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaxTokensField {
    /// `max_tokens`: the old name, which most hosts know.
    #[default]
    MaxTokens,
    /// `max_completion_tokens`: OpenAI's own.
    MaxCompletionTokens,
}

/// How thinking is switched on at a provider that speaks OpenAI chat.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThinkingSwitch {
    /// `reasoning_effort: "high"`
    #[default]
    Effort,
    /// `thinking: {"type": "enabled" | "disabled"}`
    ThinkingType,
    /// The same, and `reasoning_effort` beside it.
    ThinkingTypeAndEffort,
    /// `enable_thinking: true | false`
    EnableThinking,
    /// `chat_template_kwargs: {"enable_thinking": true | false}`
    ChatTemplateKwargs,
    /// `chat_template_args: {"enable_thinking": true | false}`
    ChatTemplateArgs,
    /// `reasoning: {"enabled": true | false}`
    ReasoningEnabled,
    /// `reasoning: {"effort": "high"}`
    ReasoningEffort,
    /// No way is known: nothing is sent.
    None,
}

/// What a target takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Capabilities {
    /// Where the token limit goes (chat).
    pub max_tokens_field: MaxTokensField,
    /// The `developer` role is known (chat); else `system` is sent.
    pub developer_role: bool,
    /// `stream_options` may be sent (chat).
    pub stream_options: bool,
    /// Fields that are OpenAI's own may be sent: `store`, `prompt_cache_key`, `service_tier`, `verbosity`, `user`, `strict`.
    pub openai_fields: bool,
    /// A picture, `top_k` and the like that are no field of OpenAI's may be sent (chat).
    pub top_k: bool,
    /// How thinking is switched on (chat).
    pub thinking: ThinkingSwitch,
    /// The efforts that the model knows, if that is stated.
    pub efforts: Option<Vec<String>>,
    /// The model thinks at all, if that is stated.
    pub thinks: Option<bool>,
    /// It cannot be told not to think.
    pub must_think: bool,
    /// The least thinking budget, for models that take a budget (Anthropic's older models).
    pub least_budget: Option<u64>,
    /// Thoughts have to be sent back with the assistant's turns, in this field (chat).
    pub thinking_back: Option<String>,
    /// `temperature`, `top_p` and `top_k` are taken.
    pub sampling: bool,
    /// `role: "system"` may stand in the middle (Anthropic).
    pub system_inside: bool,
    /// `output_config.format` (Anthropic) or `response_format: json_schema` (chat) are obeyed, if that is stated.
    pub schemas: Option<bool>,
    /// The longest answer, in tokens, if known.
    pub max_tokens: Option<u64>,
}

impl Default for Capabilities {
    /// A small host that speaks OpenAI chat.
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
    /// What the catalog knows of a model at its provider.
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
            // A model that thinks often draws words its own way; the catalog lists what it takes.
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
mod tests {
    use super::*;
    use crate::wire::neutral::request::Effort;

    #[test]
    fn the_catalog_says_what_a_target_takes() {
        let catalog = crate::domain::samples::shipped();
        let capabilities = |id: &str| {
            let model = catalog.callable(id).unwrap();
            Capabilities::of(catalog.provider(&model.provider).unwrap(), model)
        };

        let gpt = capabilities("openai/gpt-5.5");
        assert_eq!(
            (gpt.max_tokens_field, gpt.thinking),
            (MaxTokensField::MaxCompletionTokens, ThinkingSwitch::Effort)
        );
        assert!(gpt.developer_role && gpt.openai_fields && !gpt.top_k);
        let deepseek = capabilities("deepseek/deepseek-chat");
        assert_eq!(
            (deepseek.max_tokens_field, deepseek.openai_fields),
            (MaxTokensField::MaxTokens, false)
        );
        assert_eq!(deepseek.thinking, ThinkingSwitch::ThinkingTypeAndEffort);
        let claude = capabilities("anthropic/claude-opus-4-8");
        assert_eq!(
            (claude.sampling, claude.max_tokens, claude.least_budget),
            (false, Some(128_000), None)
        );
        assert_eq!(capabilities("anthropic/claude-haiku-4-5").least_budget, Some(1024));
        for both in ["anthropic/claude-opus-4-5", "anthropic/claude-opus-4-5-20251101"].map(capabilities) {
            assert_eq!(
                (both.least_budget, both.nearest_effort(Effort::Max)),
                (Some(1024), Some(Effort::High))
            );
        }
    }

    #[test]
    fn every_name_that_the_shipped_catalog_gives_is_known() {
        let catalog = crate::domain::samples::shipped();
        for provider in catalog.providers() {
            let known = |name: &Option<String>, is: fn(&str) -> bool| name.as_deref().is_none_or(is);
            assert!(
                known(&provider.thinking_switch, |n| named::<ThinkingSwitch>(n).is_some()),
                "{}",
                provider.id
            );
            assert!(
                known(&provider.max_tokens_field, |n| named::<MaxTokensField>(n).is_some()),
                "{}",
                provider.id
            );
        }
    }

    #[test]
    fn an_effort_that_the_model_lacks_becomes_the_next_lower_one() {
        let capabilities = |list: &[&str]| Capabilities {
            efforts: Some(list.iter().map(|e| (*e).to_owned()).collect()),
            ..Capabilities::default()
        };

        assert_eq!(
            capabilities(&["low", "high"]).nearest_effort(Effort::Max),
            Some(Effort::High)
        );
        assert_eq!(
            capabilities(&["low", "high"]).nearest_effort(Effort::Medium),
            Some(Effort::Low)
        );
        assert_eq!(
            capabilities(&["medium"]).nearest_effort(Effort::Minimal),
            Some(Effort::Medium)
        );
        assert_eq!(capabilities(&["none"]).nearest_effort(Effort::Low), None);
        assert_eq!(
            Capabilities::default().nearest_effort(Effort::XHigh),
            Some(Effort::XHigh)
        );
    }
}
