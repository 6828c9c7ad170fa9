//! Moves what the spool holds into the tables: calls that have ended, in batches, each once; and what earlier runs left.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::spending::Spending;
use super::spool::{CallStarted, Entry, Reader, Spool};
use crate::domain::{Budget, PicoUsd, RequestId, UsageRecord};
use crate::error_chain::error_chain;
use crate::gateway::locks::lock;
use crate::store::{LeaseUse, Shipment};

/// How long calls gather before they are written together.
const GATHER: Duration = Duration::from_millis(250);
/// Calls written in one go; a few hundred more where the last that were read belong to them.
pub const BATCH: usize = 2_000;
/// How often everything is tried at the end of the program.
const LAST_TRIES: u32 = 2;

/// How often a run that ends tries to be forgotten: a database that was restarted has ended the connections of before, and
/// each is only found out when it is used.
const FORGET_TRIES: u32 = 5;
const FORGET_AGAIN: Duration = Duration::from_millis(50);

/// What the task of a run and everybody else share.
#[derive(Debug)]
pub struct Shipper {
    spool: Spool,
    flushes: Mutex<Vec<oneshot::Sender<()>>>,
    /// Rung when there is a reason not to wait.
    hurry: Notify,
    stopping: AtomicBool,
    /// The task has ended: nobody writes any more.
    over: AtomicBool,
    /// Calls of this run that are in the tables.
    written: AtomicU64,
}

impl Shipper {
    /// Of the spool of a run.
    pub fn new(spool: Spool) -> Self {
        Self {
            spool,
            flushes: Mutex::default(),
            hurry: Notify::new(),
            stopping: AtomicBool::new(false),
            over: AtomicBool::new(false),
            written: AtomicU64::new(0),
        }
    }

    /// How many records wait to be written, and how many were.
    pub fn counts(&self) -> (u64, u64) {
        let written = self.written.load(Ordering::Relaxed);
        (self.spool.ended().saturating_sub(written), written)
    }

    /// Waits until every call that has ended so far is in the tables, or the task has ended.
    pub async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        lock(&self.flushes).push(done);
        self.hurry();
        if self.over.load(Ordering::SeqCst) {
            lock(&self.flushes).clear();
        }
        // An error means that the task has ended, and with it all waiting.
        drop(wait.await);
    }

    /// Tells the task to write what there is and to end.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.hurry();
    }

    fn hurry(&self) {
        self.hurry.notify_one();
        self.spool.nudge();
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    fn in_a_hurry(&self) -> bool {
        self.is_stopping() || !lock(&self.flushes).is_empty()
    }
}

/// Starts the task that writes a run's spool into the tables, until [`Shipping::stop`].
pub fn start(shipping: Arc<Shipper>, spending: Arc<Spending>) -> JoinHandle<()> {
    tokio::spawn(async move { Task::new(shipping, spending).run().await })
}

/// What was read of the spool is in one of `open`, `batch`, `underway` and the tables at any moment, whatever fails.
struct Task {
    shipping: Arc<Shipper>,
    spool: Spool,
    spending: Arc<Spending>,
    reader: Reader,
    /// Calls that have begun and not ended, and where each begins.
    open: HashMap<RequestId, (Box<CallStarted>, u64), ahash::RandomState>,
    /// Calls that have ended, in no shipment yet.
    batch: Batch,
    /// What the database has not taken yet.
    underway: Option<(Arc<Shipment>, Vec<Budget>)>,
    /// Up to here everything was read.
    offset: u64,
    /// Who waits for what has ended to be in the tables.
    flushes: Vec<oneshot::Sender<()>>,
    /// Why the spool could not be read on, as it was told.
    told: Option<String>,
}

/// However it ends, nobody waits for it any more.
impl Drop for Task {
    fn drop(&mut self) {
        self.shipping.over.store(true, Ordering::SeqCst);
        lock(&self.shipping.flushes).clear();
    }
}

