//! The most that a call may cost, known before it is made.
//!
//! # What a strict reservation holds against
//!
//! A provider of the client's protocol gets the body as it came, and may know more fields or fewer than its protocol has. A
//! strict reservation is enough for every provider that
//!
//! - obeys at least one of the fields by which the endpoint limits an answer, if the request has one, and whichever fields of
//!   other endpoints it likes ([`Control::max_tokens`] has the rule for several);
//! - makes as many answers as the largest of `n` and `best_of` says, on any endpoint;
//! - reads no more tokens than the body has bytes and [`UNSEEN`] more, or than the model's context where the body tells it to
//!   read on ([`Beyond`](crate::wire::control::Beyond)); and
//! - keeps to what the catalog says of the model: its context, its longest answer, its prices.
//!
//! A limit does not count where it may not hold: if the catalog says that the provider counts thinking beside the answer, or if
//! the request has a field that is not known here. Then, as without a limit, it is the model's longest answer.
//!
//! What is left out: searches of the web, and a provider's own tools that make it run the model several times in one call. How
//! often that will be, nobody knows before.

use crate::domain::{Model, PicoUsd, Reserve, ServiceTier, Timestamp};
use crate::wire::control::{Beyond, Control};
use crate::wire::error::{ApiError, Code};
use crate::wire::operation::Operation;
use crate::wire::usage::{INLINE, inline_data};

/// Tokens of an answer that are reserved where the request names no limit and the reserve is soft.
const USUAL_ANSWER: u64 = 4_096;
/// Tokens that a provider may add to a prompt by itself: a system prompt of its own, how tools are explained to the model,
/// where a message begins and ends. The most that is known of is about 1,600 (tools of Anthropic's).
const UNSEEN: u64 = 2_048;
/// The same for each text that is to become a vector.
const UNSEEN_OF_TEXT: u64 = 32;
/// The least limit that a provider can be given: OpenAI's Responses take none below.
const LEAST_LIMIT: u64 = 16;

/// A bound of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostBound {
    /// What is reserved for it.
    pub cost: PicoUsd,
    /// Tokens, in and out, that it counts as until the provider has counted.
    pub tokens: i64,
}

/// Why no bound can be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unbounded {
    /// A model that might be called has no price: that is never the same as costing nothing.
    NoPrice(String),
    /// It is more money than can be written down.
    TooMuch,
}

impl From<Unbounded> for ApiError {
    fn from(unbounded: Unbounded) -> Self {
        match unbounded {
            Unbounded::NoPrice(model) => {
                let message = format!(
                    "Model '{model}' has no price here, so it cannot be called. Whoever runs this gateway can import one with a \
                     price."
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

/// The most that a call may cost, whichever of the models answers it; with each model stands whether its
/// provider counts thinking within the limit of an answer, if that is known. It is sure if `reserve` is strict; else it is what
/// a call like it may reasonably cost.
pub fn cost_bound<'a>(
    models: impl Iterator<Item = (&'a Model, Option<bool>)>,
    control: &Control<'_>,
    body: &[u8],
    tier: Option<ServiceTier>,
    reserve: Reserve,
    at: Timestamp,
) -> Result<CostBound, Unbounded> {
    let asked = RequestSize::read(control, body, reserve);
    // A provider may serve whoever asks for no tier by any, as a project is set up there.
    let tiers = match reserve {
        Reserve::Strict => &ServiceTier::ALL,
        Reserve::Soft => tier.as_slice(),
    };
    let mut most = CostBound {
        cost: PicoUsd::ZERO,
        tokens: 0,
    };
    for (model, includes_reasoning) in models {
        let (prompt, completion) = asked.of(model, includes_reasoning);
        let cost =
            model
                .max_cost(prompt, completion, tiers, at)
                .ok_or_else(|| match model.max_cost(0, 0, tiers, at) {
                    Some(_) => Unbounded::TooMuch,
                    None => Unbounded::NoPrice(model.id.to_string()),
                })?;
        let tokens = asked.about(model).saturating_add(completion.min(USUAL_ANSWER));
        most.cost = most.cost.max(cost);
        most.tokens = most.tokens.max(i64::try_from(tokens).unwrap_or(i64::MAX));
    }
    Ok(most)
}

/// How much a request asks for, whoever answers it.
#[derive(Clone, Copy, Debug)]
struct RequestSize {
    /// Tokens of the prompt, as far as they can be told from the body.
    prompt: u64,
    /// About how many those are, without what the provider may add.
    about: u64,
    /// How often the provider may read as much as the model can.
    contexts: u64,
    /// Whether the prompt is one text, which ends where the model's context does.
    is_one: bool,
    limit: Option<u64>,
    predicted: u64,
    answers: u64,
    reserve: Reserve,
}

impl RequestSize {
    fn read(control: &Control<'_>, body: &[u8], reserve: Reserve) -> Self {
        let is_one = control.operation() != Operation::Embeddings;
        let base = Self {
            prompt: 0,
            about: 0,
            contexts: 0,
            is_one,
            limit: control.max_tokens,
            predicted: 0,
            answers: control.answers,
            reserve,
        };
        match reserve {
            Reserve::Soft => {
                let (data, pieces) = inline_data(body);
                let text = body.len().saturating_sub(data) + pieces * INLINE;
                let prompt = (text as u64).div_ceil(3);
                Self {
                    prompt,
                    about: prompt,
                    ..base
                }
            }
            Reserve::Strict => {
                let Beyond { reads, writes } = control.beyond(body);
                let count = |byte| memchr::memchr_iter(byte, body).count() as u64;
                // Each text is in quotes, and each thing to be fetched is an object.
                let texts = if is_one { 0 } else { count(b'"') / 2 };
                let contexts = match (reads, is_one) {
                    (false, _) => 0,
                    (true, true) => 1,
                    (true, false) => count(b'{'),
                };
                // No token is shorter than a byte.
                let about = body.len() as u64;
                Self {
                    prompt: about + UNSEEN + texts * UNSEEN_OF_TEXT,
                    about,
                    contexts,
                    limit: base.limit.filter(|_| !writes).map(|limit| limit.max(LEAST_LIMIT)),
                    predicted: control.predicted_bytes as u64,
                    ..base
                }
            }
        }
    }

    /// About how many tokens of prompt this model reads, to be counted against limits per minute.
    fn about(&self, model: &Model) -> u64 {
        if self.is_one {
            self.about.min(model.context_length.max(1))
        } else {
            self.about
        }
    }

    /// Tokens of the prompt and of all answers, if this model is asked. `includes_reasoning`: whether its provider counts
    /// thinking inside the answer, where that is known.
    fn of(&self, model: &Model, includes_reasoning: Option<bool>) -> (u64, u64) {
        let context = model.context_length.max(1);
        let prompt = match self.is_one {
            true if self.contexts > 0 => context,
            true => self.prompt.min(context),
            false => self.prompt.saturating_add(context.saturating_mul(self.contexts)),
        };
        let longest = model.max_output_tokens().unwrap_or(model.context_length);
        let holds = self.reserve == Reserve::Soft || includes_reasoning != Some(false);
        let one = match (self.limit.filter(|_| holds), self.reserve) {
            (Some(tokens), _) => tokens.min(longest),
            (None, Reserve::Strict) => longest,
            (None, Reserve::Soft) => longest.min(USUAL_ANSWER),
        };
        (prompt, one.saturating_add(self.predicted).saturating_mul(self.answers))
    }
}

#[cfg(test)]
mod tests;
