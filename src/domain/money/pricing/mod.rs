//! The prices of a model: a price list, and overrides of parts of it under conditions.

use super::price::Price;
use super::time_of_day::{TimeOfDay, Weekday};
use super::tokens::Tokens;
use crate::domain::values::{PicoUsd, Timestamp};

/// The base price list of a model, and overrides of parts of it under conditions.
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

impl Pricing {
    /// The price list for a call with that many prompt tokens, cached part included, that arrived `at` this moment.
    pub fn in_force(&self, prompt_tokens: u64, at: Timestamp) -> Price {
        self.overrides
            .iter()
            .filter(|part| part.applies(prompt_tokens, at))
            .fold(self.base, |price, part| price.replaced_by(&part.price))
    }

    /// The exact cost of a call of the usual tier, without searches, that arrived `at` this moment. `None` if the model has no
    /// price, which is not the same as a price of zero, or if the sum leaves the range of [`PicoUsd`].
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

    /// Every list that may charge a part of a call that arrives `at` this moment with at most `prompt_tokens`.
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
