//! The most that a call may cost, computed before it is made.
//!
//! # What a strict reservation covers
//!
//! A provider of the client's protocol gets the body as it came, and may know more fields or fewer than its protocol has. A
//! strict reservation is enough for every provider that
//!
//! - obeys at least one of the fields by which the endpoint limits an answer, if the request has one, and any fields of other
//!   endpoints ([`Control::max_tokens`] has the rule for several);
//! - makes as many answers as the largest of `n` and `best_of` says, on any endpoint;
//! - reads no more tokens than the body has bytes and [`UNSEEN`](request_size::UNSEEN) more, or than the model's context if the
//!   body tells it to read on ([`Beyond`](crate::wire::control::Beyond)); and
//! - keeps to the catalog's data of the model: its context, its longest answer, its prices.
//!
//! A limit does not count if the catalog says that the provider counts thinking beside the answer, or if the request has a field
//! that is not known here. Then, as without a limit, the model's longest answer counts.
//!
//! The bound leaves out searches of the web, and a provider's own tools that make it run the model several times in one
//! call: their number is not known before the call.

mod request_size;

use crate::domain::{Model, PicoUsd, Reserve, ServiceTier, Timestamp};
use crate::wire::control::Control;
use crate::wire::error::{ApiError, Code};
use request_size::{RequestSize, USUAL_ANSWER};

/// The most that a call may cost and use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostBound {
    /// The amount to reserve.
    pub cost: PicoUsd,
    /// The tokens, in and out, that count against limits per minute until the provider has counted.
    pub tokens: i64,
}

/// Why a call has no bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unbounded {
    /// This candidate's model has no price. That never means that it is free.
    NoPrice(String),
    /// The cost is too large for the number that holds it.
    TooMuch,
}

impl From<Unbounded> for ApiError {
    fn from(unbounded: Unbounded) -> Self {
        match unbounded {
            Unbounded::NoPrice(model) => {
                let message = format!(
                    "Model '{model}' has no price here, so it cannot be called. The gateway's administrator can import one \
                     with a price."
                );
                Self::new(Code::UnsupportedParameter, message).about("model")
            }
            Unbounded::TooMuch => {
                let message = "This call may cost more than can be reserved. Ask for fewer tokens or fewer answers.";
                Self::new(Code::UnsupportedParameter, message)
            }
        }
    }
}

/// The most that a call may cost, whichever of the models answers it. With each model comes whether its provider counts
/// thinking within the limit of an answer, if that is known. The bound is certain if `reserve` is strict; else it is what such a
/// call usually costs at most.
///
/// # Errors
/// If a model has no price, or the cost is too large to be reserved.
pub fn cost_bound<'a>(
    models: impl Iterator<Item = (&'a Model, Option<bool>)>,
    control: &Control,
    body: &[u8],
    tier: Option<ServiceTier>,
    reserve: Reserve,
    at: Timestamp,
) -> Result<CostBound, Unbounded> {
    let size = RequestSize::read(control, body, reserve);
    // Without a tier in the request a provider may use any, as the project is set up there.
    let tiers = match reserve {
        Reserve::Strict => &ServiceTier::ALL,
        Reserve::Soft => tier.as_slice(),
    };

    let mut most = CostBound {
        cost: PicoUsd::ZERO,
        tokens: 0,
    };

    for (model, includes_reasoning) in models {
        let (prompt, completion) = size.of(model, includes_reasoning);
        let cost =
            model
                .max_cost(prompt, completion, tiers, at)
                .ok_or_else(|| match model.max_cost(0, 0, tiers, at) {
                    Some(_) => Unbounded::TooMuch,
                    None => Unbounded::NoPrice(model.id.to_string()),
                })?;

        let tokens = size.about(model).saturating_add(completion.min(USUAL_ANSWER));
        most.cost = most.cost.max(cost);
        most.tokens = most.tokens.max(i64::try_from(tokens).unwrap_or(i64::MAX));
    }

    Ok(most)
}

#[cfg(test)]
mod tests;
