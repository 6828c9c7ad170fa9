//! The store: one database, on either engine.

use std::sync::Arc;

use tokio::sync::broadcast;

use super::change::{self, Change};
use super::error::StoreError;
use super::known::{KnownNames, KnownPrices};
use super::pools::Engine;
use super::url::DatabaseUrl;

/// How many changes a slow listener may be behind before it misses some; it then has to compare revisions.
const CHANGES: usize = 1024;

/// The database, on either engine. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Store {
    pub(in crate::store) engine: Engine,
    pub(in crate::store) changes: broadcast::Sender<Change>,
    pub(in crate::store) known_names: Arc<KnownNames>,
    pub(in crate::store) known_prices: Arc<KnownPrices>,
}

impl Store {
    /// Connects. Creates the SQLite file and its folder if they are missing; runs no migrations.
    ///
    /// # Errors
    /// If the database cannot be reached, or the file cannot be created.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, StoreError> {
        Ok(Self::over(Engine::open(url).await?))
    }

    pub(in crate::store) fn over(engine: Engine) -> Self {
        Self {
            engine,
            changes: broadcast::Sender::new(CHANGES),
            known_names: Arc::default(),
            known_prices: Arc::default(),
        }
    }

    /// Subscribes to changes: those of this process after each commit, and those of other processes once
    /// [`Store::listen`] was called. A subscriber that is more than 1,024 changes behind misses some.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// On Postgres, starts the task that receives other processes' changes. It reconnects by itself until the store is closed.
    /// On SQLite there is nothing to receive.
    pub fn listen(&self) {
        if let Some(pool) = self.engine.postgres() {
            tokio::spawn(change::listen(pool.clone(), self.changes.clone()));
        }
    }

    /// Closes every connection. Waits up to ten seconds for those in use.
    pub async fn close(&self) {
        self.engine.close().await;
    }
}
