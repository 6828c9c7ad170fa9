//! The spool: a local, synced log in front of the database. A call and what it reserves is in the spool before the provider is
//! called; its end and its cost are there before the client sees the end of the answer. [`super::shipper`] moves them into the
//! tables.
//!
//! Each run of a gateway has its own folder, named by its [`GatewayId`], that it holds locked. The folder has segments, named by
//! the offset of their first byte. A segment is a row of [`frame`]s, each of which holds an [`entry`]. Offsets are bytes from
//! the beginning of the run.

mod blocks;
mod disk;
mod durable;
mod entry;
mod folder;
mod frame;
mod handle;
mod queue;
mod read;
mod segment;
mod writer;

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use tokio::sync::Notify;

pub use durable::{Durable, NotWritten};
pub use entry::{CallEnded, CallStarted, Charges, Entry};
pub use folder::{Left, left_behind};
pub use handle::SpoolHandle;
pub use read::{Entries, ReadError, Reader};

use crate::domain::GatewayId;
use crate::gateway::options::SpoolOptions;

/// The most bytes that may wait for the database; beyond that the spool takes no new call.
const MOST: u64 = 256 << 20;

/// A spool that is being written. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Spool(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    gateway: GatewayId,
    options: SpoolOptions,
    folder: PathBuf,
    pending: Mutex<Pending>,
    wake: Condvar,
    /// How many calls have their end in the spool.
    ended: AtomicU64,
    /// Everything before this offset is on the disk.
    durable: AtomicU64,
    /// Everything before this offset is in the tables.
    shipped: AtomicU64,
    /// The last write failed: the spool takes no new call until a write succeeds.
    stuck: AtomicBool,
    grown: Notify,
    /// The queues of the workers, which learn of each write.
    queues: Mutex<Vec<Weak<queue::Queue>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Held locked for as long as the run lasts.
    lock: File,
}

/// The bytes that are written next.
#[derive(Debug, Default)]
struct Pending {
    bytes: Vec<u8>,
    /// The offset after `bytes`.
    end: u64,
    /// A caller has asked for them to be written.
    write_requested: bool,
    stopping: bool,
}

/// The error that the spool takes no new call: the disk is full, or too much waits for the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpoolFull;

impl Spool {
    /// Begins the spool of a new run.
    ///
    /// # Errors
    /// If its folder cannot be made or written to.
    pub(in crate::gateway) fn start(options: &SpoolOptions, gateway: GatewayId) -> io::Result<Self> {
        let files = &options.files;
        folder::make_folders(options, &options.folder)?;
        let folder = options.folder.join(gateway.to_string());
        let made = folder::make(options, &folder).and_then(|lock| {
            let writer = writer::Writer::new(options.clone(), folder.clone())?;
            Ok((lock, writer))
        });
        let (lock, writer) = made.inspect_err(|_| {
            // A run that never began leaves nothing; a folder that cannot be removed now is left to the next start.
            for folder in [&folder.with_extension(folder::NEW), &folder] {
                drop(files.remove_folder(folder));
            }
        })?;

        let spool = Self(Arc::new(Shared {
            gateway,
            options: options.clone(),
            folder,
            pending: Mutex::default(),
            wake: Condvar::new(),
            ended: AtomicU64::new(0),
            durable: AtomicU64::new(0),
            shipped: AtomicU64::new(0),
            stuck: AtomicBool::new(false),
            grown: Notify::new(),
            queues: Mutex::default(),
            writer: Mutex::default(),
            lock,
        }));

        let shared = Arc::clone(&spool.0);
        let thread = std::thread::Builder::new()
            .name("spool".into())
            .spawn(move || writer.run(&shared))?;
        *spool.0.writer.lock() = Some(thread);
        Ok(spool)
    }

    /// The run that it belongs to.
    pub(in crate::gateway) fn gateway(&self) -> GatewayId {
        self.0.gateway
    }

    /// A handle for one worker.
    pub(in crate::gateway) fn handle(&self) -> SpoolHandle {
        let queue = Arc::new(queue::Queue::new(self.clone()));
        let mut queues = self.0.queues.lock();
        queues.retain(|queue| queue.strong_count() > 0);
        queues.push(Arc::downgrade(&queue));
        SpoolHandle::new(queue)
    }

