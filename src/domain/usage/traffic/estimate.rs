//! What the same traffic would have cost with other aliases.

use crate::domain::catalog::Model;
use crate::domain::values::PicoUsd;

/// What would happen to requests for a name with other aliases.
#[derive(Clone, Copy, Debug)]
pub enum Becomes<'a> {
    /// The name goes where it goes now.
    Same,
    /// This model runs instead.
    Runs(&'a Model),
    /// Requests fail instead.
    Fails,
}

/// An estimate of what traffic would have cost with other aliases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// The same tokens at the new prices.
    pub cost: PicoUsd,
    /// Requests that failed and now would run. The tokens that they would use are not known, so they are not in `cost`.
    pub would_run: u64,
    /// Requests that were answered and now would fail, at no cost.
    pub would_fail: u64,
}

/// Why there is no [`Estimate`]. A page shows the message in its place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoEstimate {
    /// Requests were answered, but their tokens are not known.
    #[error("No estimate for your changes: the tokens of {0} are not known.")]
    NoTokens(String),
    /// The new model has no price, which is not the same as a price of zero.
    #[error("No estimate for your changes: {0} has no price.")]
    NoPrice(String),
    /// The sum is beyond what an amount can hold.
    #[error("No estimate for your changes: the sum is too large.")]
    TooLarge,
}
