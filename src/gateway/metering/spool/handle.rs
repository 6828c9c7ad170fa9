//! How the calls of one worker share the disk: what they add gathers until each of them has had its turn, they wait together,
//! and they are woken together. So a busy worker has much written at once, and a quiet one has it written at once.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use super::entry::{self, CallEnded, CallStarted};
use super::{Spool, SpoolFull};
use crate::gateway::locks::lock;

/// How long entries gather at most while the worker is busy.
const LINGER: Duration = Duration::from_millis(1);
/// So many turns of the worker in which nothing was added mean that nothing more comes soon. A turn takes about a microsecond,
/// a write a hundred: a few turns more save a tenth of all writes.
const QUIET: u32 = 4;
/// So many bytes are worth a write as soon as one turn adds nothing.
const ENOUGH: u64 = 4096;
/// How often those who wait look at the clock while nothing gets to the disk.
const TICK: Duration = Duration::from_millis(250);

/// One worker's way to the spool. Clones are the same one.
#[derive(Clone, Debug)]
pub struct SpoolHandle(Arc<Shared>);

#[derive(Debug)]
pub(super) struct Shared {
    spool: Spool,
    /// Rung when something was added, and when more of what is waited for is on the disk.
    bell: Arc<Notify>,
    /// Whether the task that hears the bell was started.
    tended: AtomicBool,
    /// The place after the last entry.
    end: AtomicU64,
    /// The place up to which the writer was asked to write.
    write_requested: AtomicU64,
    /// There are some that nobody has asked the writer to write.
    unasked: AtomicBool,
    /// Who waits, by the place that must be on the disk.
    waiting: Mutex<BTreeMap<u64, Waker>>,
}

/// An entry did not get to the disk in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotWritten;

/// Becomes ready once an entry is on the disk.
#[derive(Debug)]
pub struct Durable {
    handle: Arc<Shared>,
    offset: u64,
    until: Option<Instant>,
}

impl SpoolHandle {
    pub(super) fn new(spool: Spool) -> (Self, Weak<Shared>) {
        let shared = Arc::new(Shared {
            spool,
            bell: Arc::default(),
            tended: AtomicBool::new(false),
            end: AtomicU64::new(0),
            write_requested: AtomicU64::new(0),
            unasked: AtomicBool::new(false),
            waiting: Mutex::default(),
        });
        let weak = Arc::downgrade(&shared);
        (Self(shared), weak)
    }

    /// Adds that a call begins. The call must not be made before that is [`Durable`]. Call it on the worker's runtime.
    ///
    /// # Errors
    /// If no new call can be taken now.
    pub fn begin(&self, call: &CallStarted) -> Result<Durable, SpoolFull> {
        if self.0.spool.is_full() {
            return Err(SpoolFull);
        }
        if !self.0.tended.swap(true, Ordering::Relaxed) {
            tokio::spawn(tend(Arc::clone(&self.0.bell), Arc::downgrade(&self.0)));
        }
        Ok(self.added(self.0.spool.add(|out| entry::write_started(out, call))))
    }

    /// Adds how a call ended. This is never refused.
    pub fn end(&self, call: &CallEnded) -> Durable {
        self.added(self.0.spool.add_end(|out| entry::write_ended(out, call)))
    }

    /// `offset`: after what was added.
    fn added(&self, offset: u64) -> Durable {
        self.0.end.fetch_max(offset, Ordering::Relaxed);
        if !self.0.unasked.swap(true, Ordering::AcqRel) {
            self.0.bell.notify_one();
        }
        Durable {
            handle: Arc::clone(&self.0),
            offset,
            until: None,
        }
    }
}

impl Shared {
    /// More is on the disk: whoever waits for it is about to be woken.
    pub(super) fn tell(&self) {
        if !lock(&self.waiting).is_empty() {
            self.bell.notify_one();
        }
    }

    /// Asks for what was added to be written, once nothing more is being added, or it has taken too long.
    async fn gather(&self) {
        if !self.unasked.load(Ordering::Acquire) {
            return;
        }
        let began = Instant::now();
        let mut seen = self.end.load(Ordering::Relaxed);
        let write_requested = self.write_requested.load(Ordering::Relaxed);
        let mut quiet = 0;
        while quiet < QUIET && began.elapsed() < LINGER {
            // Everybody else who can do something does it meanwhile, also those for whom something has just arrived.
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
        // Whoever found it set, and so rang no bell, has added before: this sees it, and asks for it.
        self.unasked.swap(false, Ordering::AcqRel);
        self.spool.write();
    }

    /// Wakes those whose entries are on the disk.
    fn wake(&self) {
        let durable = self.spool.durable_offset();
        let ready = {
            let mut waiting = lock(&self.waiting);
            if waiting.first_key_value().is_none_or(|(offset, _)| *offset > durable) {
                return;
            }
            let rest = waiting.split_off(&(durable + 1));
            std::mem::replace(&mut *waiting, rest)
        };
        ready.into_values().for_each(Waker::wake);
    }

    /// Whether something that was added is not on the disk.
    fn is_behind(&self) -> bool {
        self.end.load(Ordering::Relaxed) > self.spool.durable_offset()
    }

    /// Wakes everybody, so that each looks whether it has waited for too long.
    fn wake_all(&self) {
        let all = std::mem::take(&mut *lock(&self.waiting));
        all.into_values().for_each(Waker::wake);
    }
}

/// Serves a lane for as long as it is there.
async fn tend(bell: Arc<Notify>, handle: Weak<Shared>) {
    loop {
        let is_behind = match handle.upgrade() {
            Some(handle) => handle.is_behind(),
            None => return,
        };
        let rung = if is_behind {
            timeout(TICK, bell.notified()).await.is_ok()
        } else {
            bell.notified().await;
            true
        };
        let Some(handle) = handle.upgrade() else { return };
        if rung {
            handle.gather().await;
            handle.wake();
        } else {
            handle.wake_all();
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // The task that tends it sees that nobody is there any more.
        self.bell.notify_one();
    }
}

impl Durable {
    /// Gives up after that time.
    pub fn within(self, patience: Duration) -> Self {
        Self {
            until: Some(Instant::now() + patience),
            ..self
        }
    }
}

impl Future for Durable {
    type Output = Result<(), NotWritten>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let written = || self.handle.spool.durable_offset() >= self.offset;
        if written() {
            return Poll::Ready(Ok(()));
        }
        if self.until.is_some_and(|until| Instant::now() >= until) {
            return Poll::Ready(Err(NotWritten));
        }
        lock(&self.handle.waiting).insert(self.offset, context.waker().clone());
        // The writer looks who waits after it has written: it has seen this one, or this one sees what it wrote.
        if written() { Poll::Ready(Ok(())) } else { Poll::Pending }
    }
}
