//! CrossModel: a gateway for language models with an admin console.
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod console;
pub mod domain;
pub mod gateway;
pub mod master_key;
pub mod random;
pub mod store;
pub mod telemetry;
pub mod wire;