impl Task {
    fn new(shipping: Arc<Shipper>, spending: Arc<Spending>) -> Self {
        let spool = shipping.spool.clone();
        Self {
            reader: spool.reader(),
            shipping,
            spool,
            spending,
            open: HashMap::default(),
            batch: Batch::default(),
            underway: None,
            offset: 0,
            flushes: Vec::new(),
            told: None,
        }
    }

    async fn run(mut self) {
        let mut failed = false;
        loop {
            if failed {
                // Whether the spool grows meanwhile or not.
                drop(tokio::time::timeout(self.spool.pause(), self.hurried()).await);
            } else {
                self.gathered().await;
            }
            if self.shipping.is_stopping() {
                return self.stop().await;
            }
            self.flushes.append(&mut lock(&self.shipping.flushes));
            let until = if self.flushes.is_empty() {
                self.spool.durable_offset()
            } else {
                self.caught_up().await
            };
            failed = !self.ship_until(until).await;
            if !failed && !self.shipping.is_stopping() {
                for flush in self.flushes.drain(..) {
                    // Whoever asked may have left.
                    let _ = flush.send(());
                }
            }
        }
    }

    /// Waits until there is something to write, and more has come, or somebody is in a hurry.
    async fn gathered(&self) {
        if !self.shipping.in_a_hurry() {
            self.spool.grown().await;
        }
        if !self.shipping.in_a_hurry() {
            drop(tokio::time::timeout(GATHER, self.hurried()).await);
        }
    }

    async fn hurried(&self) {
        while !self.shipping.in_a_hurry() {
            self.shipping.hurry.notified().await;
        }
    }

    /// The place after everything that was added so far, once it is on the disk.
    async fn caught_up(&self) -> u64 {
        let until = self.spool.end_offset();
        self.spool.write();
        while self.spool.durable_offset() < until && !self.shipping.is_stopping() {
            drop(tokio::time::timeout(GATHER, self.spool.grown()).await);
        }
        self.spool.durable_offset()
    }

    /// Writes everything before this place; whether all of it could be. What could not be is tried again from where it is.
    async fn ship_until(&mut self, until: u64) -> bool {
        let mut read_all = true;
        while read_all && self.offset < until {
            read_all = self.read_before(until);
            if self.batch.records.len() >= BATCH && !self.ship().await {
                return false;
            }
        }
        // Also what was read before that failed.
        if !self.ship().await || !read_all {
            return false;
        }
        let oldest = self.open.values().map(|(_, offset)| *offset).min();
        self.spool.shipped(self.offset);
        self.spool.forget_before(oldest.unwrap_or(self.offset));
        true
    }

    /// Reads a part of what is before this place; whether that could be.
    fn read_before(&mut self, until: u64) -> bool {
        let entries = match self.reader.next(until) {
            Ok(entries) => entries,
            Err(error) => {
                let text = error.to_string();
                if self.told.as_ref() != Some(&text) {
                    tracing::error!(
                        error = text,
                        "Calls wait in the spool, which cannot be read; trying again"
                    );
                    self.told = Some(text);
                }
                return false;
            }
        };
        if self.told.take().is_some() {
            tracing::info!("The spool can be read again");
        }
        for (entry, offset) in entries {
            match entry {
                Entry::Started(call) => {
                    self.open.insert(call.id, (call, self.offset));
                }
                Entry::Ended(end) => match self.open.remove(&end.id) {
                    Some((call, _)) => self.batch.add(*call, *end),
                    // It is missed at the end, when what came in is compared with what went out.
                    None => tracing::error!(call = %end.id, "The spool has the end of a call and not its beginning"),
                },
            }
            self.offset = offset;
        }
        true
    }

