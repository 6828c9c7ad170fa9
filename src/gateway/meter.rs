//! Writes usage records, off the hot path: a finished call leaves its record in a queue, a task writes what has gathered.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::lock;
use crate::domain::UsageRecord;
use crate::store::Store;

/// How long records gather before they are written together.
const GATHER: Duration = Duration::from_millis(250);
/// Records written in one go.
const BATCH: usize = 2_000;
/// Records that wait at most; some hundred megabytes.
const MOST: usize = 200_000;
/// Pause after the database refused a batch.
const RETRY: Duration = Duration::from_secs(1);
/// How often a batch is tried at the end of the program.
const LAST_TRIES: u32 = 5;

/// The queue's near end. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter(Arc<Queue>);

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    wake: Notify,
    stopping: AtomicBool,
    written: AtomicU64,
    dropped: AtomicU64,
}

#[derive(Debug, Default)]
struct Waiting {
    records: Vec<UsageRecord>,
    /// Records that the writer has taken and not yet written.
    in_hand: usize,
    /// Who wants to know when everything until now is written.
    flushes: Vec<oneshot::Sender<()>>,
}

impl Meter {
    /// A queue and the task that empties it, until [`Meter::stop`].
    pub(super) fn start(store: Store) -> (Self, JoinHandle<()>) {
        let meter = Self::default();
        let queue = Arc::clone(&meter.0);
        let writer = tokio::spawn(async move { queue.write(&store).await });
        (meter, writer)
    }

    /// Leaves a record. Never waits; a full queue drops the record and counts it.
    pub(super) fn record(&self, record: UsageRecord) {
        let mut waiting = lock(&self.0.waiting);
        if waiting.records.len() + waiting.in_hand >= MOST {
            drop(waiting);
            if self.0.dropped.fetch_add(1, Ordering::Relaxed).is_multiple_of(1000) {
                tracing::error!(call = %record.id, "The queue of usage records is full; records are being lost");
            }
            return;
        }
        waiting.records.push(record);
        // The writer gathers for a while after it was woken: one wake is enough for all that come meanwhile.
        if waiting.records.len() == 1 {
            self.0.wake.notify_one();
        }
    }

    /// Waits until everything that was left so far is written.
    pub(super) async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        {
            let mut waiting = lock(&self.0.waiting);
            if waiting.records.is_empty() && waiting.in_hand == 0 {
                return;
            }
            waiting.flushes.push(done);
        }
        self.0.wake.notify_one();
        // An error means that the writer has ended, and with it all waiting.
        drop(wait.await);
    }

    /// Tells the task to write what waits and to end.
    pub(super) fn stop(&self) {
        self.0.stopping.store(true, Ordering::SeqCst);
        self.0.wake.notify_one();
    }

    /// How many records wait, were written and were lost.
    pub(super) fn counts(&self) -> (usize, u64, u64) {
        let waiting = lock(&self.0.waiting);
        let counts = (&self.0.written, &self.0.dropped);
        (waiting.records.len() + waiting.in_hand, counts.0.load(Ordering::Relaxed), counts.1.load(Ordering::Relaxed))
    }
}

impl Queue {
    async fn write(&self, store: &Store) {
        loop {
            self.wake.notified().await;
            let in_a_hurry = self.stopping.load(Ordering::SeqCst) || !lock(&self.waiting).flushes.is_empty();
            if !in_a_hurry {
                // Ends early if somebody gets in a hurry meanwhile.
                drop(tokio::time::timeout(GATHER, self.hurried()).await);
            }
            self.empty(store).await;
            if self.stopping.load(Ordering::SeqCst) && lock(&self.waiting).records.is_empty() {
                return;
            }
        }
    }

    async fn hurried(&self) {
        loop {
            self.wake.notified().await;
            if self.stopping.load(Ordering::SeqCst) || !lock(&self.waiting).flushes.is_empty() {
                return;
            }
        }
    }

    async fn empty(&self, store: &Store) {
        let (records, flushes) = {
            let mut waiting = lock(&self.waiting);
            let records = std::mem::take(&mut waiting.records);
            waiting.in_hand = records.len();
            (records, std::mem::take(&mut waiting.flushes))
        };
        for batch in records.chunks(BATCH) {
            self.append(store, batch).await;
            let mut waiting = lock(&self.waiting);
            waiting.in_hand = waiting.in_hand.saturating_sub(batch.len());
        }
        for flush in flushes {
            // Whoever asked may have left.
            let _ = flush.send(());
        }
    }

    /// Writes a batch, however long the database is away; while the program stops, only a few times.
    async fn append(&self, store: &Store, batch: &[UsageRecord]) {
        let mut tries = 0;
        loop {
            let Err(error) = store.usage().append(batch).await else {
                self.written.fetch_add(batch.len() as u64, Ordering::Relaxed);
                return;
            };
            if self.stopping.load(Ordering::SeqCst) {
                tries += 1;
                if tries >= LAST_TRIES {
                    tracing::error!(%error, records = batch.len(), "Usage records could not be written and are lost");
                    self.dropped.fetch_add(batch.len() as u64, Ordering::Relaxed);
                    return;
                }
            }
            tracing::warn!(%error, records = batch.len(), "Usage records could not be written; trying again");
            tokio::time::sleep(RETRY).await;
        }
    }
}
