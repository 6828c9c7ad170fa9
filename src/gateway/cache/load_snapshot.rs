//! How the cache keeps its catalog: requests get it from memory, and reload it once it may be stale.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Cache;
use super::snapshot::CatalogSnapshot;
use crate::domain::Timestamp;
use crate::gateway::db_health::DatabaseDown;

impl Cache {
    /// The current catalog, reloaded first if the one in memory is stale or unconfirmed.
    pub(in crate::gateway) async fn snapshot(self: &Arc<Self>, now: Timestamp) -> Arc<CatalogSnapshot> {
        if self.snapshot_is_fresh(now) {
            return self.snapshot.load_full();
        }

        let down = self.database.is_down() && !self.snapshot_is_stale();
        if !down {
            let _one = self.snapshot_load.lock().await;
            if !self.snapshot_is_fresh(now) {
                let cache = Arc::clone(self);
                // In a task of its own: the request may be dropped while it waits.
                if tokio::spawn(async move { cache.load_snapshot().await }).await.is_err() {
                    tracing::error!("The catalog could not be read");
                }
            }
        }

        self.snapshot.load_full()
    }

    /// The catalog in memory, however old.
    pub(in crate::gateway) fn last_snapshot(&self) -> Arc<CatalogSnapshot> {
        self.snapshot.load_full()
    }

    pub(super) fn snapshot_changed(&self) {
        self.snapshot_changes.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn snapshot_is_stale(&self) -> bool {
        self.snapshot_includes.load(Ordering::SeqCst) != self.snapshot_changes.load(Ordering::SeqCst)
    }

    fn snapshot_is_fresh(&self, now: Timestamp) -> bool {
        let confirmed = Timestamp::from_millis(self.snapshot_confirmed.load(Ordering::Relaxed));
        !self.snapshot_is_stale() && now.since(confirmed) <= self.options.freshness
    }

    async fn load_snapshot(&self) {
        let now = self.clock.now();
        let changes = self.snapshot_changes.load(Ordering::SeqCst);
        let before = self.snapshot.load_full();

        let loaded = self
            .database
            .ask(CatalogSnapshot::load(&self.store, &self.options, Some(&before)))
            .await;
        match loaded {
            Ok(snapshot) => {
                self.snapshot.store(Arc::new(snapshot));
                self.snapshot_includes.store(changes, Ordering::SeqCst);
                self.snapshot_confirmed.store(now.millis(), Ordering::Relaxed);
            }
            // The snapshot counts as unconfirmed: no request waits for the database, and the next sweep tries again.
            Err(DatabaseDown) => {
                self.snapshot_confirmed.store(0, Ordering::Relaxed);
                self.snapshot_includes.store(changes, Ordering::SeqCst);
            }
        }
    }
}