    /// Writes what was read, however long the database is away; while the program stops, only a few times.
    async fn ship(&mut self) -> bool {
        let mut tries = 0;
        loop {
            if self.underway.is_none() && !self.batch.records.is_empty() {
                self.underway = Some(std::mem::take(&mut self.batch).shipment(self.spool.gateway(), self.offset));
            }
            let Some((shipment, budgets)) = &self.underway else {
                return true;
            };
            let (now, count) = (self.spending.clock.now(), shipment.records.len());
            let error = match self.spending.store.usage().ship(Arc::clone(shipment), now).await {
                Ok(shipped) => {
                    if shipped.there != count {
                        tracing::error!(
                            records = count,
                            written = shipped.there,
                            "The database took only some of the records"
                        );
                    }
                    self.shipping.written.fetch_add(shipped.there as u64, Ordering::Relaxed);
                    self.spending.shipped(&shipment.used, budgets);
                    self.spool.shipped(u64::try_from(shipment.position).unwrap_or_default());
                    self.underway = None;
                    continue;
                }
                Err(error) => error_chain(&error),
            };
            if self.shipping.is_stopping() {
                tries += 1;
                if tries >= LAST_TRIES {
                    tracing::error!(
                        error,
                        records = count,
                        "Usage records stay in the spool, for the next start to write"
                    );
                    return false;
                }
            }
            tracing::warn!(
                error,
                records = count,
                "Usage records could not be written; trying again"
            );
            tokio::time::sleep(self.spool.pause()).await;
        }
    }

    /// Writes what is left. The folder goes only if all that came in went out.
    async fn stop(mut self) {
        // All that was added is on the disk, or never will be.
        self.spool.stop();
        let until = self.spool.durable_offset();
        let mut done = self.ship_until(until).await;
        for _ in 1..LAST_TRIES {
            if done || self.underway.is_some() {
                break;
            }
            tokio::time::sleep(self.spool.pause()).await;
            done = self.ship_until(until).await;
        }
        let (missing, written) = self.shipping.counts();
        let open = self.open.len();
        if !done || open > 0 {
            tracing::info!(
                open,
                missing,
                written,
                "The spool stays, for the next start to write what is left in it"
            );
        } else if missing > 0 {
            tracing::error!(
                missing,
                written,
                "Calls that have ended are not in the tables: the spool stays"
            );
        } else {
            self.end().await;
        }
    }

    /// Leaves nothing behind: everything is in the tables.
    async fn end(&self) {
        let gateway = self.spool.gateway();
        let store = &self.spending.store;
        self.spending.rest().await;
        // The folder last: whatever does not come to its end is done at the next start.
        let forget = async || {
            store.leases().drop_of(gateway).await?;
            store.gateways().remove(gateway).await
        };
        let mut tries = 1;
        while let Err(error) = forget().await {
            if tries == FORGET_TRIES {
                tracing::warn!(error = %error_chain(&error), "What this gateway had leased is given back by the next start");
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
pub struct Batch {
    pub records: Vec<UsageRecord>,
    used: HashMap<(Budget, i64), i64, ahash::RandomState>,
}

impl Batch {
    /// Adds a call that has ended.
    pub fn add(&mut self, call: CallStarted, end: super::spool::CallEnded) {
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
    pub fn shipment(self, gateway: crate::domain::GatewayId, offset: u64) -> (Arc<Shipment>, Vec<Budget>) {
        let mut parts: Vec<(LeaseUse, Budget)> = self
            .used
            .into_iter()
            .map(|((budget, window_start), amount)| {
                (
                    LeaseUse {
                        subject: budget.subject(),
                        window_start,
                        amount: PicoUsd::from_pico(amount),
                    },
                    budget,
                )
            })
            .collect();
        // Sorted, as every transaction takes them, so that no two wait for each other.
        parts.sort_by(|(a, _), (b, _)| (&a.subject, a.window_start).cmp(&(&b.subject, b.window_start)));
        let (used, budgets) = parts.into_iter().unzip();
        let position = i64::try_from(offset).unwrap_or(i64::MAX);
        (
            Arc::new(Shipment {
                gateway,
                position,
                records: self.records,
                used,
            }),
            budgets,
        )
    }
}
