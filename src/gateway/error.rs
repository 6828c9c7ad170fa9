//! The errors of a gateway that does not start.

use crate::store::StoreError;

/// Why the gateway cannot start.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The catalog cannot be read.
    #[error("the gateway cannot read the catalog: {0}")]
    Store(#[from] StoreError),
    /// The spool, which has to hold each call before it is made, cannot be written.
    #[error("the spool in {0} cannot be written: {1}")]
    Spool(std::path::PathBuf, std::io::Error),
    /// TLS cannot be set up.
    #[error("the gateway cannot speak TLS: {0}")]
    Tls(#[from] rustls::Error),
}
