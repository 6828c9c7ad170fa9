//! Checks whether a start would succeed: takes its steps one by one, and changes nothing.

use std::path::{Path, PathBuf};

use super::folders::{self, Missing};
use super::installation_key::KEY_CHECK;
use super::{StartError, extra_roots, listener, provider_proxy};
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::{MasterKey, Sealed};
use crate::gateway::{self, GatewayOptions};
use crate::master_key::{self, MasterKeyError};
use crate::random;
use crate::store::{Store, StoreError};

/// The result of [`check`]: the things that a start would find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The state of the database, in words.
    pub database: String,
    /// The path of the master key's file.
    pub master_key_file: PathBuf,
    /// The state of that file, in words.
    pub master_key: &'static str,
    /// The folder of the spool, if this process would have the gateway.
    pub spool: Option<PathBuf>,
}

/// Checks everything that a start depends on: the database and its schema, the master key, the addresses to listen on,
/// the authorities, the catalog, the spool. Undoes its changes.
///
/// # Errors
/// If a start would fail; the error is that of the start.
pub async fn check(settings: &Settings) -> Result<Found, StartError> {
    let parts = settings.parts()?;
    let database = Database::find(settings).await?;
    let (path, key, master_key) = find_master_key(settings, &database)?;
    // Take the addresses and release them.
    drop(listener::take(parts)?);

    let mut spool = None;
    if parts.gateway.is_some() {
        let folder = settings.spool_folder();
        let options = GatewayOptions {
            egress: settings.egress_allow.clone(),
            extra_roots: extra_roots(settings)?,
            proxy: provider_proxy()?,
            ..GatewayOptions::new(Clock::system(), key, folder.clone())
        };
        // A database that is yet to be set up has no catalog to read.
        let store = database.store.as_ref().filter(|_| database.pending.is_empty());
        let missing = Missing::of(&folder);
        let checked = gateway::check(store, &options).await;
        missing.remove();
        checked?;
        spool = Some(folder);
    }

    let words = database.words();
    database.close().await;
    Ok(Found {
        database: words,
        master_key_file: path,
        master_key,
        spool,
    })
}

/// The database at the address of the settings, if there is one.
struct Database {
    /// `None` for a file that is yet to be made.
    store: Option<Store>,
    /// The migrations that a start would run.
    pending: Vec<String>,
    /// The text that is sealed under the master key that the database was set up with.
    key_check: Option<Sealed>,
}

impl Database {
    async fn find(settings: &Settings) -> Result<Self, StartError> {
        let url = &settings.database_url;
        let failed = |error| StartError::Database {
            url: url.clone(),
            error,
        };
        if let Some(file) = url.file() {
            let folder = file.parent().unwrap_or(Path::new(""));
            folders::check_writable(folder).map_err(|error| failed(StoreError::File(error)))?;
            if !file.exists() {
                return Ok(Self {
                    store: None,
                    pending: Vec::new(),
                    key_check: None,
                });
            }
        }

        let store = Store::open_to_look(url).await.map_err(failed)?;
        let pending = store.pending_migrations().await.map_err(failed)?;
        store.check_writable(url, !pending.is_empty()).await.map_err(failed)?;

        // The table came with the first migration.
        let has_table = !pending.iter().any(|step| step.ends_with("_installation"));
        let key_check = if has_table {
            store.installation().key_check().await?
        } else {
            None
        };
        Ok(Self {
            store: Some(store),
            pending,
            key_check,
        })
    }

    fn words(&self) -> String {
        match (&self.store, self.pending.len()) {
            (None, _) => "will be made".into(),
            (Some(_), 0) => "answers".into(),
            (Some(_), 1) => "answers; 1 step of its schema will be made".into(),
            (Some(_), steps) => format!("answers; {steps} steps of its schema will be made"),
        }
    }

    async fn close(self) {
        if let Some(store) = self.store {
            store.close().await;
        }
    }
}

/// The path of the master key, the key itself or a random one to go on with, and the state of its file in words.
fn find_master_key(settings: &Settings, database: &Database) -> Result<(PathBuf, MasterKey, &'static str), StartError> {
    let (path, may_be_made) = settings.master_key();
    match (master_key::read(&path)?, &database.key_check) {
        (Some(key), Some(check)) if key.open(KEY_CHECK, check).is_err() => Err(MasterKeyError::Mismatch(path).into()),
        (Some(key), _) => Ok((path, key, "found")),
        (None, Some(_)) => Err(MasterKeyError::Lost(path).into()),
        (None, None) if !may_be_made => Err(MasterKeyError::Missing(path).into()),
        (None, None) => {
            let unmade = |source| MasterKeyError::Io {
                path: path.clone(),
                what: "made",
                source,
            };
            folders::check_writable(path.parent().unwrap_or(Path::new(""))).map_err(unmade)?;
            Ok((path, MasterKey::from_bytes(random::bytes()), "will be made"))
        }
    }
}
