//! The traffic of a key's clients, summed up by name, and its cost with other aliases.

mod estimate;
mod window;

pub use estimate::{Becomes, Estimate, NoEstimate};
pub use window::TrafficWindow;

use crate::domain::catalog::Model;
use crate::domain::money::{Price, Pricing, Tokens};
use crate::domain::values::{PicoUsd, Timestamp};

/// The requests of a key's clients in a window of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// By name, the most frequent first.
    pub names: Vec<Sent>,
    /// All other names together; `None` if there are none.
    pub others: Option<Ran>,
}

/// The requests for one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The name as clients sent it.
    pub name: String,
    /// The `User-Agent` of the last request that had one.
    pub agent: Option<String>,
    /// The requests by the model that ran.
    pub ran: Vec<Ran>,
}

/// Requests that one model answered or failed to answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// The real model's id; empty where there were several.
    pub model: String,
    /// How many requests.
    pub requests: u64,
    /// How many of them were answered.
    pub successes: u64,
    /// The tokens of all of them.
    pub tokens: Tokens,
    /// What all of them cost.
    pub cost: PicoUsd,
}

impl Traffic {
    /// The placeholder for all names beyond the number of names that the sums of one key keep apart.
    pub const OTHER: &'static str = "(other names)";

    /// The placeholder for a name that cannot be shown.
    pub const NOT_PRINTABLE: &'static str = "(unreadable name)";

    /// Whether nothing was sent.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.others.is_none()
    }

    /// The cost of all traffic.
    pub fn cost(&self) -> PicoUsd {
        let ran = self.names.iter().flat_map(|sent| &sent.ran).chain(&self.others);
        ran.fold(PicoUsd::ZERO, |sum, ran| {
            PicoUsd::from_pico(sum.pico().saturating_add(ran.cost.pico()))
        })
    }

    /// Estimates what the same tokens would have cost if each name had run as `becomes` says. Requests that stay, or
    /// ran on the new model already, count at their cost. The others count at the new model's base price, since sums do
    /// not say which requests were long. The requests of `others` count as unchanged.
    ///
    /// # Errors
    /// If the tokens or the price of a changed name are not known.
    pub fn reprice<'a>(&self, becomes: impl Fn(&str) -> Becomes<'a>) -> Result<Estimate, NoEstimate> {
        let mut cost = self.others.as_ref().map_or(0, |ran| i128::from(ran.cost.pico()));
        let mut estimate = Estimate::default();
        for sent in &self.names {
            let becomes = becomes(&sent.name);
            for ran in &sent.ran {
                match becomes {
                    Becomes::Same => cost += i128::from(ran.cost.pico()),
                    Becomes::Fails => estimate.would_fail += ran.successes,
                    Becomes::Runs(model) if ran.model == model.id.as_str() => cost += i128::from(ran.cost.pico()),
                    Becomes::Runs(_) if ran.has_no_tokens() && ran.successes == 0 => estimate.would_run += ran.requests,
                    Becomes::Runs(_) if ran.has_no_tokens() => return Err(NoEstimate::NoTokens(sent.name.clone())),
                    Becomes::Runs(model) => cost += i128::from(ran.at(model)?.pico()),
                }
            }
        }

        estimate.cost = i64::try_from(cost)
            .map(PicoUsd::from_pico)
            .map_err(|_| NoEstimate::TooLarge)?;
        Ok(estimate)
    }
}

impl Sent {
    /// How many requests had the name.
    pub fn requests(&self) -> u64 {
        self.ran.iter().map(|ran| ran.requests).sum()
    }

    /// Whether a client sent this name. Otherwise it is a placeholder: [`Traffic::OTHER`] or
    /// [`Traffic::NOT_PRINTABLE`].
    pub fn is_a_name(&self) -> bool {
        self.name != Traffic::NOT_PRINTABLE && self.name != Traffic::OTHER
    }
}

impl Ran {
    fn has_no_tokens(&self) -> bool {
        self.tokens.prompt == 0 && self.tokens.completion == 0
    }

    /// The same tokens at another model's base price.
    fn at(&self, model: &Model) -> Result<PicoUsd, NoEstimate> {
        let base = model.pricing.base;
        if base.prompt.is_none() || base.completion.is_none() {
            return Err(NoEstimate::NoPrice(model.id.to_string()));
        }

        // Per call there is a price for each that was answered; a list without overrides knows no time of day.
        let tokens = Pricing {
            base: Price { request: None, ..base },
            overrides: Vec::new(),
        };
        let tokens = tokens
            .cost(&self.tokens, Timestamp::from_millis(0))
            .ok_or(NoEstimate::TooLarge)?;
        let calls = base.request.unwrap_or_default().times(self.successes);

        i64::try_from(i128::from(tokens.pico()) + calls)
            .map(PicoUsd::from_pico)
            .map_err(|_| NoEstimate::TooLarge)
    }
}

#[cfg(test)]
mod tests;
