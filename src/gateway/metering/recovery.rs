//! What earlier runs left in their spools, after a crash or while the database was away: it is written into the tables,
//! each call once. Calls that had begun and not ended are listed as unknown, and not charged.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::shipper::{BATCH, Batch};
use super::spending::Spending;
use super::spool::{self, CallStarted, Entry, Left, ReadError, Reader};
use crate::domain::RequestId;
use crate::error_chain::error_chain;
use crate::gateway::options::SpoolOptions;
use crate::store::StoreError;

/// The longest pause before a spool that cannot be read is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Why a spool that was left could not be written into the tables now.
#[derive(Debug, thiserror::Error)]
enum RecoveryError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the database did not take it")]
    Store(#[from] StoreError),
}

/// Writes everything that earlier runs left, however long the database or the disk is away. New calls need not wait for it.
pub async fn recover(options: SpoolOptions, spending: Arc<Spending>) {
    let mut pause = options.pause;
    let mut left = loop {
        match spool::left_behind(&options) {
            Ok(left) => break left,
            Err(error) => {
                tracing::error!(%error, "The folder of the spool cannot be looked through for what earlier runs left; trying again");
                tokio::time::sleep(pause).await;
                pause = LONGEST_PAUSE.min(pause * 2);
            }
        }
    };
    pause = options.pause;
    while !left.is_empty() {
        let (mut still, mut unreadable) = (Vec::new(), false);
        for run in left {
            match recover_one(&run, &spending).await {
                Ok(found) => found.tell(&run),
                Err(RecoveryError::Store(error)) => {
                    tracing::debug!(error = %error_chain(&error), run = %run.gateway, "A spool that was left waits for the database");
                    still.push(run);
                }
                Err(RecoveryError::Read(error)) => {
                    tracing::error!(%error, run = %run.gateway, "A spool that was left stays where it is; trying again");
                    unreadable = true;
                    still.push(run);
                }
            }
        }
        left = still;
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

/// What was found in a spool.
#[derive(Default)]
struct Found {
    /// Ends of calls.
    ended: usize,
    /// Of them, those in the tables now.
    there: usize,
    /// Records that were new, also those of calls without an end.
    added: usize,
    /// Calls without an end.
    unknown: usize,
}

impl Found {
    fn tell(&self, run: &Left) {
        let Self { added, unknown, .. } = *self;
        if added > 0 {
            tracing::info!(run = %run.gateway, written = added, unknown, "Wrote what an earlier run had left in its spool");
        }
    }
}

/// Writes all that a run left, and removes its folder if that is in the tables.
async fn recover_one(run: &Left, spending: &Spending) -> Result<Found, RecoveryError> {
    let store = &spending.store;
    store.gateways().seen(run.gateway, spending.clock.now()).await?;
    let shipped = store
        .gateways()
        .shipped(run.gateway)
        .await?
        .and_then(|offset| u64::try_from(offset).ok())
        .unwrap_or(0);
    let mut reader = Reader::of_left(run).map_err(ReadError::from)?;
    let mut open: HashMap<RequestId, CallStarted> = HashMap::new();
    let (mut batch, mut offset, mut found) = (Batch::default(), 0, Found::default());
    loop {
        let entries = reader.next(u64::MAX)?;
        if entries.is_empty() {
            break;
        }
        let mut elsewhere = Vec::new();
        for (entry, after) in entries {
            offset = after;
            match entry {
                Entry::Started(call) => {
                    open.insert(call.id, *call);
                }
                Entry::Ended(end) => {
                    found.ended += 1;
                    match open.remove(&end.id) {
                        Some(call) if after > shipped => batch.add(call, *end),
                        // It was written before, and its beginning may have been removed since.
                        _ => elsewhere.push(end.id),
                    }
                }
            }
        }
        found.there += elsewhere.len() - store.usage().missing(&elsewhere).await?;
        if batch.records.len() >= BATCH {
            ship(&mut batch, run, spending, offset, &mut found).await?;
        }
    }
    ship(&mut batch, run, spending, offset, &mut found).await?;
    let unknown: BTreeMap<RequestId, CallStarted> = open.into_iter().collect();
    found.unknown = unknown.len();
    // Beyond the last place of the spool, so that they are written once too.
    batch
        .records
        .extend(unknown.into_values().map(|call| call.record(None)));
    ship(&mut batch, run, spending, offset.max(shipped) + 1, &mut found).await?;
    store.leases().drop_of(run.gateway).await?;
    // The folder last: if this ends before, the next start does it all again, and finds everything in the tables.
    store.gateways().remove(run.gateway).await?;
    let missing = (found.ended + found.unknown).saturating_sub(found.there);
    if missing > 0 {
        tracing::error!(run = %run.gateway, missing, "Calls in the spool of an earlier run are not in the tables");
    }
    if reader.is_damaged() {
        tracing::error!(run = %run.gateway, "A part of the spool of an earlier run could not be read");
    }
    if missing > 0 || reader.is_damaged() {
        run.keep();
    } else {
        run.remove();
    }
    Ok(found)
}

async fn ship(
    batch: &mut Batch,
    run: &Left,
    spending: &Spending,
    offset: u64,
    found: &mut Found,
) -> Result<(), StoreError> {
    if batch.records.is_empty() {
        return Ok(());
    }
    let (shipment, _) = std::mem::take(batch).shipment(run.gateway, offset);
    let shipped = spending.store.usage().ship(shipment, spending.clock.now()).await?;
    found.added += shipped.added;
    found.there += shipped.there;
    Ok(())
}
