//! How a provider that speaks OpenAI chat names the token limit and switches thinking.

use serde::de::IntoDeserializer;
use serde::{Deserialize, Serialize};

/// Reads the catalog's name of a field or a switch. `None` if it is unknown.
pub(super) fn named<'a, T: Deserialize<'a>>(name: &'a str) -> Option<T> {
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
    /// `thinking` as above, and `reasoning_effort` beside it.
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
    /// No way is known, so nothing is sent.
    None,
}
