//! The spool: a local, synced log in front of the database. What a call reserved is in it before the provider is asked, and
//! what it cost before the client sees the end of the answer; [`super::shipper`] moves it into the tables.
//!
//! A run of a gateway has a folder of its own, named by its [`GatewayId`], that it holds locked. Inside are segments, named
//! by the place of their first byte, of [`frame`]s that hold [`entry`]s. Places count from the beginning of the run.

mod disk;
mod entry;
mod frame;
mod handle;
mod read;
mod segment;
mod writer;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::Notify;

pub use entry::{CallEnded, CallStarted, Charges, Entry};
pub use handle::{Durable, NotWritten, SpoolHandle};
pub use read::{ReadError, Reader};

use crate::domain::GatewayId;
use crate::gateway::files::Files;
use crate::gateway::locks::lock;
use crate::gateway::options::SpoolOptions;

/// What waits for the database at most; beyond it no new call is taken.
const MOST: u64 = 256 << 20;
/// Ends the name of a folder that is being made.
const NEW: &str = "new";
/// Longer than that takes.
const BEGINS: Duration = Duration::from_secs(60);
/// Ends the name of a folder that is being removed.
const OVER: &str = "over";
/// Ends the name of a folder that is kept, since a part of it could not be read.
const DAMAGED: &str = "damaged";
/// The file that a run holds locked.
const LOCK: &str = "lock";

/// A spool that is being written. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Spool(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    gateway: GatewayId,
    options: SpoolOptions,
    /// Of this run.
    folder: PathBuf,
    pending: Mutex<Pending>,
    wake: Condvar,
    /// Calls of which the end was added.
    ended: AtomicU64,
    /// Everything before this place is on the disk.
    durable: AtomicU64,
    /// Everything before this place is in the tables.
    shipped: AtomicU64,
    /// The last write failed: no new call is taken until one succeeds.
    stuck: AtomicBool,
    grown: Notify,
    /// Those who are told of what is on the disk.
    handles: Mutex<Vec<Weak<handle::Shared>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Held locked for as long as the run lasts.
    lock: File,
}

/// What is to be written next.
#[derive(Debug, Default)]
struct Pending {
    bytes: Vec<u8>,
    /// The place after `bytes`.
    end: u64,
    /// Somebody asked for them to be written.
    write_requested: bool,
    stopping: bool,
}

/// The spool takes no new call: the disk is full, or too much waits for the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpoolFull;

impl Spool {
    /// Begins the spool of a new run.
    ///
    /// # Errors
    /// If its folder cannot be made or written to.
    pub(in crate::gateway) fn start(options: &SpoolOptions, gateway: GatewayId) -> io::Result<Self> {
        let files = &options.files;
        make_folders(options, &options.folder)?;
        let folder = options.folder.join(gateway.to_string());
        let (lock, writer) = Self::make(options, &folder).inspect_err(|_| {
            // A run that never began leaves nothing; what cannot be removed now is the next start's to remove.
            for folder in [&folder.with_extension(NEW), &folder] {
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
            handles: Mutex::default(),
            writer: Mutex::default(),
            lock,
        }));
        let shared = Arc::clone(&spool.0);
        let thread = std::thread::Builder::new()
            .name("spool".into())
            .spawn(move || writer.run(&shared))?;
        *crate::gateway::locks::lock(&spool.0.writer) = Some(thread);
        Ok(spool)
    }

