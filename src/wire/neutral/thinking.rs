//! Whether a model thinks before it answers.

use crate::domain::Effort;

/// Whether to think before the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thinking {
    /// The model does not think.
    Off,
    /// The model decides how much.
    Adaptive,
    /// The model thinks with this effort.
    Effort(Effort),
    /// The model thinks with at most so many tokens (Anthropic's older models).
    Budget(u64),
}
