//! The only place that knows SQL: one file per noun, one text for both engines.
//!
//! A [`Store`] is SQLite or Postgres. Every write runs in a task of its own, so a caller that is dropped half-way leaves
//! either the whole change or nothing of it.
#![expect(clippy::todo, unused_variables, reason = "the shape comes first")]

mod accounts;
mod aliases;
mod api_keys;
mod audit;
mod catalog;
mod catalog_file;
mod change;
mod editor;
mod error;
mod key_page;
mod links;
mod people;
mod sessions;
mod throttle;
mod url;
mod usage;

pub use accounts::Accounts;
pub use aliases::{Aliases, SaveOutcome, Saved};
pub use api_keys::{ApiKeys, NewKey, StoredKey};
pub use audit::{Audit, AuditEntry};
pub use catalog::{CatalogTable, ImportReport, ProviderChange};
pub use catalog_file::{CatalogFile, CatalogFileError};
pub use change::Change;
pub use editor::Editor;
pub use error::StoreError;
pub use key_page::{KeyFilter, KeyPage, KeyRow, KeySort, OwnerFilter};
pub use links::{Link, LinkKind, Links};
pub use people::People;
pub use sessions::{SessionRow, Sessions};
pub use throttle::{Attempts, Throttle};
pub use url::{DatabaseUrl, DatabaseUrlError};
pub use usage::Usage;

use tokio::sync::broadcast;

/// The database, whichever engine it is. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Store {
    changes: broadcast::Sender<Change>,
}

impl Store {
    /// Connects. Makes the SQLite file and its folder if they are missing; runs no migrations.
    ///
    /// # Errors
    /// If the database cannot be reached or the file cannot be made.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        todo!()
    }

    /// Brings the schema up to date. The answer names the migrations that ran now; none if it was.
    ///
    /// # Errors
    /// If one fails, or the database was migrated by a newer program.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        todo!()
    }

    /// What changes from now on: after each commit of this process, and of others once [`Store::listen`] was called.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// On Postgres, starts the task that hears of other processes' changes and reconnects by itself. On SQLite there is
    /// nothing to hear.
    pub fn listen(&self) {
        todo!()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        todo!()
    }

    /// Closes every connection, once those in use are done.
    pub async fn close(&self) {
        todo!()
    }

    /// Who pays.
    pub fn accounts(&self) -> Accounts<'_> {
        Accounts(self)
    }

    /// Who signs in.
    pub fn people(&self) -> People<'_> {
        People(self)
    }

    /// Who is signed in.
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions(self)
    }

    /// Failed attempts to sign in.
    pub fn throttle(&self) -> Throttle<'_> {
        Throttle(self)
    }

    /// One-time links.
    pub fn links(&self) -> Links<'_> {
        Links(self)
    }

    /// API keys and their secrets.
    pub fn api_keys(&self) -> ApiKeys<'_> {
        ApiKeys(self)
    }

    /// The aliases of API keys.
    pub fn aliases(&self) -> Aliases<'_> {
        Aliases(self)
    }

    /// Models and providers.
    pub fn catalog(&self) -> CatalogTable<'_> {
        CatalogTable(self)
    }

    /// What calls used.
    pub fn usage(&self) -> Usage<'_> {
        Usage(self)
    }

    /// Who changed what.
    pub fn audit(&self) -> Audit<'_> {
        Audit(self)
    }
}
