//! A price list, by kind of token.

use super::tokens::Tokens;
use crate::domain::values::PicoUsd;

/// A price list: US dollars per token by kind. A missing kind has no price of its own and is billed as the kind it belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
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
    /// Thinking; else billed as `completion`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal_reasoning: Option<PicoUsd>,
    /// Spoken input. Known but not billed apart: providers count it within `prompt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<PicoUsd>,
    /// Spoken output; not billed apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_output: Option<PicoUsd>,
    /// Spoken input read from a cache; not billed apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input_audio_cache: Option<PicoUsd>,
    /// Input of images; not billed apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_token: Option<PicoUsd>,
    /// Output of images; not billed apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_output: Option<PicoUsd>,
    /// Per call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<PicoUsd>,
    /// Per search of the web that the provider makes; without it, a search costs its tokens only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_search: Option<PicoUsd>,
}

impl Price {
    /// How many kinds of price there are.
    pub const KINDS: usize = 13;

    /// Every kind in pico-USD, in the order of the fields.
    pub fn to_kinds(&self) -> [Option<i64>; Self::KINDS] {
        [
            self.prompt,
            self.completion,
            self.input_cache_read,
            self.input_cache_write,
            self.input_cache_write_1h,
            self.internal_reasoning,
            self.audio,
            self.audio_output,
            self.input_audio_cache,
            self.image_token,
            self.image_output,
            self.request,
            self.web_search,
        ]
        .map(|price| price.map(PicoUsd::pico))
    }

    /// Reads what [`Price::to_kinds`] returns.
    pub fn of_kinds(kinds: [Option<i64>; Self::KINDS]) -> Self {
        let [
            prompt,
            completion,
            input_cache_read,
            input_cache_write,
            input_cache_write_1h,
            internal_reasoning,
            audio,
            audio_output,
            input_audio_cache,
            image_token,
            image_output,
            request,
            web_search,
        ] = kinds.map(|price| price.map(PicoUsd::from_pico));
        Self {
            prompt,
            completion,
            input_cache_read,
            input_cache_write,
            input_cache_write_1h,
            internal_reasoning,
            audio,
            audio_output,
            input_audio_cache,
            image_token,
            image_output,
            request,
            web_search,
        }
    }

    /// This list, with each kind replaced that `other` has a price for.
    #[must_use]
    pub(in crate::domain) fn replaced_by(&self, other: &Self) -> Self {
        Self {
            prompt: other.prompt.or(self.prompt),
            completion: other.completion.or(self.completion),
            input_cache_read: other.input_cache_read.or(self.input_cache_read),
            input_cache_write: other.input_cache_write.or(self.input_cache_write),
            input_cache_write_1h: other.input_cache_write_1h.or(self.input_cache_write_1h),
            internal_reasoning: other.internal_reasoning.or(self.internal_reasoning),
            audio: other.audio.or(self.audio),
            audio_output: other.audio_output.or(self.audio_output),
            input_audio_cache: other.input_audio_cache.or(self.input_audio_cache),
            image_token: other.image_token.or(self.image_token),
            image_output: other.image_output.or(self.image_output),
            request: other.request.or(self.request),
            web_search: other.web_search.or(self.web_search),
        }
    }

    /// Whether input and output have a price.
    pub(in crate::domain) fn is_charged(&self) -> bool {
        self.prompt.is_some() && self.completion.is_some()
    }

    /// The exact cost of these tokens and searches by this list. `None` if the list has no price for input or output, or if
    /// the sum leaves the range of [`PicoUsd`].
    pub fn cost(&self, tokens: &Tokens, searches: u64) -> Option<PicoUsd> {
        let (prompt, completion) = (self.prompt?, self.completion?);
        let cache_write = self.input_cache_write.unwrap_or(prompt);
        let hour_writes = tokens.cache_write_1h.min(tokens.cache_write);
        let uncached = tokens
            .prompt
            .saturating_sub(tokens.cache_read)
            .saturating_sub(tokens.cache_write);
        let thinking = tokens.reasoning.min(tokens.completion);

        PicoUsd::sum([
            prompt.times(uncached),
            self.input_cache_read.unwrap_or(prompt).times(tokens.cache_read),
            cache_write.times(tokens.cache_write - hour_writes),
            self.input_cache_write_1h.unwrap_or(cache_write).times(hour_writes),
            completion.times(tokens.completion - thinking),
            self.internal_reasoning.unwrap_or(completion).times(thinking),
            self.request.unwrap_or_default().times(1),
            self.web_search.unwrap_or_default().times(searches),
        ])
    }
}
