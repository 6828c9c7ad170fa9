//! How the calls of one worker share the disk. Their entries gather until each call has had its turn; the calls wait together
//! and are woken together. So a busy worker has much written at once, and a quiet one has its entry written at once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::task::Waker;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use super::Spool;

/// How long entries gather at most while the worker is busy.
const LINGER: Duration = Duration::from_millis(1);
/// After so many turns of the worker without a new entry, no entry comes soon. A turn takes about a microsecond, a write a
/// hundred: a few turns more save a tenth of all writes.
const QUIET: u32 = 4;
/// So many bytes are worth a write as soon as one turn adds nothing.
const ENOUGH: u64 = 4096;
/// How often waiting calls look at the clock while nothing gets to the disk.
const TICK: Duration = Duration::from_millis(250);

/// The entries of one worker that are not on the disk yet, and the calls that wait for them.
#[derive(Debug)]
pub(super) struct Queue {
    spool: Spool,
    /// Notified when an entry was added, and when more of the waiting entries are on the disk.
    bell: Arc<Notify>,
    /// Whether the task that listens to the bell was started.
    tended: AtomicBool,
    /// The offset after the last entry.
    end: AtomicU64,
    /// The writer was asked to write everything before this offset.
    write_requested: AtomicU64,
    /// There are entries that the writer was not asked to write yet.
    has_unrequested: AtomicBool,
    /// The waiting calls, by the offset that must be on the disk.
    waiting: Mutex<BTreeMap<u64, Waker>>,
}

impl Queue {
    pub(super) fn new(spool: Spool) -> Self {
        Self {
            spool,
            bell: Arc::default(),
            tended: AtomicBool::new(false),
            end: AtomicU64::new(0),
            write_requested: AtomicU64::new(0),
            has_unrequested: AtomicBool::new(false),
            waiting: Mutex::default(),
        }
    }

    #[inline]
    pub(super) fn spool(&self) -> &Spool {
        &self.spool
    }

    /// Starts the task that tends the queue, once, on the worker's runtime.
    #[inline]
    pub(super) fn start_task(queue: &Arc<Self>) {
        if !queue.tended.swap(true, Ordering::Relaxed) {
            tokio::spawn(tend(Arc::clone(&queue.bell), Arc::downgrade(queue)));
        }
    }

    /// Notes an entry that ends at this offset.
    #[inline]
    pub(super) fn note_added(&self, offset: u64) {
        self.end.fetch_max(offset, Ordering::Relaxed);
        if !self.has_unrequested.swap(true, Ordering::AcqRel) {
            self.bell.notify_one();
        }
    }

    /// Wakes this call once the offset is on the disk, or every tick.
    pub(super) fn wait_for(&self, offset: u64, waker: &Waker) {
        self.waiting.lock().insert(offset, waker.clone());
    }

    /// Notes that more is on the disk: the calls that wait for it are about to be woken.
    pub(super) fn notify(&self) {
        if !self.waiting.lock().is_empty() {
            self.bell.notify_one();
        }
    }

    /// Asks the writer to write the entries, once no more of them are added, or after a while.
    async fn gather(&self) {
        if !self.has_unrequested.load(Ordering::Acquire) {
            return;
        }

        let began = Instant::now();
        let mut seen = self.end.load(Ordering::Relaxed);
        let write_requested = self.write_requested.load(Ordering::Relaxed);
        let mut quiet = 0;
        while quiet < QUIET && began.elapsed() < LINGER {
            // Every other task that can go on does so meanwhile, also those for which a packet has just arrived.
            tokio::task::yield_now().await;
            self.wake();
            let end = self.end.load(Ordering::Relaxed);
            quiet = if end == seen { quiet + 1 } else { 0 };
            seen = end;
            if quiet > 0 && end - write_requested >= ENOUGH {
                break;
            }
        }

        self.write_requested.store(seen, Ordering::Relaxed);
        // A call that found the flag set, and so did not notify, has added its entry before: this write includes it.
        self.has_unrequested.swap(false, Ordering::AcqRel);
        self.spool.write();
    }

    /// Wakes the calls whose entries are on the disk.
    fn wake(&self) {
        let durable = self.spool.durable_offset();
        let ready = {
            let mut waiting = self.waiting.lock();
            if waiting.first_key_value().is_none_or(|(offset, _)| *offset > durable) {
                return;
            }
            let rest = waiting.split_off(&(durable + 1));
            std::mem::replace(&mut *waiting, rest)
        };

        ready.into_values().for_each(Waker::wake);
    }

    /// Whether an entry is not on the disk yet.
    fn is_behind(&self) -> bool {
        self.end.load(Ordering::Relaxed) > self.spool.durable_offset()
    }

    /// Wakes all waiting calls, so that each of them checks whether it has waited too long.
    fn wake_all(&self) {
        let all = std::mem::take(&mut *self.waiting.lock());
        all.into_values().for_each(Waker::wake);
    }
}

/// Tends a queue for as long as it exists.
async fn tend(bell: Arc<Notify>, queue: Weak<Queue>) {
    loop {
        let is_behind = match queue.upgrade() {
            Some(queue) => queue.is_behind(),
            None => return,
        };
        let notified = if is_behind {
            timeout(TICK, bell.notified()).await.is_ok()
        } else {
            bell.notified().await;
            true
        };

        let Some(queue) = queue.upgrade() else { return };
        if notified {
            queue.gather().await;
            queue.wake();
        } else {
            queue.wake_all();
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        // The task that tends it sees that the queue is gone.
        self.bell.notify_one();
    }
}
