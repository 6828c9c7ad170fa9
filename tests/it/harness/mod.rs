//! The foundation of the tests: stores on both engines, the running program, a scripted provider, a client.

pub mod app;
pub mod biller;
pub mod client;
pub mod cluster;
pub mod database;
pub mod dice;
pub mod disk;
pub mod process;
pub mod provider;
pub mod seed;
pub mod spending;
pub mod upstream;
#[macro_use]
pub mod store;
pub mod traffic;
