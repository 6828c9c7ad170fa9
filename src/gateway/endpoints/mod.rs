//! The endpoints, one file each, and the table of their addresses.

mod caller;
mod cors;
mod count_tokens;
mod credits;
mod health;
mod inference;
mod metrics;
mod models;
mod respond;
pub mod routes;
mod strictness;
