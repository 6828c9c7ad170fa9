//! What a model costs, by kind of token, and what one call comes to.

use super::tokens::Tokens;
use crate::domain::values::{PicoUsd, Timestamp};

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

/// The base price list and what replaces parts of it under conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Pricing {
    /// In force where no override applies.
    #[serde(flatten)]
    pub base: Price,
    /// Later entries win per kind; kinds they lack keep the base price.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<PriceOverride>,
}

/// A price list that applies when all of its conditions hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PriceOverride {
    /// Applies when the prompt, cached part included, has strictly more tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_prompt_tokens: Option<u64>,
    /// From when on it applies, in UTC; else from midnight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utc_start: Option<TimeOfDay>,
    /// When it ends, in UTC: this minute is no longer in it. Before `utc_start`, it ends on the next day; else at midnight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utc_end: Option<TimeOfDay>,
    /// The days it begins on; absent means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utc_days: Option<Vec<Weekday>>,
    /// The kinds it replaces.
    #[serde(flatten)]
    pub price: Price,
}

/// A time of day as the catalog writes it: the number HHMM, from 0 to 2400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// Minutes since midnight.
    const fn minutes(self) -> i64 {
        (self.0 / 100 * 60 + self.0 % 100) as i64
    }
}

impl TryFrom<u16> for TimeOfDay {
    type Error = String;
    fn try_from(hhmm: u16) -> Result<Self, String> {
        if hhmm > 2400 || hhmm % 100 > 59 {
            return Err(format!("`{hhmm}` is not a time of day: use HHMM, for example 1830"));
        }
        Ok(Self(hhmm))
    }
}

impl From<TimeOfDay> for u16 {
    fn from(time: TimeOfDay) -> Self {
        time.0
    }
}

/// A day of the week, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "they say what they are")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// The weekday of a day counted from 1 January 1970, which was a Thursday.
    fn of(day: i64) -> Self {
        use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
        match day.rem_euclid(7) {
            0 => Thursday,
            1 => Friday,
            2 => Saturday,
            3 => Sunday,
            4 => Monday,
            5 => Tuesday,
            _ => Wednesday,
        }
    }
}

impl PriceOverride {
    fn applies(&self, prompt_tokens: u64, at: Timestamp) -> bool {
        self.min_prompt_tokens.is_none_or(|min| prompt_tokens > min) && self.is_in_force(at)
    }

    fn is_in_force(&self, at: Timestamp) -> bool {
        let minute = at.seconds().div_euclid(60);
        let (today, minute) = (minute.div_euclid(24 * 60), minute.rem_euclid(24 * 60));
        let begins_on = |day| {
            self.utc_days
                .as_ref()
                .is_none_or(|days| days.contains(&Weekday::of(day)))
        };
        let start = self.utc_start.map_or(0, TimeOfDay::minutes);
        let end = self.utc_end.map_or(24 * 60, TimeOfDay::minutes);
        if start <= end {
            begins_on(today) && (start..end).contains(&minute)
        } else {
            (begins_on(today) && minute >= start) || (begins_on(today - 1) && minute < end)
        }
    }
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

    /// What [`Price::to_kinds`] gave.
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

    /// This list with the kinds that `other` has replaced.
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

    /// What so many tokens and searches come to by this list, exact. `None` if it has no price for input or output, or if
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

impl Pricing {
    /// The price list for a call with that many prompt tokens, cached part included, that arrived `at` this moment.
    pub fn in_force(&self, prompt_tokens: u64, at: Timestamp) -> Price {
        self.overrides
            .iter()
            .filter(|part| part.applies(prompt_tokens, at))
            .fold(self.base, |price, part| price.replaced_by(&part.price))
    }

    /// What a call of the usual tier, without searches, comes to that arrived `at` this moment, exact. `None` if the model
    /// has no price, which is never the same as costing nothing, or if the sum leaves the range of [`PicoUsd`].
    ///
    /// ```
    /// use crossmodel::domain::{PicoUsd, Pricing, Timestamp, Tokens};
    /// let pricing: Pricing = serde_json::from_str(r#"{"prompt":"0.000003","completion":"0.000015","input_cache_read":"0.0000003"}"#).unwrap();
    /// let tokens = Tokens { prompt: 1_000, cache_read: 900, completion: 10, ..Tokens::default() };
    /// let cost = pricing.cost(&tokens, Timestamp::from_millis(0));
    /// assert_eq!(cost, Some("0.00072".parse::<PicoUsd>().unwrap()));
    /// ```
    pub fn cost(&self, tokens: &Tokens, at: Timestamp) -> Option<PicoUsd> {
        self.in_force(tokens.prompt, at).cost(tokens, 0)
    }

    /// Every list that a call with at most so many prompt tokens, `at` this moment, may be charged by in part.
    pub(in crate::domain) fn possible(&self, prompt_tokens: u64, at: Timestamp) -> impl Iterator<Item = &Price> {
        let parts = self
            .overrides
            .iter()
            .filter(move |part| part.applies(prompt_tokens, at));
        std::iter::once(&self.base).chain(parts.map(|part| &part.price))
    }
}

#[cfg(test)]
mod tests;
