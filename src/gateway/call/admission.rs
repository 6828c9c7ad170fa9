//! Whether the limits per minute admit a call.

use crate::domain::{Timestamp, Used};
use crate::gateway::cache::CompiledKey;
use crate::gateway::http::Failure;
use crate::gateway::state::Inner;

/// Counts a call against the limits per minute of its key and its account.
///
/// # Errors
/// If a limit does not admit it; then nothing is counted.
pub async fn admit(inner: &Inner, key: &CompiledKey, need: Used, now: Timestamp) -> Result<(), Failure> {
    key.rate_limits
        .admit(&inner.spending, need, now)
        .await
        .map_err(|limited| Failure::of_limit(&limited))
}
