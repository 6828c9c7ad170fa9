//! What a key's clients really sent, summed up, and what the same would cost with other aliases.

use crate::domain::catalog::Model;
use crate::domain::money::Price;
use crate::domain::money::{Pricing, Tokens};
use crate::domain::values::{PicoUsd, Timestamp};

/// How far back a look at traffic reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TrafficWindow {
    /// The hour that is running and the 23 before it.
    #[default]
    Day,
    /// The UTC day that is running and the 6 before it.
    Week,
    /// The UTC day that is running and the 29 before it.
    Month,
}

impl TrafficWindow {
    /// Every window, the shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// As forms and addresses carry it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// As people read it, for example `24 h`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Day => "24 h",
            Self::Week => "7 d",
            Self::Month => "30 d",
        }
    }

    /// The window of that text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|window| window.as_str() == text)
    }
}

/// What a key's clients sent in some time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// By name, the most frequent first.
    pub names: Vec<Sent>,
    /// All other names together; `None` if there are none.
    pub others: Option<Ran>,
}

/// One name that clients sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// As it was sent.
    pub name: String,
    /// The `User-Agent` of the last request that had one.
    pub agent: Option<String>,
    /// What ran, a part for each model.
    pub ran: Vec<Ran>,
}

/// Requests that one model answered, or failed to.
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

/// What becomes of a name.
#[derive(Clone, Copy, Debug)]
pub enum Becomes<'a> {
    /// What it is now.
    Same,
    /// This model runs instead.
    Runs(&'a Model),
    /// Requests fail instead.
    Fails,
}

/// About what traffic would have cost with other aliases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// The same tokens at the new prices.
    pub cost: PicoUsd,
    /// Requests that failed and now would run: nobody knows how many tokens they would use, so they are not in `cost`.
    pub would_run: u64,
    /// Requests that were answered and now would fail, at no cost.
    pub would_fail: u64,
}

/// Why there is no [`Estimate`]. The message can stand where it would.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoEstimate {
    /// Requests were answered, but their tokens are not known.
    #[error("No estimate for your changes: the tokens of {0} are not known.")]
    NoTokens(String),
    /// The new model has no price, which is never the same as costing nothing.
    #[error("No estimate for your changes: {0} has no price.")]
    NoPrice(String),
    /// The sum is beyond what an amount can hold.
    #[error("No estimate for your changes: the sum is too large.")]
    TooLarge,
}

impl Traffic {
    /// The name under which usage beyond the names that are told apart is kept.
    pub const OTHER: &'static str = "(other names)";

    /// The name under which the gateway records one that cannot be shown.
    pub const NOT_PRINTABLE: &'static str = "(unreadable name)";

    /// Whether nothing was sent.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && self.others.is_none()
    }

    /// What all of it cost.
    pub fn cost(&self) -> PicoUsd {
        let ran = self.names.iter().flat_map(|sent| &sent.ran).chain(&self.others);
        ran.fold(PicoUsd::ZERO, |sum, ran| {
            PicoUsd::from_pico(sum.pico().saturating_add(ran.cost.pico()))
        })
    }

    /// About what the same tokens would have cost, if this became of each name. What stays, or ran on the new model
    /// already, counts at what it did cost; the rest at the new model's base price, since sums do not tell which of the
    /// requests were long. Names that are not told apart are taken to stay.
    ///
    /// # Errors
    /// If tokens or a price that count are not known.
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

    /// Whether it is what a client sent, and not what stands for names that are not kept.
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
