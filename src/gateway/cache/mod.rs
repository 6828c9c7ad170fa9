//! Keys and catalog in memory, and how they stay up to date: loads, notices of changes, the sweep, and the rules while
//! the database does not answer.

mod compiled_key;
mod keys;
mod load_key;
mod load_snapshot;
mod route;
mod snapshot;

pub use compiled_key::CompiledKey;
pub use route::Route;
pub use snapshot::CatalogSnapshot;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use tokio::sync::broadcast;

use super::db_health::{DatabaseDown, DbHealth, OutageLog};
use super::metering::spending::Spending;
use super::options::GatewayOptions;
use super::single_flight::SingleFlight;
use crate::clock::Clock;
use crate::domain::{ApiKeyHash, Timestamp};
use crate::store::{Change, Store, StoreError};
use keys::KeyCache;

/// The key that a secret belongs to; `None` if it belongs to none.
type Found = Option<Arc<CompiledKey>>;
/// An error means that memory has nothing to go on with either.
type Loaded = Result<Found, DatabaseDown>;

/// The cache tells of an outage for the whole gateway, since its sweep asks the database also when there are no calls.
const OUTAGE_LOG: OutageLog = OutageLog {
    away: |error| {
        let error = error.unwrap_or("it did not answer in time");
        tracing::error!(error, "The database does not answer; known keys go on working");
    },
    back: || tracing::info!("The database answers again"),
};

/// Keys and catalog in memory, kept equal to the database.
pub(super) struct Cache {
    store: Store,
    clock: Clock,
    options: GatewayOptions,
    spending: Arc<Spending>,
    keys: KeyCache,
    /// Loads under way, by what they load and the generation that they began in.
    flights: Mutex<HashMap<(ApiKeyHash, u64), SingleFlight<Found>>>,
    snapshot: ArcSwap<CatalogSnapshot>,
    /// When the database last confirmed the snapshot, in unix milliseconds.
    snapshot_confirmed: AtomicI64,
    /// How often the catalog has changed, as far as this gateway has heard.
    snapshot_changes: AtomicU64,
    /// How many of those changes the snapshot includes. A request that comes while it is read anew waits for that, too.
    snapshot_includes: AtomicU64,
    /// One load of the catalog at a time.
    snapshot_load: tokio::sync::Mutex<()>,
    changes: Option<Mutex<broadcast::Receiver<Change>>>,
    database: DbHealth,
    loads: AtomicU64,
}

impl Cache {
    pub(super) async fn start(
        store: Store,
        options: &GatewayOptions,
        spending: Arc<Spending>,
    ) -> Result<Self, StoreError> {
        let changes = options.notifications.then(|| Mutex::new(store.changes()));
        let now = options.clock.now();
        let snapshot = CatalogSnapshot::load(&store, options, None).await?;

        Ok(Self {
            clock: options.clock.clone(),
            options: options.clone(),
            spending,
            keys: KeyCache::default(),
            flights: Mutex::default(),
            snapshot: ArcSwap::from_pointee(snapshot),
            snapshot_confirmed: AtomicI64::new(now.millis()),
            snapshot_changes: AtomicU64::new(0),
            snapshot_includes: AtomicU64::new(0),
            snapshot_load: tokio::sync::Mutex::default(),
            changes,
            database: DbHealth::new(options.timeouts.database, OUTAGE_LOG),
            loads: Default::default(),
            store,
        })
    }

    /// Applies every notice of a change that has arrived. Each request does this first, so that an edit in this process takes
    /// effect on the next request.
    fn apply_changes(&self) {
        let Some(changes) = &self.changes else { return };
        let mut changes = changes.lock();

        loop {
            match changes.try_recv() {
                Ok(Change::Key(id)) => self.keys.evict(|key| key.id == id),
                Ok(Change::Account(id)) => self.keys.evict(|key| key.account == id),
                Ok(Change::Recall(_)) => {}
                Ok(Change::Catalog) => self.snapshot_changed(),
                Err(broadcast::error::TryRecvError::Lagged(_)) => {
                    self.keys.evict(|_| true);
                    self.snapshot_changed();
                }
                Err(_) => return,
            }
        }
    }

    /// Compares everything in memory with the database.
    pub(super) async fn sweep(self: &Arc<Self>) {
        self.apply_changes();
        let now = self.clock.now();
        let ids = self.keys.ids();

        // Also without keys: the sweep is what finds out that the database answers again.
        let Ok(revision) = self.database.ask(self.store.catalog().revision()).await else {
            return;
        };
        if revision == self.snapshot.load().catalog.revision() && !self.snapshot_is_stale() {
            self.snapshot_confirmed.fetch_max(now.millis(), Ordering::Relaxed);
        } else {
            self.snapshot_changed();
            self.snapshot(now).await;
        }

        for some in ids.chunks(500) {
            let Ok(revisions) = self.database.ask(self.store.api_keys().revisions(some)).await else {
                return;
            };
            self.keys.confirm(some, &revisions.into_iter().collect(), now);
        }
    }

    /// Whether the database did not answer the last query.
    pub(super) fn is_database_down(&self) -> bool {
        self.database.is_down()
    }

    /// Whether every call is refused because the database does not answer: no key in memory may be used without it.
    pub(super) fn cannot_serve(&self, now: Timestamp) -> bool {
        self.is_database_down() && !self.keys.any_younger(self.options.timeouts.fail_static, now)
    }

    /// How many keys are in memory, the age of the oldest entry, and how many keys were loaded so far.
    pub(super) fn stats(&self, now: Timestamp) -> (usize, Duration, u64) {
        let (keys, oldest) = self.keys.stats(now);
        let confirmed = Timestamp::from_millis(self.snapshot_confirmed.load(Ordering::Relaxed));
        (
            keys,
            oldest.max(now.since(confirmed)),
            self.loads.load(Ordering::Relaxed),
        )
    }
}