    /// Whether the spool takes no new call now: the disk is full, or too much waits for the database.
    pub(in crate::gateway) fn is_full(&self) -> bool {
        let waiting = self
            .0
            .durable
            .load(Ordering::Relaxed)
            .saturating_sub(self.0.shipped.load(Ordering::Relaxed));
        self.0.stuck.load(Ordering::Relaxed) || waiting > MOST
    }

    /// Adds an entry, and returns the offset after it. It is written at the next [`Spool::write`].
    fn add(&self, write: impl FnOnce(&mut Vec<u8>)) -> u64 {
        let mut pending = self.0.pending.lock();
        let before = pending.bytes.len();
        frame::write(&mut pending.bytes, write);
        pending.end += (pending.bytes.len() - before) as u64;
        pending.end
    }

    /// Adds how a call ended.
    fn add_end(&self, write: impl FnOnce(&mut Vec<u8>)) -> u64 {
        // Counted first: the tables never have more calls than were counted.
        self.0.ended.fetch_add(1, Ordering::Relaxed);
        self.add(write)
    }

    /// How many calls have their end in the spool.
    pub(in crate::gateway) fn ended(&self) -> u64 {
        self.0.ended.load(Ordering::Relaxed)
    }

    /// The pause before a failed step is tried again.
    pub(in crate::gateway) fn pause(&self) -> Duration {
        self.0.options.pause
    }

    /// Asks the writer to write everything that was added so far.
    pub(in crate::gateway) fn write(&self) {
        self.0.pending.lock().write_requested = true;
        self.0.wake.notify_one();
    }

    /// The offset after everything that was added so far.
    pub(in crate::gateway) fn end_offset(&self) -> u64 {
        self.0.pending.lock().end
    }

    /// Everything before this offset is on the disk.
    pub(in crate::gateway) fn durable_offset(&self) -> u64 {
        self.0.durable.load(Ordering::Acquire)
    }

    /// Waits until more is on the disk than at the last call.
    pub(in crate::gateway) async fn grown(&self) {
        self.0.grown.notified().await;
    }

    /// Wakes the task that waits in [`Spool::grown`].
    pub(in crate::gateway) fn nudge(&self) {
        self.0.grown.notify_one();
    }

    /// Notes that everything before this offset is in the tables.
    pub(in crate::gateway) fn shipped(&self, offset: u64) {
        self.0.shipped.store(offset, Ordering::Relaxed);
    }

    /// How many bytes are not in the tables yet.
    pub(in crate::gateway) fn waiting(&self) -> u64 {
        self.end_offset().saturating_sub(self.0.shipped.load(Ordering::Relaxed))
    }

    /// Whether the spool takes no new call, since the last write failed.
    pub(in crate::gateway) fn is_stuck(&self) -> bool {
        self.0.stuck.load(Ordering::Relaxed)
    }

    /// A reader of this run's segments.
    pub(in crate::gateway) fn reader(&self) -> Reader {
        Reader::new(self.0.options.files.clone(), self.0.folder.clone())
    }

    /// Removes the segments that end before this offset.
    pub(in crate::gateway) fn forget_before(&self, offset: u64) {
        segment::remove_before(&self.0.options.files, &self.0.folder, offset);
    }

    /// Writes the rest and ends the thread.
    pub(in crate::gateway) fn stop(&self) {
        self.0.pending.lock().stopping = true;
        self.0.wake.notify_one();

        let thread = self.0.writer.lock().take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("The writer of the spool did not end well");
        }
    }

    /// Unlocks the folder, since the run is over: another gateway may take it, though clones of this spool may still exist.
    pub(in crate::gateway) fn release_folder(&self) {
        if let Err(error) = self.0.lock.unlock() {
            tracing::warn!(%error, "The folder of the spool is still locked");
        }
    }

    /// Removes the folder, once all of it is in the tables.
    pub(in crate::gateway) fn remove(&self) {
        folder::remove(&self.0.options.files, &self.0.folder);
    }
}

#[cfg(test)]
mod tests;
