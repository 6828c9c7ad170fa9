//! What clients of the gateway see, over HTTP.

mod catalog;
mod polyglot;
pub(crate) mod rig;

mod egress;
mod failures;
mod freshness;
mod money;
mod requests;
mod responses;
