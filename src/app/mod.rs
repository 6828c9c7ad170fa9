//! The program behind the commands: opens the database, reads its master key, and runs gateway and console.

mod check;
mod database;
mod descriptors;
mod error;
mod folders;
mod http;
mod installation_key;
mod listener;
mod parts;
mod server;
mod signals;

pub use check::{Found, check};
pub use database::{NewDatabase, open_and_migrate, open_store};
pub use error::StartError;
pub use installation_key::master_key;
pub use server::{Running, Serving};

use crate::config::Settings;
use crate::gateway::{ExtraRoots, ProviderProxy};

/// The proxy that providers are called through, as the environment names it.
///
/// # Errors
/// If the environment names a proxy that cannot be used.
pub fn provider_proxy() -> Result<Option<ProviderProxy>, StartError> {
    Ok(ProviderProxy::find(|name| std::env::var(name).ok())?)
}

/// The authorities whose certificates are trusted beside those that browsers trust.
///
/// # Errors
/// If the file that the settings name cannot be used.
pub fn extra_roots(settings: &Settings) -> Result<ExtraRoots, StartError> {
    Ok(settings
        .ca_file
        .as_deref()
        .map(ExtraRoots::read)
        .transpose()?
        .unwrap_or_default())
}
