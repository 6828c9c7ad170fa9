//! What a model costs, by kind of token, and what one call comes to.

use super::{PicoUsd, Tokens};

/// A price list: US dollars per token by kind. A missing kind has no price of its own and is billed as the kind it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Price {
    /// Input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<PicoUsd>,
    /// Output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion: Option<PicoUsd>,
    /// Input read from a cache; else billed as `prompt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_cache_read: Option<PicoUsd>,
    /// Input written to a cache for minutes; else billed as `prompt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_cache_write: Option<PicoUsd>,
    /// Input written to a cache for an hour; else billed as `input_cache_write`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_cache_write_1h: Option<PicoUsd>,
    /// Thinking; else inside `completion`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal_reasoning: Option<PicoUsd>,
    /// Per call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<PicoUsd>,
    /// Per search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_search: Option<PicoUsd>,
}

/// The base price list and what replaces parts of it under conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Pricing {
    /// In force where no override applies.
    #[serde(flatten)]
    pub base: Price,
    /// Later entries win per kind; kinds they lack keep the base price.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Override>,
}

/// A price list that applies when all of its conditions hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Override {
    /// Applies when the prompt, cached part included, has strictly more tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_prompt_tokens: Option<u64>,
    /// `HHMM` in UTC, from when on it applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utc_start: Option<String>,
    /// `HHMM` in UTC, when it ends; half open, may wrap over midnight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utc_end: Option<String>,
    /// Days it applies on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utc_days: Option<serde_json::Value>,
    /// The kinds it replaces.
    #[serde(flatten)]
    pub price: Price,
}

impl Pricing {
    /// What a call comes to at the base price list, exact; `None` if the model has no price or the sum leaves the range.
    pub fn cost(&self, tokens: &Tokens) -> Option<PicoUsd> {
        let prompt = self.base.prompt?;
        let completion = self.base.completion?;
        let uncached = tokens.prompt.saturating_sub(tokens.cache_read).saturating_sub(tokens.cache_write);
        let sum = prompt.times(uncached)
            + self.base.input_cache_read.unwrap_or(prompt).times(tokens.cache_read)
            + self.base.input_cache_write.unwrap_or(prompt).times(tokens.cache_write)
            + completion.times(tokens.completion)
            + i128::from(self.base.request.unwrap_or_default().pico());
        i64::try_from(sum).ok().map(PicoUsd::from_pico)
    }
}
