//! The usage of calls: the record of one call, what its request used, the traffic of one key, and the client that a `User-Agent` names.

mod record;
mod request_use;
mod traffic;
mod user_agent;

pub use record::{Attempt, CallState, UsageRecord, UsageSource};
pub use request_use::{Feature, RequestUse};
pub use traffic::{Becomes, Estimate, NoEstimate, Ran, Sent, Traffic, TrafficWindow};
pub use user_agent::client_name;
