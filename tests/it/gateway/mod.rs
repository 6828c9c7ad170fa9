//! What clients of the gateway see, over HTTP.

pub(crate) mod protocols;
pub(crate) mod rig;

mod egress;
mod failures;
mod freshness;
mod money;
mod requests;
mod responses;
