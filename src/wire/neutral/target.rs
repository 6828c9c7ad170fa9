//! What the provider and the model behind a request take: data of the catalog, never a branch on somebody's name.

use serde::{Deserialize, Serialize};

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
pub struct Takes {
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

impl Default for Takes {
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
            least_budget: None,
            thinking_back: None,
            sampling: true,
            system_inside: false,
            schemas: None,
            max_tokens: None,
        }
    }
}

impl Takes {
    /// The effort nearest to `wanted` that the model knows: the next lower one, else the lowest.
    pub fn nearest_effort(&self, wanted: super::Effort) -> Option<super::Effort> {
        let Some(known) = &self.efforts else { return Some(wanted) };
        let known: Vec<_> = super::Effort::ALL.into_iter().filter(|e| known.iter().any(|k| k == e.as_str())).collect();
        known.iter().rev().find(|&&e| e <= wanted).or(known.first()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Effort;
    use super::*;

    #[test]
    fn an_effort_that_the_model_lacks_becomes_the_next_lower_one() {
        let takes =
            |list: &[&str]| Takes { efforts: Some(list.iter().map(|e| (*e).to_owned()).collect()), ..Takes::default() };

        assert_eq!(takes(&["low", "high"]).nearest_effort(Effort::Max), Some(Effort::High));
        assert_eq!(takes(&["low", "high"]).nearest_effort(Effort::Medium), Some(Effort::Low));
        assert_eq!(takes(&["medium"]).nearest_effort(Effort::Minimal), Some(Effort::Medium));
        assert_eq!(takes(&["none"]).nearest_effort(Effort::Low), None);
        assert_eq!(Takes::default().nearest_effort(Effort::XHigh), Some(Effort::XHigh));
    }
}
