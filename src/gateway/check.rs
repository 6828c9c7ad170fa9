//! Checks whether a gateway could start: it takes the first steps of a start and undoes them.

use std::io;

use super::cache::CatalogSnapshot;
use super::error::GatewayError;
use super::metering::spool::Spool;
use super::options::{GatewayOptions, SpoolOptions};
use super::upstream::dial;
use crate::domain::GatewayId;
use crate::random;
use crate::store::Store;

/// Reads the catalog if there is a store, sets up TLS, and begins a spool, which it removes again.
///
/// # Errors
/// The error with which a start would fail.
pub async fn check(store: Option<&Store>, options: &GatewayOptions) -> Result<(), GatewayError> {
    if let Some(store) = store {
        CatalogSnapshot::load(store, options, None).await?;
    }

    let gateway = GatewayId::new(options.clock.now(), random::bytes());
    try_spool(&options.spool, gateway).map_err(|error| GatewayError::Spool(options.spool.folder.clone(), error))?;
    dial::connector(options)?;
    Ok(())
}

/// Begins a spool and removes it again.
fn try_spool(options: &SpoolOptions, gateway: GatewayId) -> io::Result<()> {
    match Spool::start(options, gateway) {
        Ok(spool) => {
            spool.stop();
            spool.remove();
            Ok(())
        }
        Err(error) => {
            // Remove what was made before the failure, under the temporary name or the final one.
            let folder = options.folder.join(gateway.to_string());
            for folder in [folder.with_extension("new"), folder] {
                drop(std::fs::remove_dir_all(folder));
            }
            Err(error)
        }
    }
}
