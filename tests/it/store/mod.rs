//! Every statement and every rule of the store, on both engines.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops at the first surprise"
)]

mod aliases;
mod api_keys;
mod audit;
mod catalog;
mod changes;
mod crowd;
mod durability;
mod facts;
mod key_page;
mod links;
mod lost;
mod people;
mod people_switched;
mod provider_orders;
pub(crate) mod raw;
mod requests;
mod schema;
mod traffic;
mod usage;
mod usage_report;
mod wallet_page;

use crossmodel::domain::Timestamp;

use crate::harness::seed::NOON;

/// So many minutes after noon.
fn minutes(count: u64) -> Timestamp {
    NOON.plus(std::time::Duration::from_secs(count * 60))
}
