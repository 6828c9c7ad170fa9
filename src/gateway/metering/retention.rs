//! Housekeeping, once an hour: removes old request records, and the leases of gateways that are gone.

use std::sync::Arc;
use std::time::Duration;

use super::spending::Spending;
use crate::error_chain::error_chain;

const EVERY: Duration = Duration::from_secs(60 * 60);
/// The first time comes early, so that a gateway that is often restarted gets to it too.
const FIRST: Duration = Duration::from_secs(60);
/// So many records are removed in one go, so that no call waits long for the table.
const BATCH: usize = 5_000;

/// Does the housekeeping until the gateway stops. `keep` is how long request records are kept; `None` keeps them for ever.
pub async fn run_housekeeping(spending: Arc<Spending>, keep: Option<Duration>) {
    tokio::time::sleep(FIRST).await;
    loop {
        spending.tidy().await;
        if let Some(keep) = keep {
            purge(&spending, keep).await;
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Removes the request records that are older than `keep`.
async fn purge(spending: &Spending, keep: Duration) {
    let before = spending.clock.now().minus(keep);
    let mut removed = 0;

    loop {
        match spending.store.usage().purge(before, BATCH).await {
            Ok(0) => break,
            Ok(count) => removed += count,
            Err(error) => {
                tracing::warn!(error = %error_chain(&error), "Old request records could not be removed; trying again in an hour");
                break;
            }
        }
        // Let others use the table.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    if removed > 0 {
        tracing::info!(
            removed,
            "Removed request records that are older than they are to be kept"
        );
    }
}
