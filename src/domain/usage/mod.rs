//! The usage of calls: the record of one call, the traffic of one key, and the client that a `User-Agent` names.

mod record;
mod traffic;
mod user_agent;

pub use record::{Attempt, CallState, UsageRecord, UsageSource};
pub use traffic::{Becomes, Estimate, NoEstimate, Ran, Sent, Traffic, TrafficWindow};
pub use user_agent::client_name;
