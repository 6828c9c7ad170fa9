//! What earlier runs left in their spools, after a crash or while the database was away: it is written into the tables,
//! each call once. Calls that had begun and not ended are listed as unknown, and not charged.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::shipping::Batch;
use super::spending::Spending;
use super::spool::{self, Begun, Entry, Left, Reader, SpoolOptions};
use crate::causes::with_causes;
use crate::domain::RequestId;
use crate::store::StoreError;

/// Calls written in one go.
const BATCH: usize = 2_000;
/// Pause after the database did not answer.
const RETRY: Duration = Duration::from_secs(1);

/// Why a spool that was left could not be written into the tables now.
#[derive(Debug, thiserror::Error)]
enum RecoveryError {
    #[error("it cannot be read")]
    Read(#[from] std::io::Error),
    #[error("the database did not take it")]
    Store(#[from] StoreError),
}

/// Writes everything that earlier runs left, however long the database is away. New calls need not wait for it.
pub(super) async fn recover(options: SpoolOptions, spending: Arc<Spending>) {
    let left = match spool::left_behind(&options) {
        Ok(left) => left,
        Err(error) => {
            tracing::error!(%error, "The folder of the spool cannot be looked through for what earlier runs left");
            return;
        }
    };
    for run in left {
        loop {
            match recover_one(&run, &spending).await {
                Ok((0, 0)) => break,
                Ok((written, unknown)) => {
                    tracing::info!(run = %run.gateway, written, unknown, "Wrote what an earlier run had left in its spool");
                    break;
                }
                Err(RecoveryError::Store(error)) => {
                    tracing::debug!(error = %with_causes(&error), run = %run.gateway, "A spool that was left waits for the database");
                    tokio::time::sleep(RETRY).await;
                }
                Err(error) => {
                    tracing::error!(error = %with_causes(&error), run = %run.gateway, "A spool that was left stays where it is");
                    break;
                }
            }
        }
    }
}

/// How many records were new, and how many of them have an unknown end.
async fn recover_one(run: &Left, spending: &Spending) -> Result<(usize, usize), RecoveryError> {
    let store = &spending.store;
    let now = spending.clock.now();
    store.gateways().seen(run.gateway, now).await?;
    let shipped = store.gateways().shipped(run.gateway).await?.and_then(|place| u64::try_from(place).ok()).unwrap_or(0);
    let mut reader = Reader::of_left(run)?;
    let mut open: HashMap<RequestId, Begun> = HashMap::new();
    let (mut batch, mut place, mut written, mut damaged) = (Batch::default(), 0, 0, false);
    loop {
        let read = reader.next(u64::MAX)?;
        damaged |= read.damaged;
        if read.entries.is_empty() {
            break;
        }
        for (entry, after) in read.entries {
            place = after;
            match entry {
                Entry::Begun(call) => {
                    open.insert(call.id, *call);
                }
                Entry::Ended(end) => {
                    let Some(call) = open.remove(&end.id) else { continue };
                    if after > shipped {
                        batch.add(call, *end);
                    }
                }
            }
            if batch.records.len() >= BATCH {
                written += ship(&mut batch, run, spending, place).await?;
            }
        }
    }
    written += ship(&mut batch, run, spending, place).await?;
    let unknown: BTreeMap<RequestId, Begun> = open.into_iter().collect();
    let count = unknown.len();
    // Beyond the last place of the spool, so that they are written once too.
    batch.records.extend(unknown.into_values().map(|call| call.record(None)));
    written += ship(&mut batch, run, spending, place.max(shipped) + 1).await?;
    store.leases().drop_of(run.gateway).await?;
    // The folder last: if this ends before, the next start does it all again, and finds everything in the tables.
    store.gateways().remove(run.gateway).await?;
    if damaged {
        tracing::error!(run = %run.gateway, "A part of a spool could not be read; its folder is kept");
        keep(run);
    } else {
        spool::remove(&run.folder);
    }
    Ok((written, count))
}

async fn ship(batch: &mut Batch, run: &Left, spending: &Spending, place: u64) -> Result<usize, StoreError> {
    if batch.records.is_empty() {
        return Ok(0);
    }
    let (shipment, _) = std::mem::take(batch).shipment(run.gateway, place);
    spending.store.usage().ship(shipment, spending.clock.now()).await
}

/// Keeps a folder under a name that no start looks at.
fn keep(run: &Left) {
    if let Err(error) = std::fs::rename(&run.folder, run.folder.with_extension("damaged")) {
        tracing::error!(%error, "The folder of a damaged spool could not be renamed");
    }
}
