//! The task that reads the spool of a run and writes the calls that have ended into the tables.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::oneshot;

use super::Shipper;
use super::batch::{BATCH, Batch};
use crate::domain::{Budget, RequestId};
use crate::error_chain::error_chain;
use crate::gateway::metering::spending::Spending;
use crate::gateway::metering::spool::{CallStarted, Entry, Reader, Spool};
use crate::store::Shipment;

/// How long calls gather before they are written together.
const GATHER: Duration = Duration::from_millis(250);
/// How often the last writes are tried at the end of the program.
const LAST_TRIES: u32 = 2;

/// How often a run that ends tries to be forgotten. After a restart of the database each old connection fails once.
const FORGET_TRIES: u32 = 5;
const FORGET_AGAIN: Duration = Duration::from_millis(50);

/// The shipping task. Whatever fails, each entry that was read is in one of `open`, `batch`, `underway` and the tables.
pub(super) struct Task {
    shipper: Arc<Shipper>,
    spool: Spool,
    spending: Arc<Spending>,
    reader: Reader,
    /// Calls that have begun and not ended, each with the offset where it begins.
    open: HashMap<RequestId, (Box<CallStarted>, u64), ahash::RandomState>,
    /// Calls that have ended and are in no shipment yet.
    batch: Batch,
    /// The shipment that the database has not accepted yet, with its budgets.
    underway: Option<(Arc<Shipment>, Vec<Budget>)>,
    /// The spool was read up to this offset.
    offset: u64,
    /// The callers that wait until all ended calls are in the tables.
    flushes: Vec<oneshot::Sender<()>>,
    /// The last error of reading the spool, as it was logged.
    logged: Option<String>,
}

/// However the task ends, no caller waits for it any longer.
impl Drop for Task {
    fn drop(&mut self) {
        self.shipper.over.store(true, Ordering::SeqCst);
        self.shipper.flushes.lock().clear();
    }
}

impl Task {
    pub(super) fn new(shipper: Arc<Shipper>, spending: Arc<Spending>) -> Self {
        let spool = shipper.spool.clone();
        Self {
            reader: spool.reader(),
            shipper,
            spool,
            spending,
            open: HashMap::default(),
            batch: Batch::default(),
            underway: None,
            offset: 0,
            flushes: Vec::new(),
            logged: None,
        }
    }

    /// Ships until the shipper is stopped.
    pub(super) async fn run(mut self) {
        let mut failed = false;
        loop {
            if failed {
                // A pause, whether the spool grows meanwhile or not.
                drop(tokio::time::timeout(self.spool.pause(), self.hurried()).await);
            } else {
                self.gather().await;
            }
            if self.shipper.is_stopping() {
                return self.stop().await;
            }

            self.flushes.append(&mut self.shipper.flushes.lock());
            let until = if self.flushes.is_empty() {
                self.spool.durable_offset()
            } else {
                self.caught_up().await
            };

            failed = !self.ship_until(until).await;
            if !failed && !self.shipper.is_stopping() {
                for flush in self.flushes.drain(..) {
                    // The caller may be gone.
                    let _ = flush.send(());
                }
            }
        }
    }

    /// Waits until there is something to write and more has gathered, or until a caller is in a hurry.
    async fn gather(&self) {
        if !self.shipper.in_a_hurry() {
            self.spool.grown().await;
        }
        if !self.shipper.in_a_hurry() {
            drop(tokio::time::timeout(GATHER, self.hurried()).await);
        }
    }

    /// Waits until a caller is in a hurry.
    async fn hurried(&self) {
        while !self.shipper.in_a_hurry() {
            self.shipper.hurry.notified().await;
        }
    }

    /// The offset after everything that was added so far, once it is on the disk.
    async fn caught_up(&self) -> u64 {
        let until = self.spool.end_offset();
        self.spool.write();

        while self.spool.durable_offset() < until && !self.shipper.is_stopping() {
            drop(tokio::time::timeout(GATHER, self.spool.grown()).await);
        }

        self.spool.durable_offset()
    }

