//! A deadline that costs a timer only if there is a wait.

use std::pin::pin;
use std::task::Poll;

use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout_at};

/// Waits for a future until a deadline. The deadline is computed only if the future is not ready at once: then no timer is
/// needed.
pub async fn in_time<F: Future>(until: impl FnOnce() -> Instant, future: F) -> Result<F::Output, Elapsed> {
    let mut future = pin!(future);
    match futures_util::poll!(&mut future) {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => timeout_at(until(), future).await,
    }
}
