//! The master key that fits the database of this installation.

use std::path::PathBuf;

use super::StartError;
use crate::config::Settings;
use crate::domain::{MasterKey, Sealed};
use crate::master_key::{self, MasterKeyError};
use crate::random;
use crate::store::Store;

/// Names the sealed text by which a master key is known to be the right one.
pub(super) const KEY_CHECK: &str = "key-check";

/// The master key, which is made on the first run. It must be the one that the database was set up with.
///
/// # Errors
/// If there is none, its file is open to others, or it is another one.
pub async fn master_key(settings: &Settings, store: &Store) -> Result<MasterKey, StartError> {
    let (path, _) = settings.master_key();
    if let (Some(check), Some(key)) = (store.installation().key_check().await?, master_key::read(&path)?) {
        return fitting(key, &check, path);
    }

    // The first start makes the key and its check, and other starts wait for that.
    let turn = store.setup_turn(&settings.database_url).await?;
    let made = first_master_key(settings, store).await;
    turn.end().await;
    made
}

async fn first_master_key(settings: &Settings, store: &Store) -> Result<MasterKey, StartError> {
    let (path, may_be_made) = settings.master_key();
    let known = store.installation().key_check().await?;
    let key = match master_key::read(&path)? {
        Some(key) => key,
        None if known.is_some() => return Err(MasterKeyError::Lost(path).into()),
        None if may_be_made => {
            let key = master_key::make(&path)?;
            tracing::info!(
                "Made the master key {}; keep a copy apart from the database's backups",
                path.display()
            );
            key
        }
        None => return Err(MasterKeyError::Missing(path).into()),
    };

    let check: Sealed = match known {
        Some(check) => check,
        None => {
            let own = key.seal(KEY_CHECK, b"crossmodel", random::bytes())?;
            store.installation().set_key_check(&own).await?;
            // A process of an earlier version, which waits for no other, may have been first; then its key counts.
            store.installation().key_check().await?.unwrap_or(own)
        }
    };

    fitting(key, &check, path)
}

/// The key, if it is the one that the database was set up with.
fn fitting(key: MasterKey, check: &Sealed, path: PathBuf) -> Result<MasterKey, StartError> {
    match key.open(KEY_CHECK, check) {
        Ok(_) => Ok(key),
        Err(_) => Err(MasterKeyError::Mismatch(path).into()),
    }
}
