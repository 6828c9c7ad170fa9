//! The gateway: checks keys, resolves names, sends calls on to providers, streams answers back and meters them.
//!
//! One request walks [`endpoints`] (`routes`, `inference`, `caller`), [`http`] (`body`), `wire::control` and
//! `domain::decide`, [`call`] (`permit`, `candidates`, `plan`), [`metering`] (`spending`), and [`call`] again: its
//! `task` runs the `attempts`, each by [`upstream`] (`client`), reads the `opening` of the answer, and hands on a
//! `whole_response`, or a stream by `relay` and `line`, as [`http`] (`response`). The `record` writes the start of the
//! call, its end and its cost to the spool of [`metering`]; the `shipper` moves them into the tables. No step waits for
//! the database once the key, the catalog and a lease of the balance are in memory: [`cache`] keeps the first two, and
//! limits how stale they may be.

mod cache;
mod call;
mod check;
mod db_health;
mod drains;
mod endpoints;
mod error;
mod files;
mod http;
mod lifecycle;
mod marks;
mod memory;
mod metering;
mod metrics;
mod options;
mod single_flight;
mod state;
mod upstream;
mod worker;

pub use error::GatewayError;
pub use lifecycle::Gateway;

pub use check::check;
pub use endpoints::routes::{Address, addresses};
pub use http::ShownKey;
pub use options::extra_roots::{CaFileError, ExtraRoots};
pub use options::{
    CorsOrigins, CorsOriginsError, EnvLookup, GatewayOptions, Limits, ProviderProxy, ProxyError, Retries, SpoolOptions,
    Timeouts,
};
pub use upstream::credentials::credential_context;
