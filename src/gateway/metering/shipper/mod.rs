//! Moves the spool into the tables: calls that have ended, in batches, each once.

mod batch;
mod task;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

pub use batch::{BATCH, Batch};

use super::spending::Spending;
use super::spool::Spool;
use task::Task;

/// The handle to the task that moves the spool of a run into the tables. The rest of the gateway asks it for counts,
/// for a flush and for its end.
#[derive(Debug)]
pub struct Shipper {
    spool: Spool,
    flushes: Mutex<Vec<oneshot::Sender<()>>>,
    /// Notified when the task must not wait any longer.
    hurry: Notify,
    stopping: AtomicBool,
    /// Whether the task has ended: no more records are written.
    over: AtomicBool,
    /// How many calls of this run are in the tables.
    written: AtomicU64,
}

impl Shipper {
    /// The shipper for the spool of a run.
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

    /// How many records wait to be written, and how many are written.
    pub fn counts(&self) -> (u64, u64) {
        let written = self.written.load(Ordering::Relaxed);
        (self.spool.ended().saturating_sub(written), written)
    }

    /// Waits until every call that has ended so far is in the tables, or the task has ended.
    pub async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        self.flushes.lock().push(done);
        self.hurry();

        if self.over.load(Ordering::SeqCst) {
            self.flushes.lock().clear();
        }

        // An error means that the task has ended.
        drop(wait.await);
    }

    /// Makes the task write the rest of the spool and end.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.hurry();
    }

    /// Wakes the task, whether the spool has grown or not.
    fn hurry(&self) {
        self.hurry.notify_one();
        self.spool.nudge();
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Whether the task is stopping, or a flush waits for it.
    fn in_a_hurry(&self) -> bool {
        self.is_stopping() || !self.flushes.lock().is_empty()
    }
}

/// Starts the task that writes a run's spool into the tables, until [`Shipper::stop`].
pub fn start(shipper: Arc<Shipper>, spending: Arc<Spending>) -> JoinHandle<()> {
    tokio::spawn(async move { Task::new(shipper, spending).run().await })
}