    /// Makes a run's folder, with its lock and its first segment.
    fn make(options: &SpoolOptions, folder: &Path) -> io::Result<(File, writer::Writer)> {
        let files = &options.files;
        // Under another name until it is locked: a gateway that looks for what earlier runs left must not take it for that.
        let unlocked = folder.with_extension(NEW);
        files.make_folder(&unlocked)?;
        let lock = files.create(&unlocked.join(LOCK), false)?;
        if !files.lock(&lock)? {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        files.rename(&unlocked, folder)?;
        if options.synced {
            // Nothing is promised before the disk has the names of all that leads to it.
            files.sync_folder(folder)?;
            files.sync_folder(&options.folder)?;
        }
        Ok((lock, writer::Writer::new(options.clone(), folder.to_owned())?))
    }

    /// Which run it belongs to.
    pub(in crate::gateway) fn gateway(&self) -> GatewayId {
        self.0.gateway
    }

    /// A way to it for one worker.
    pub(in crate::gateway) fn handle(&self) -> SpoolHandle {
        let (handle, shared) = SpoolHandle::new(self.clone());
        let mut handles = lock(&self.0.handles);
        handles.retain(|handle| handle.strong_count() > 0);
        handles.push(shared);
        handle
    }

    /// Whether no new call can be taken now: the disk is full, or too much waits for the database.
    pub(in crate::gateway) fn is_full(&self) -> bool {
        let waiting = self
            .0
            .durable
            .load(Ordering::Relaxed)
            .saturating_sub(self.0.shipped.load(Ordering::Relaxed));
        self.0.stuck.load(Ordering::Relaxed) || waiting > MOST
    }

    /// Adds an entry, and says the place after it. It is written when somebody asks for it.
    fn add(&self, write: impl FnOnce(&mut Vec<u8>)) -> u64 {
        let mut pending = lock(&self.0.pending);
        let before = pending.bytes.len();
        frame::write(&mut pending.bytes, write);
        pending.end += (pending.bytes.len() - before) as u64;
        pending.end
    }

    /// Adds how a call ended.
    fn add_end(&self, write: impl FnOnce(&mut Vec<u8>)) -> u64 {
        // Counted first: at no moment is more in the tables than was counted.
        self.0.ended.fetch_add(1, Ordering::Relaxed);
        self.add(write)
    }

    /// Of how many calls the end was added.
    pub(in crate::gateway) fn ended(&self) -> u64 {
        self.0.ended.load(Ordering::Relaxed)
    }

    /// Pause before what failed is tried again.
    pub(in crate::gateway) fn pause(&self) -> Duration {
        self.0.options.pause
    }

    /// Asks for everything to be written that was added so far.
    pub(in crate::gateway) fn write(&self) {
        lock(&self.0.pending).write_requested = true;
        self.0.wake.notify_one();
    }

    /// The place after everything that was added so far.
    pub(in crate::gateway) fn end_offset(&self) -> u64 {
        lock(&self.0.pending).end
    }

    /// The place up to which everything is on the disk.
    pub(in crate::gateway) fn durable_offset(&self) -> u64 {
        self.0.durable.load(Ordering::Acquire)
    }

    /// Waits until more is on the disk than at the last call.
    pub(in crate::gateway) async fn grown(&self) {
        self.0.grown.notified().await;
    }

    /// Wakes whoever waits for growth.
    pub(in crate::gateway) fn nudge(&self) {
        self.0.grown.notify_one();
    }

    /// Notes that everything before this place is in the tables.
    pub(in crate::gateway) fn shipped(&self, offset: u64) {
        self.0.shipped.store(offset, Ordering::Relaxed);
    }

    /// Bytes that are not in the tables yet.
    pub(in crate::gateway) fn waiting(&self) -> u64 {
        self.end_offset().saturating_sub(self.0.shipped.load(Ordering::Relaxed))
    }

    /// Whether no new call is taken, since the last write failed.
    pub(in crate::gateway) fn is_stuck(&self) -> bool {
        self.0.stuck.load(Ordering::Relaxed)
    }

    /// A reader of this run's segments.
    pub(in crate::gateway) fn reader(&self) -> Reader {
        Reader::new(self.0.options.files.clone(), self.0.folder.clone())
    }

    /// Removes segments that hold nothing from this place on.
    pub(in crate::gateway) fn forget_before(&self, offset: u64) {
        segment::remove_before(&self.0.options.files, &self.0.folder, offset);
    }

    /// Writes what is left and ends the thread.
    pub(in crate::gateway) fn stop(&self) {
        lock(&self.0.pending).stopping = true;
        self.0.wake.notify_one();
        let thread = lock(&self.0.writer).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("The writer of the spool did not end well");
        }
    }

