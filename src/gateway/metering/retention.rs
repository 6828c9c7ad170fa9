//! What is done once in a while: old request records go, and so do leases that dead gateways had.

use std::sync::Arc;
use std::time::Duration;

use super::spending::Spending;
use crate::error_chain::error_chain;

/// How often.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// The first time, so that a gateway that is often restarted gets to it too.
const FIRST: Duration = Duration::from_secs(60);
/// Records removed in one go, so that nobody waits long for the table.
const BATCH: usize = 5_000;

/// Keeps house until the gateway stops. `keep`: how long request records are kept.
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
        // Others get their turn at the table.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    if removed > 0 {
        tracing::info!(
            removed,
            "Removed request records that are older than they are to be kept"
        );
    }
}
