//! What is in memory and how it stays true: loads, notices of changes, the sweep, and what happens while the database
//! does not answer.

mod keys;
mod snapshot;

pub use keys::CompiledKey;
pub use snapshot::{CatalogSnapshot, Route};

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::sync::broadcast;
use tokio::time::timeout;

use super::locks::lock;
use super::metering::spending::Spending;
use super::options::GatewayOptions;
use crate::clock::Clock;
use crate::domain::{ApiKeyHash, Timestamp};
use crate::error_chain::error_chain;
use crate::store::{Change, Store, StoreError};
use keys::{KeyCache, Lookup};

/// The database did not answer, and nothing in memory can stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unavailable;

type Loaded = Result<Option<Arc<CompiledKey>>, Unavailable>;
type Flight = Shared<BoxFuture<'static, Loaded>>;

/// Keys and catalog, kept true.
pub(super) struct Cache {
    store: Store,
    clock: Clock,
    options: GatewayOptions,
    spending: Arc<Spending>,
    keys: KeyCache,
    /// Loads under way, with the generation that they began in.
    flights: Mutex<HashMap<ApiKeyHash, (u64, Flight)>>,
    snapshot: ArcSwap<CatalogSnapshot>,
    /// When the database last said that the snapshot is how the catalog stands.
    snapshot_confirmed: AtomicI64,
    /// How often the catalog was heard to have changed, and how often it had when the snapshot was read: who comes while it is
    /// read anew waits for that, too.
    snapshot_changes: AtomicU64,
    snapshot_includes: AtomicU64,
    /// One load of the catalog at a time.
    snapshot_load: tokio::sync::Mutex<()>,
    changes: Option<Mutex<broadcast::Receiver<Change>>>,
    /// The last question to the database was not answered.
    database_down: AtomicBool,
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
            database_down: AtomicBool::new(false),
            loads: Default::default(),
            store,
        })
    }

    /// Applies every notice of a change that has arrived. Each request does it first, so that an edit in this process is
    /// live on the request that follows it.
    fn apply_changes(&self) {
        let Some(changes) = &self.changes else { return };
        let mut changes = lock(changes);
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

    /// The key that a secret opens; `None` if it opens none.
    pub(super) async fn key(self: &Arc<Self>, hash: ApiKeyHash, now: Timestamp) -> Loaded {
        self.apply_changes();
        let known = match self.keys.get(&hash, now) {
            Lookup::Known(key) if key.age(now) <= self.options.freshness => return Ok(Some(key)),
            Lookup::Known(key) => Some(key),
            Lookup::Unknown => return Ok(None),
            Lookup::Miss => None,
        };
        let static_key = known.filter(|key| key.age(now) <= self.options.timeouts.fail_static);
        if self.database_down.load(Ordering::Relaxed)
            && let Some(key) = &static_key
        {
            return Ok(Some(Arc::clone(key)));
        }
        match self.flight(hash).await {
            Err(Unavailable) => static_key.map(Some).ok_or(Unavailable),
            loaded => loaded,
        }
    }

    /// The load of that key: the one under way, or a new one. It runs in a task of its own, since those who wait for it
    /// may leave.
    fn flight(self: &Arc<Self>, hash: ApiKeyHash) -> Flight {
        let generation = self.keys.generation();
        let mut flights = lock(&self.flights);
        if let Some((began, flight)) = flights.get(&hash)
            && *began == generation
        {
            return flight.clone();
        }
        let live = Arc::clone(self);
        let task = tokio::spawn(async move {
            let loaded = live.load_key(hash, generation).await;
            let mut flights = lock(&live.flights);
            if flights.get(&hash).is_some_and(|(began, _)| *began == generation) {
                flights.remove(&hash);
            }
            loaded
        });
        let flight = async move { task.await.unwrap_or(Err(Unavailable)) }.boxed().shared();
        flights.insert(hash, (generation, flight.clone()));
        flight
    }

    async fn load_key(&self, hash: ApiKeyHash, generation: u64) -> Loaded {
        let now = self.clock.now();
        self.loads.fetch_add(1, Ordering::Relaxed);
        let stored = self.ask(self.store.api_keys().by_hash(&hash, now)).await?;
        let key = stored.map(|stored| Arc::new(CompiledKey::new(stored, &self.spending, now)));
        self.keys.put(hash, key.clone(), generation, now);
        Ok(key)
    }

    /// The catalog as it stands.
    pub(super) async fn snapshot(self: &Arc<Self>, now: Timestamp) -> Arc<CatalogSnapshot> {
        if self.snapshot_is_fresh(now) {
            return self.snapshot.load_full();
        }
        let down = self.database_down.load(Ordering::Relaxed) && !self.snapshot_is_stale();
        if !down {
            let _one = self.snapshot_load.lock().await;
            if !self.snapshot_is_fresh(now) {
                let live = Arc::clone(self);
                // In a task of its own: this request may be dropped while it waits.
                if tokio::spawn(async move { live.load_snapshot().await }).await.is_err() {
                    tracing::error!("The catalog could not be read");
                }
            }
        }
        self.snapshot.load_full()
    }

    /// The catalog as it was last read.
    pub(super) fn last_snapshot(&self) -> Arc<CatalogSnapshot> {
        self.snapshot.load_full()
    }

    fn snapshot_changed(&self) {
        self.snapshot_changes.fetch_add(1, Ordering::SeqCst);
    }

    fn snapshot_is_stale(&self) -> bool {
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
        match self
            .ask(CatalogSnapshot::load(&self.store, &self.options, Some(&before)))
            .await
        {
            Ok(snapshot) => {
                self.snapshot.store(Arc::new(snapshot));
                self.snapshot_includes.store(changes, Ordering::SeqCst);
                self.snapshot_confirmed.store(now.millis(), Ordering::Relaxed);
            }
            // Not confirmed, and known not to be: nobody waits for the database, and the next sweep tries again.
            Err(Unavailable) => {
                self.snapshot_confirmed.store(0, Ordering::Relaxed);
                self.snapshot_includes.store(changes, Ordering::SeqCst);
            }
        }
    }

    /// Compares everything in memory with the database.
    pub(super) async fn sweep(self: &Arc<Self>) {
        self.apply_changes();
        let now = self.clock.now();
        let ids = self.keys.ids();
        // Even without keys: somebody has to find out that the database answers again.
        let Ok(revision) = self.ask(self.store.catalog().revision()).await else {
            return;
        };
        if revision == self.snapshot.load().catalog.revision() && !self.snapshot_is_stale() {
            self.snapshot_confirmed.fetch_max(now.millis(), Ordering::Relaxed);
        } else {
            self.snapshot_changed();
            self.snapshot(now).await;
        }
        for some in ids.chunks(500) {
            let Ok(revisions) = self.ask(self.store.api_keys().revisions(some)).await else {
                return;
            };
            self.keys.confirm(some, &revisions.into_iter().collect(), now);
        }
    }

    /// Waits for the database, but not long, and notes whether it answered.
    async fn ask<T>(&self, question: impl Future<Output = Result<T, StoreError>>) -> Result<T, Unavailable> {
        let failed = match timeout(self.options.timeouts.database, question).await {
            Ok(Ok(answer)) => {
                if self.database_down.swap(false, Ordering::Relaxed) {
                    tracing::info!("The database answers again");
                }
                return Ok(answer);
            }
            Ok(Err(error)) => error_chain(&error),
            Err(_) => "it did not answer in time".into(),
        };
        if !self.database_down.swap(true, Ordering::Relaxed) {
            tracing::error!(error = failed, "The database does not answer; known keys go on working");
        }
        Err(Unavailable)
    }

    /// Whether the last question to the database was not answered.
    pub(super) fn is_database_down(&self) -> bool {
        self.database_down.load(Ordering::Relaxed)
    }

    /// Whether every call is refused for want of the database: it does not answer, and no key is known that works without.
    pub(super) fn cannot_serve(&self, now: Timestamp) -> bool {
        self.is_database_down() && !self.keys.any_younger(self.options.timeouts.fail_static, now)
    }

    /// How many keys are in memory, how old the oldest of what is in memory is, and how many keys were loaded so far.
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
