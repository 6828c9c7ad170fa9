//! The most that a call may cost, known before it is made.

use crate::domain::{PicoUsd, ServiceTier, Timestamp};
use crate::gateway::options::Reserve;
use crate::gateway::plan::Candidate;
use crate::wire::control::Control;
use crate::wire::usage::inline_data;

/// Tokens of an answer that are reserved where the request names no limit and the reserve is soft.
const USUAL_ANSWER: u64 = 4_096;
/// What a picture or a file in the request stands for, in bytes of text.
const INLINE: usize = 8_192;

/// A bound of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Bound {
    /// What is reserved for it.
    pub cost: PicoUsd,
    /// Tokens, in and out, that it counts as until the provider has counted.
    pub tokens: i64,
}

/// A model that might be called has no price: that is never the same as costing nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct NoPrice(pub String);

/// The most that a call may cost, whichever of the candidates answers it. It is sure if `reserve` is strict; else it is what
/// a call like it may reasonably cost.
pub(in super::super) fn bound<'a>(
    candidates: impl Iterator<Item = &'a Candidate>,
    control: &Control<'_>,
    body: &[u8],
    tier: Option<ServiceTier>,
    reserve: Reserve,
    at: Timestamp,
) -> Result<Bound, NoPrice> {
    let answers = control.n.unwrap_or(1).max(1);
    let (data, pieces) = inline_data(body);
    let text = body.len().saturating_sub(data) + pieces * INLINE;
    // A provider may serve whoever asks for no tier by any, as a project is set up there.
    let tiers = match reserve {
        Reserve::Strict => &ServiceTier::ALL,
        Reserve::Soft => tier.as_slice(),
    };
    let mut most = Bound { cost: PicoUsd::ZERO, tokens: 0 };
    for candidate in candidates {
        let model = &candidate.target.model;
        let prompt = match reserve {
            // No token is shorter than a byte.
            Reserve::Strict => body.len() as u64,
            Reserve::Soft => (text as u64).div_ceil(3),
        };
        let prompt = prompt.min(model.context_length.max(1));
        let longest = model.max_output_tokens().unwrap_or(model.context_length);
        let completion = match (control.max_tokens, reserve) {
            (Some(tokens), _) => tokens.min(longest),
            (None, Reserve::Strict) => longest,
            (None, Reserve::Soft) => longest.min(USUAL_ANSWER),
        };
        let completion = completion.saturating_mul(answers);
        let cost = model.most(prompt, completion, tiers, at).ok_or_else(|| NoPrice(model.id.to_string()))?;
        let tokens = prompt.saturating_add(completion.min(USUAL_ANSWER));
        most.cost = most.cost.max(cost);
        most.tokens = most.tokens.max(i64::try_from(tokens).unwrap_or(i64::MAX));
    }
    Ok(most)
}
