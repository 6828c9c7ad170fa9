//! The database, opened and brought up to date.

use super::StartError;
use crate::clock::Clock;
use crate::config::Settings;
use crate::store::{Actor, CatalogFile, Store};

/// The catalog that the program ships.
const MODELS: &str = include_str!("../../catalog/models.json");
const PROVIDERS: &str = include_str!("../../catalog/providers.json");

/// Whether a database may be made if there is none yet.
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
/// Those of [`open_store`].
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
            .by(&Actor::command_line(), clock.now())
            .catalog()
            .import(&shipped)
            .await?;
        tracing::info!("Loaded the shipped catalog: {} models and providers", report.added);
    }

    turn.end().await;
    Ok((store, applied))
}
