//! Integration tests: the real program from outside, on both database engines, with real clients and a real browser.
//!
//! `scripts/test` prepares what these need (Postgres, Chromium, the SDKs) and runs them. A missing part is a failure
//! that names the command, never a skip.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on says so and fails"
)]

#[macro_use]
mod harness;

mod browser;
mod chaos;
mod cli;
mod console;
mod gateway;
mod journey;
mod sdk;
mod security;
mod store;
mod wire;
