//! What callers see: keys are checked, names resolved, calls sent on to providers, answers streamed back and metered.
//!
//! One request walks [`endpoints`] (`routes`, `inference`, `caller`), [`http`] (`body`), `wire::control` and
//! `domain::decide`, [`call`] (`permit`, `candidates`, `plan`), [`metering`] (`spending`), and [`call`] again: its `task` runs
//! the `attempts`, each by [`upstream`] (`client`), reads the `opening` of the answer, and hands on `whole_response`, or
//! `stream` by `relay` and `line`, as [`http`] (`response`). The `record` writes to the spool of [`metering`] that the call
//! begins, and what it cost; the `shipper` moves that into the tables. None of it waits for the database once the key, the
//! catalog and a lease of the balance are in memory: [`cache`] keeps the first two, and bounds how stale they may be.

mod cache;
mod call;
mod check;
mod drains;
mod endpoints;
mod error;
mod files;

mod http;
mod lifecycle;
mod locks;
mod marks;
mod memory;
mod metering;
mod metrics;
mod options;
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
