//! Moves what the spool holds into the tables: calls that have ended, in batches, each once; and what earlier runs left.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::lock;
use super::spending::Spending;
use super::spool::{Begun, Entry, Reader, Spool};
use crate::causes::with_causes;
use crate::domain::{PicoUsd, RequestId, UsageRecord};
use crate::store::{Budget, LeaseUse, Shipment};

/// How long calls gather before they are written together.
const GATHER: Duration = Duration::from_millis(250);
/// Calls written in one go.
const BATCH: usize = 2_000;
/// Pause after the database refused a batch.
const RETRY: Duration = Duration::from_secs(1);
/// How often a batch is tried at the end of the program.
const LAST_TRIES: u32 = 2;

/// How often a run that ends tries to be forgotten: a database that was restarted has ended the connections of before, and
/// each is only found out when it is used.
const FORGET_TRIES: u32 = 5;
const FORGET_AGAIN: Duration = Duration::from_millis(50);

/// What the task of a run and everybody else share.
#[derive(Debug, Default)]
pub(super) struct Shipping {
    flushes: Mutex<Vec<oneshot::Sender<()>>>,
    /// Rung when there is a reason not to wait.
    hurry: Notify,
    stopping: AtomicBool,
    /// The task has ended: nobody writes any more.
    over: AtomicBool,
    begun: AtomicU64,
    ended: AtomicU64,
    written: AtomicU64,
}

impl Shipping {
    /// A call has begun.
    pub(super) fn began(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
    }

    /// A call has ended.
    pub(super) fn ended(&self) {
        self.ended.fetch_add(1, Ordering::Relaxed);
    }

    /// How many records wait to be written, and how many were.
    pub(super) fn counts(&self) -> (u64, u64) {
        let written = self.written.load(Ordering::Relaxed);
        (self.ended.load(Ordering::Relaxed).saturating_sub(written), written)
    }

    /// Waits until every call that has ended so far is in the tables.
    pub(super) async fn flush(&self, spool: &Spool) {
        let (done, wait) = oneshot::channel();
        lock(&self.flushes).push(done);
        self.hurry.notify_one();
        spool.nudge();
        if self.over.load(Ordering::SeqCst) {
            lock(&self.flushes).clear();
        }
        // An error means that the task has ended, and with it all waiting.
        drop(wait.await);
    }

    /// Tells the task to write what there is and to end.
    pub(super) fn stop(&self, spool: &Spool) {
        self.stopping.store(true, Ordering::SeqCst);
        self.hurry.notify_one();
        spool.nudge();
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    fn in_a_hurry(&self) -> bool {
        self.is_stopping() || !lock(&self.flushes).is_empty()
    }
}

/// Starts the task that writes a run's spool into the tables, until [`Shipping::stop`].
pub(super) fn start(shipping: Arc<Shipping>, spool: Spool, spending: Arc<Spending>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let reader = spool.reader();
        Task { shipping, spool, spending, reader, open: HashMap::default(), place: 0 }.run().await;
    })
}

struct Task {
    shipping: Arc<Shipping>,
    spool: Spool,
    spending: Arc<Spending>,
    reader: Reader,
    /// Calls that have begun and not ended, and where each begins.
    open: HashMap<RequestId, (Box<Begun>, u64), ahash::RandomState>,
    /// Up to here everything was read.
    place: u64,
}

/// However it ends, nobody waits for it any more.
impl Drop for Task {
    fn drop(&mut self) {
        self.shipping.over.store(true, Ordering::SeqCst);
        lock(&self.shipping.flushes).clear();
    }
}

impl Task {
    async fn run(mut self) {
        loop {
            if !self.shipping.in_a_hurry() {
                self.spool.grown().await;
            }
            if !self.shipping.in_a_hurry() {
                // Ends early if somebody gets in a hurry meanwhile.
                drop(tokio::time::timeout(GATHER, self.hurried()).await);
            }
            let stopping = self.shipping.is_stopping();
            let flushes = std::mem::take(&mut *lock(&self.shipping.flushes));
            let until =
                if flushes.is_empty() && !stopping { self.spool.durable_place() } else { self.caught_up().await };
            let done = self.ship_until(until).await;
            for flush in flushes {
                // Whoever asked may have left.
                let _ = flush.send(());
            }
            if stopping {
                if done && self.open.is_empty() {
                    self.end().await;
                } else {
                    let open = self.open.len();
                    tracing::info!(open, all_written = done, "The spool stays, for the next start to clear up");
                }
                return;
            }
        }
    }

    async fn hurried(&self) {
        while !self.shipping.in_a_hurry() {
            self.shipping.hurry.notified().await;
        }
    }

    /// The place after everything that was added so far, once it is on the disk.
    async fn caught_up(&self) -> u64 {
        let until = self.spool.end_place();
        self.spool.write();
        while self.spool.durable_place() < until {
            drop(tokio::time::timeout(GATHER, self.spool.grown()).await);
            if self.shipping.is_stopping() && self.spool.is_stuck() {
                break;
            }
        }
        self.spool.durable_place()
    }

