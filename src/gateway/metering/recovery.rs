//! Writes the spools that earlier runs left, after a crash or while the database was away, into the tables, each call once.
//! Calls that began and did not end get the state unknown, and are free.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::shipper::{BATCH, Batch};
use super::spending::Spending;
use super::spool::{self, CallStarted, Entries, Entry, Left, ReadError, Reader};
use crate::domain::RequestId;
use crate::error_chain::error_chain;
use crate::gateway::options::SpoolOptions;
use crate::store::StoreError;

/// The longest pause before a spool that cannot be read is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Why the spool of an earlier run cannot be written into the tables now.
#[derive(Debug, thiserror::Error)]
enum RecoveryError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the database did not take it")]
    Store(#[from] StoreError),
}

/// Writes the spools of all earlier runs, however long the database or the disk is away. New calls need not wait for it.
pub async fn recover(options: SpoolOptions, spending: Arc<Spending>) {
    let mut left = find_left(&options).await;
    let mut pause = options.pause;
    while !left.is_empty() {
        let unreadable;
        (left, unreadable) = recover_all(left, &spending).await;

        if !left.is_empty() {
            tokio::time::sleep(pause).await;
            pause = if unreadable {
                LONGEST_PAUSE.min(pause * 2)
            } else {
                options.pause
            };
        }
    }
}

/// The spools that earlier runs left, however long the disk is away.
async fn find_left(options: &SpoolOptions) -> Vec<Left> {
    let mut pause = options.pause;
    loop {
        match spool::left_behind(options) {
            Ok(left) => return left,
            Err(error) => {
                tracing::error!(%error, "The folder of the spool cannot be searched for earlier runs; trying again");
                tokio::time::sleep(pause).await;
                pause = LONGEST_PAUSE.min(pause * 2);
            }
        }
    }
}

/// Tries each spool once. Returns those that are still to be written, and whether one of them could not be read.
async fn recover_all(left: Vec<Left>, spending: &Spending) -> (Vec<Left>, bool) {
    let (mut still, mut unreadable) = (Vec::new(), false);
    for run in left {
        match recover_one(&run, spending).await {
            Ok(found) => found.log(&run),
            Err(RecoveryError::Store(error)) => {
                tracing::debug!(error = %error_chain(&error), gateway.id = %run.gateway, "The spool of an earlier run waits for the database");
                still.push(run);
            }
            Err(RecoveryError::Read(error)) => {
                tracing::error!(%error, gateway.id = %run.gateway, "The spool of an earlier run stays where it is; trying again");
                unreadable = true;
                still.push(run);
            }
        }
    }
    (still, unreadable)
}

/// The calls of a spool, counted.
#[derive(Default)]
struct Found {
    /// Calls with an end.
    ended: usize,
    /// Calls that are in the tables now.
    there: usize,
    /// Records that were new, also those of calls without an end.
    added: usize,
    /// Calls without an end.
    unknown: usize,
}

impl Found {
    fn log(&self, run: &Left) {
        let Self { added, unknown, .. } = *self;
        if added > 0 {
            tracing::info!(gateway.id = %run.gateway, written = added, unknown, "Wrote the calls that an earlier run had left in its spool");
        }
    }
}

/// Writes the spool of a run into the tables, and removes its folder once all of it is there.
async fn recover_one(run: &Left, spending: &Spending) -> Result<Found, RecoveryError> {
    let store = &spending.store;
    store.gateways().seen(run.gateway, spending.clock.now()).await?;
    let shipped = store
        .gateways()
        .shipped(run.gateway)
        .await?
        .and_then(|offset| u64::try_from(offset).ok())
        .unwrap_or(0);

    let mut recovery = Recovery {
        run,
        spending,
        shipped,
        open: HashMap::new(),
        batch: Batch::default(),
        offset: 0,
        found: Found::default(),
    };
    let mut reader = Reader::of_left(run).map_err(ReadError::from)?;
    recovery.write_ended(&mut reader).await?;
    recovery.write_unknown().await?;

    store.leases().drop_of(run.gateway).await?;
    // The folder comes last: if this is cut short, the next start does it all again, and finds every call in the tables.
    store.gateways().remove(run.gateway).await?;
    Ok(recovery.finish(&reader))
}

/// The spool of one run on its way into the tables.
struct Recovery<'a> {
    run: &'a Left,
    spending: &'a Spending,
    /// Everything before this offset was written by the run itself.
    shipped: u64,
    /// Calls that have begun and not ended.
    open: HashMap<RequestId, CallStarted>,
    batch: Batch,
    /// The spool was read up to this offset.
    offset: u64,
    found: Found,
}

impl Recovery<'_> {
    /// Writes the calls that have ended.
    async fn write_ended(&mut self, reader: &mut Reader) -> Result<(), RecoveryError> {
        loop {
            let entries = reader.next(u64::MAX)?;
            if entries.is_empty() {
                return Ok(self.ship(self.offset).await?);
            }

            let written_before = self.take(entries);
            let missing = self.spending.store.usage().missing(&written_before).await?;
            self.found.there += written_before.len() - missing;
            if self.batch.records.len() >= BATCH {
                self.ship(self.offset).await?;
            }
        }
    }

    /// Takes some entries. Returns the calls that the run itself should have written.
    fn take(&mut self, entries: Entries) -> Vec<RequestId> {
        let mut written_before = Vec::new();
        for (entry, after) in entries {
            self.offset = after;
            match entry {
                Entry::Started(call) => {
                    self.open.insert(call.id, *call);
                }
                Entry::Ended(end) => {
                    self.found.ended += 1;
                    match self.open.remove(&end.id) {
                        Some(call) if after > self.shipped => self.batch.add(call, *end),
                        // The segment with its beginning may be gone since.
                        _ => written_before.push(end.id),
                    }
                }
            }
        }

        written_before
    }

    /// Writes the calls without an end.
    async fn write_unknown(&mut self) -> Result<(), StoreError> {
        let unknown: BTreeMap<RequestId, CallStarted> = self.open.drain().collect();
        self.found.unknown = unknown.len();
        self.batch
            .records
            .extend(unknown.into_values().map(|call| call.record(None)));

        // Beyond the last offset of the spool, so that they are written once too.
        self.ship(self.offset.max(self.shipped) + 1).await
    }

    async fn ship(&mut self, offset: u64) -> Result<(), StoreError> {
        if self.batch.records.is_empty() {
            return Ok(());
        }

        let (shipment, _) = std::mem::take(&mut self.batch).shipment(self.run.gateway, offset);
        let shipped = self
            .spending
            .store
            .usage()
            .ship(shipment, self.spending.clock.now())
            .await?;
        self.found.added += shipped.added;
        self.found.there += shipped.there;
        Ok(())
    }

    /// Removes the folder, or keeps it if not all of its calls are in the tables.
    fn finish(self, reader: &Reader) -> Found {
        let Self { run, found, .. } = self;
        let missing = (found.ended + found.unknown).saturating_sub(found.there);
        if missing > 0 {
            tracing::error!(gateway.id = %run.gateway, missing, "Calls in the spool of an earlier run are not in the tables");
        }
        if reader.is_damaged() {
            tracing::error!(gateway.id = %run.gateway, "A part of the spool of an earlier run could not be read");
        }

        if missing > 0 || reader.is_damaged() {
            run.keep();
        } else {
            run.remove();
        }
        found
    }
}