    /// The run is over: whoever finds the folder may have it, though clones of this spool may still be about.
    pub(in crate::gateway) fn release_folder(&self) {
        if let Err(error) = self.0.lock.unlock() {
            tracing::warn!(%error, "The folder of the spool is still locked");
        }
    }

    /// Removes the folder, once all of it is in the tables.
    pub(in crate::gateway) fn remove(&self) {
        remove(&self.0.options.files, &self.0.folder);
    }
}

/// A folder that an earlier run left, held locked now.
#[derive(Debug)]
pub struct Left {
    pub gateway: GatewayId,
    files: Files,
    folder: PathBuf,
    _lock: File,
}

impl Left {
    /// Removes the folder, once all of it is in the tables.
    pub(in crate::gateway) fn remove(&self) {
        remove(&self.files, &self.folder);
    }

    /// Keeps the folder under a name that no start looks at.
    pub(in crate::gateway) fn keep(&self) {
        let kept = self.folder.with_extension(DAMAGED);
        match self.files.rename(&self.folder, &kept) {
            Ok(()) => tracing::error!(folder = %kept.display(), "A damaged spool is kept"),
            Err(error) => tracing::error!(%error, "The folder of a damaged spool could not be renamed"),
        }
    }
}

/// The folders of runs that have ended without removing theirs.
pub fn left_behind(options: &SpoolOptions) -> io::Result<Vec<Left>> {
    let files = &options.files;
    let mut found = Vec::new();
    for folder in files.list(&options.folder)? {
        if folder.extension().is_some_and(|ending| ending == OVER) {
            // Whoever was at it may have got ahead, or been killed.
            drop(files.remove_folder(&folder));
            continue;
        }
        if folder.extension().is_some_and(|ending| ending == NEW) {
            // Its run was killed before it began, unless it begins at this moment.
            if files.age(&folder).is_ok_and(|age| age > BEGINS) {
                drop(files.remove_folder(&folder));
            }
            continue;
        }
        let name = folder.file_name().and_then(|name| name.to_str());
        let Some(gateway) = name.and_then(|name| name.parse().ok()) else {
            continue;
        };
        let lock = match files.open_lock(&folder.join(LOCK)) {
            Ok(lock) => lock,
            // A run ended or begins at this moment.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        // A run that lasts holds it; one that ends in order removes the folder before it lets go.
        if files.lock(&lock)? && files.exists(&folder.join(LOCK))? {
            found.push(Left {
                gateway,
                files: files.clone(),
                folder,
                _lock: lock,
            });
        }
    }
    found.sort_by_key(|left| left.gateway);
    Ok(found)
}

/// Removes a run's folder: under another name first, so that one of a run's name is always whole.
fn remove(files: &Files, folder: &Path) {
    let over = folder.with_extension(OVER);
    if let Err(error) = files.rename(folder, &over).and_then(|()| files.remove_folder(&over)) {
        tracing::warn!(%error, "A spool that is in the tables could not be removed");
    }
}

/// Makes a folder and those that lead to it, and waits until the disk has their names.
fn make_folders(options: &SpoolOptions, folder: &Path) -> io::Result<()> {
    let mut missing = Vec::new();
    for folder in folder.ancestors().filter(|folder| !folder.as_os_str().is_empty()) {
        if options.files.exists(folder)? {
            break;
        }
        missing.push(folder);
    }
    for folder in missing.into_iter().rev() {
        options.files.make_folder(folder)?;
        if options.synced {
            let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
            options.files.sync_folder(parent.unwrap_or(Path::new(".")))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