    /// Writes everything before this offset into the tables. False if a part could not be read or written; the next call goes on
    /// from there.
    async fn ship_until(&mut self, until: u64) -> bool {
        let mut read_all = true;
        while read_all && self.offset < until {
            read_all = self.read_before(until);
            if self.batch.records.len() >= BATCH && !self.ship().await {
                return false;
            }
        }

        // Also the entries that were read before a failure.
        if !self.ship().await || !read_all {
            return false;
        }

        let oldest = self.open.values().map(|(_, offset)| *offset).min();
        self.spool.shipped(self.offset);
        self.spool.forget_before(oldest.unwrap_or(self.offset));
        true
    }

    /// Reads a part of the spool before this offset. False if that fails.
    fn read_before(&mut self, until: u64) -> bool {
        let entries = match self.reader.next(until) {
            Ok(entries) => entries,
            Err(error) => {
                self.log_once(error.to_string());
                return false;
            }
        };
        if self.logged.take().is_some() {
            tracing::info!("The spool can be read again");
        }

        for (entry, offset) in entries {
            match entry {
                Entry::Started(call) => {
                    self.open.insert(call.id, (call, self.offset));
                }
                Entry::Ended(end) => match self.open.remove(&end.id) {
                    Some((call, _)) => self.batch.add(*call, *end),
                    // The task will notice at its end that this call is missing in the tables.
                    None => {
                        tracing::error!(request.id = %end.id.header_value(), "The spool has the end of a call and not its beginning")
                    }
                },
            }
            self.offset = offset;
        }
        true
    }

    /// Logs that the spool cannot be read, unless the last line said the same.
    fn log_once(&mut self, error: String) {
        if self.logged.as_ref() != Some(&error) {
            tracing::error!(error, "Calls wait in the spool, which cannot be read; trying again");
            self.logged = Some(error);
        }
    }

    /// Writes the calls that were read, however long the database is away; while the program stops, only a few times.
    async fn ship(&mut self) -> bool {
        let mut tries = 0;
        loop {
            if self.underway.is_none() && !self.batch.records.is_empty() {
                self.underway = Some(std::mem::take(&mut self.batch).shipment(self.spool.gateway(), self.offset));
            }
            let Some((shipment, _)) = &self.underway else {
                return true;
            };

            let (now, records) = (self.spending.clock.now(), shipment.records.len());
            let error = match self.spending.store.usage().ship(Arc::clone(shipment), now).await {
                Ok(shipped) => {
                    self.note_shipped(shipped.there);
                    continue;
                }
                Err(error) => error_chain(&error),
            };

            if self.shipper.is_stopping() {
                tries += 1;
                if tries >= LAST_TRIES {
                    tracing::error!(
                        error,
                        records,
                        "Usage records stay in the spool, for the next start to write"
                    );
                    return false;
                }
            }
            tracing::warn!(error, records, "Usage records could not be written; trying again");
            tokio::time::sleep(self.spool.pause()).await;
        }
    }

    /// Notes that the shipment under way is in the tables, with so many of its records.
    fn note_shipped(&mut self, written: usize) {
        let Some((shipment, budgets)) = self.underway.take() else {
            return;
        };
        let records = shipment.records.len();
        if written != records {
            tracing::error!(records, written, "The database took only some of the records");
        }

        self.shipper.written.fetch_add(written as u64, Ordering::Relaxed);
        self.spending.shipped(&shipment.used, &budgets);
        self.spool.shipped(u64::try_from(shipment.position).unwrap_or_default());
    }

    /// Writes the rest of the spool. Its folder is removed only if every call in it is in the tables.
    async fn stop(mut self) {
        // Everything that was added is on the disk now, or never will be.
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

        let (missing, written) = self.shipper.counts();
        let open = self.open.len();
        if !done || open > 0 {
            tracing::info!(
                open,
                missing,
                written,
                "The spool stays, for the next start to write the rest of it"
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

    /// Gives back the leases of this run, forgets the run and removes its spool: everything is in the tables.
    async fn end(&self) {
        let gateway = self.spool.gateway();
        let store = &self.spending.store;
        self.spending.rest().await;

        // The folder comes last: if this is cut short, the next start does the rest.
        let forget = async || {
            store.leases().drop_of(gateway).await?;
            store.gateways().remove(gateway).await
        };

        let mut tries = 1;
        while let Err(error) = forget().await {
            if tries == FORGET_TRIES {
                tracing::warn!(error = %error_chain(&error), "The next start gives back the leases of this gateway");
                return;
            }
            tries += 1;
            tokio::time::sleep(FORGET_AGAIN).await;
        }

        self.spool.remove();
    }
}
