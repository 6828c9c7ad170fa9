//! The command line, run as a person runs it: the built program on a SQLite file of its own, its output read back.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod aliases;
mod check;
mod credit;
mod demo;
mod engines;
mod facts;
mod first_start;
mod keys;
mod limits;
mod outage;
mod people;
pub mod program;
mod providers;
mod proxies;
mod resolve;
mod routes;
mod serve;
mod settings;
