//! What the commands have in common: the database, ready to use, and the master key that fits it; and the running
//! program.

mod check;
mod descriptors;
mod error;
mod folders;
mod http;
mod listener;
mod server;
mod signals;

pub use check::{Found, check};
pub use error::StartError;
pub use server::{Running, Serving};

use std::path::PathBuf;

use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::{MasterKey, Sealed};
use crate::gateway::{ExtraRoots, ProviderProxy};
use crate::master_key::{self, MasterKeyError};
use crate::random;
use crate::store::{Actor, CatalogFile, Store};

/// The catalog that the program ships.
const MODELS: &str = include_str!("../../catalog/models.json");
const PROVIDERS: &str = include_str!("../../catalog/providers.json");

/// What to do if there is no database yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewDatabase {
    /// Make it.
    Make,
    /// Refuse: an empty database in the wrong place would only confuse.
    Refuse,
}

/// Opens the database, brings its schema up to date, and loads the shipped catalog if it has none.
///
/// # Errors
/// If the database cannot be reached, or is not there and must not be made.
pub async fn open_store(settings: &Settings, new: NewDatabase, clock: &Clock) -> Result<Store, StartError> {
    Ok(open_and_migrate(settings, new, clock).await?.0)
}

/// The same as [`open_store`], and the names of the migrations that ran.
///
/// # Errors
/// As there.
pub async fn open_and_migrate(
    settings: &Settings,
    new: NewDatabase,
    clock: &Clock,
) -> Result<(Store, Vec<String>), StartError> {
    if let (NewDatabase::Refuse, Some(file)) = (new, settings.database_url.file())
        && !file.exists()
    {
        return Err(StartError::NoDatabase(settings.database_url.clone()));
    }
    let failed = |error| StartError::Database {
        url: settings.database_url.clone(),
        error,
    };
    let (store, turn) = Store::open_in_turn(&settings.database_url).await.map_err(failed)?;
    let applied = store.migrate().await.map_err(failed)?;
    if store.catalog().revision().await? == 0 {
        let shipped = CatalogFile::parse(PROVIDERS)?.and(CatalogFile::parse(MODELS)?);
        let report = store
            .catalog()
            .import(&shipped, &Actor::command_line(), clock.now())
            .await?;
        tracing::info!("Loaded the shipped catalog: {} models and providers", report.added);
    }
    turn.end().await;
    Ok((store, applied))
}

/// Seals what shows that a master key is the right one.
const KEY_CHECK: &str = "key-check";

/// The master key, which is made on the first run, and which must be the one that the database was set up with.
///
/// # Errors
/// If there is none, its file is open to others, or it is another one.
pub async fn master_key(settings: &Settings, store: &Store) -> Result<MasterKey, StartError> {
    let (path, _) = settings.master_key();
    if let (Some(check), Some(key)) = (store.installation().key_check().await?, master_key::read(&path)?) {
        return fitting(key, &check, path);
    }
    // The first start makes them, and others wait for that.
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
            // A process of an earlier version, which waits for nobody, may have been first; then its key counts.
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

/// Through whom providers are called: as the environment says.
///
/// # Errors
/// If it names a proxy that cannot be used.
pub fn provider_proxy() -> Result<Option<ProviderProxy>, StartError> {
    Ok(ProviderProxy::find(|name| std::env::var(name).ok())?)
}

/// Whose certificates are believed beside those that browsers trust.
///
/// # Errors
/// If the file that is named for them cannot be used.
pub fn extra_roots(settings: &Settings) -> Result<ExtraRoots, StartError> {
    Ok(settings
        .ca_file
        .as_deref()
        .map(ExtraRoots::read)
        .transpose()?
        .unwrap_or_default())
}