    /// Writes everything before this place; whether all of it could be.
    async fn ship_until(&mut self, until: u64) -> bool {
        let mut batch = Batch::default();
        while self.place < until {
            let read = match self.reader.next(until) {
                Ok(read) => read,
                Err(error) => {
                    tracing::error!(%error, "The spool cannot be read");
                    tokio::time::sleep(RETRY).await;
                    return false;
                }
            };
            if read.entries.is_empty() {
                tracing::error!(place = self.place, until, "The spool ends too early");
                break;
            }
            for (entry, place) in read.entries {
                match entry {
                    Entry::Begun(call) => {
                        self.open.insert(call.id, (call, self.place));
                    }
                    Entry::Ended(end) => {
                        if let Some((call, _)) = self.open.remove(&end.id) {
                            batch.add(*call, *end);
                        }
                    }
                }
                self.place = place;
                if batch.records.len() >= BATCH && !self.ship(&mut batch).await {
                    return false;
                }
            }
        }
        if !self.ship(&mut batch).await {
            return false;
        }
        let oldest = self.open.values().map(|(_, place)| *place).min();
        self.spool.shipped(self.place);
        self.spool.forget_before(oldest.unwrap_or(self.place));
        true
    }

    /// Writes a batch, however long the database is away; while the program stops, only a few times.
    async fn ship(&self, batch: &mut Batch) -> bool {
        if batch.records.is_empty() {
            return true;
        }
        let batch = std::mem::take(batch);
        let count = batch.records.len() as u64;
        let (shipment, budgets) = batch.shipment(self.spool.gateway(), self.place);
        let mut tries = 0;
        loop {
            let now = self.spending.clock.now();
            let Err(error) = self.spending.store.usage().ship(Arc::clone(&shipment), now).await else {
                self.shipping.written.fetch_add(count, Ordering::Relaxed);
                self.spending.shipped(&shipment.used, &budgets);
                self.spool.shipped(self.place);
                return true;
            };
            if self.shipping.is_stopping() {
                tries += 1;
                if tries >= LAST_TRIES {
                    tracing::error!(error = %with_causes(&error), records = count, "Usage records stay in the spool, for the next start to write");
                    return false;
                }
            }
            tracing::warn!(error = %with_causes(&error), records = count, "Usage records could not be written; trying again");
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Leaves nothing behind: everything is in the tables.
    async fn end(&self) {
        let gateway = self.spool.gateway();
        let store = &self.spending.store;
        self.spool.stop();
        self.spending.rest().await;
        // The folder last: whatever does not come to its end is done at the next start.
        let forget = async || {
            store.leases().drop_of(gateway).await?;
            store.gateways().remove(gateway).await
        };
        let mut tries = 1;
        while let Err(error) = forget().await {
            if tries == FORGET_TRIES {
                tracing::warn!(error = %with_causes(&error), "What this gateway had leased is given back by the next start");
                return;
            }
            tries += 1;
            tokio::time::sleep(FORGET_AGAIN).await;
        }
        self.spool.remove();
    }
}

/// Calls that are to be written together, and what they use up of the leases.
#[derive(Default)]
pub(super) struct Batch {
    pub records: Vec<UsageRecord>,
    used: HashMap<(Budget, i64), i64, ahash::RandomState>,
}

impl Batch {
    /// Adds a call that has ended.
    pub(super) fn add(&mut self, call: Begun, end: super::spool::Ended) {
        let charges = call.charges;
        let budgets = [
            Some((Budget::Balance(call.account), 0)),
            charges.account.map(|window| (Budget::Account(call.account), window)),
            charges.key.map(|window| (Budget::Key(call.key), window)),
        ];
        if end.cost != 0 {
            for (budget, window) in budgets.into_iter().flatten() {
                let part = self.used.entry((budget, window)).or_default();
                *part = part.saturating_add(end.cost);
            }
        }
        self.records.push(call.record(Some(end)));
    }

    /// As the store takes it, and the budgets of what is used in the same order.
    pub(super) fn shipment(self, gateway: crate::domain::GatewayId, place: u64) -> (Arc<Shipment>, Vec<Budget>) {
        let mut parts: Vec<(LeaseUse, Budget)> = self
            .used
            .into_iter()
            .map(|((budget, window_start), amount)| {
                (LeaseUse { subject: budget.subject(), window_start, amount: PicoUsd::from_pico(amount) }, budget)
            })
            .collect();
        // Sorted, as every transaction takes them, so that no two wait for each other.
        parts.sort_by(|(a, _), (b, _)| (&a.subject, a.window_start).cmp(&(&b.subject, b.window_start)));
        let (used, budgets) = parts.into_iter().unzip();
        let position = i64::try_from(place).unwrap_or(i64::MAX);
        (Arc::new(Shipment { gateway, position, records: self.records, used }), budgets)
    }
}
