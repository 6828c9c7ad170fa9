//! Why the program does not start: one line, and an exit code by which a supervisor can tell the cause.

use std::io;

use crate::config::{Address, SettingsError};
use crate::domain::SealError;
use crate::error_chain::error_chain;
use crate::gateway::{CaFileError, GatewayError, ProxyError};
use crate::master_key::MasterKeyError;
use crate::store::{CatalogFileError, DatabaseUrl, StoreError};

/// Why the program does not start. `Display` is one line.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The settings do not go together.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// There is no master key, or it is not the right one.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// The file of certificates cannot be used.
    #[error(transparent)]
    CaFile(#[from] CaFileError),
    /// The environment names a proxy that cannot be used.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// There is no database yet.
    #[error(
        "DATABASE_URL: there is no database at {0}; run `crossmodel serve` or `crossmodel migrate` first, or name another"
    )]
    NoDatabase(DatabaseUrl),
    /// The database cannot be reached or brought up to date.
    #[error("DATABASE_URL: {url}: {}", error_chain(.error))]
    Database {
        /// The address of the database.
        url: DatabaseUrl,
        /// Why it fails.
        error: StoreError,
    },
    /// The database fails.
    #[error("{}", error_chain(.0))]
    Store(#[from] StoreError),
    /// The gateway cannot start.
    #[error("{}", error_chain(.0))]
    Gateway(#[from] GatewayError),
    /// The shipped catalog is broken.
    #[error("the shipped catalog: {0}")]
    Catalog(#[from] CatalogFileError),
    /// A value cannot be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Another program listens at this address.
    #[error("{0} is in use by another program; stop that one, or choose another address with --listen")]
    AddressInUse(Address),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// The address.
        address: Address,
        /// Why not.
        error: io::Error,
    },
    /// The operating system refuses something else.
    #[error("{what}: {error}")]
    System {
        /// The step that failed, in words.
        what: &'static str,
        /// Why it failed.
        error: io::Error,
    },
}

impl StartError {
    /// The process's exit code: 2 for a setting that is wrong, 78 for a master key that does not fit, else 1.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::MasterKey(MasterKeyError::Mismatch(_) | MasterKeyError::Lost(_)) => 78,
            Self::Settings(_) | Self::MasterKey(_) | Self::CaFile(_) | Self::Proxy(_) => 2,
            _ => 1,
        }
    }
}
