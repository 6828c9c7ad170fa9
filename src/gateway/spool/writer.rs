//! The thread that writes the spool: takes all that has gathered, writes it, waits for the disk, and tells the lanes. While it
//! waits the next group gathers, so that many calls share one wait.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::disk::Disk;
use super::{Shared, lock, segment};

/// Kept free, so that calls in flight can be written down when the disk is full.
const RESERVE: u64 = 16 << 20;
/// Pause after a write failed.
const RETRY: Duration = Duration::from_millis(200);
/// How often a write is tried at the end of the program.
const LAST_TRIES: u32 = 5;

pub(super) struct Writer {
    folder: PathBuf,
    synced: bool,
    segment: Disk,
    /// Where the next byte goes, of the whole spool.
    place: u64,
    /// Whether the reserve is there.
    reserved: bool,
}

impl Writer {
    pub(super) fn new(folder: PathBuf, synced: bool) -> io::Result<Self> {
        let segment = Disk::begin(&folder, 0, synced)?;
        let mut writer = Self { folder, synced, segment, place: 0, reserved: false };
        if synced {
            writer.reserve()?;
        }
        Ok(writer)
    }

    pub(super) fn run(mut self, shared: &Shared) {
        let mut bytes = Vec::new();
        loop {
            let stopping = {
                let mut pending = lock(&shared.pending);
                while !pending.asked && !pending.stopping {
                    pending = shared.wake.wait(pending).unwrap_or_else(PoisonError::into_inner);
                }
                pending.asked = false;
                std::mem::swap(&mut bytes, &mut pending.bytes);
                pending.stopping
            };
            if bytes.is_empty() {
                if stopping {
                    return;
                }
                continue;
            }
            if !self.write_surely(shared, &bytes) {
                return;
            }
            bytes.clear();
            shared.durable.store(self.place, Ordering::Release);
            for lane in &*lock(&shared.lanes) {
                if let Some(lane) = lane.upgrade() {
                    lane.tell();
                }
            }
            shared.grown.notify_one();
        }
    }

    /// Writes a group, however often it takes; while the program stops, only a few times.
    fn write_surely(&mut self, shared: &Shared, bytes: &[u8]) -> bool {
        let mut last_tries = 0;
        while let Err(error) = self.write(bytes) {
            if !shared.stuck.swap(true, Ordering::Relaxed) {
                tracing::error!(%error, "The spool cannot be written; no new call is taken until it can");
            }
            // It may be told to stop in the middle of this.
            if lock(&shared.pending).stopping {
                last_tries += 1;
                if last_tries == LAST_TRIES {
                    tracing::error!(%error, bytes = bytes.len(), "The end of the spool could not be written and is lost");
                    return false;
                }
            }
            if self.reserved && error.kind() == io::ErrorKind::StorageFull {
                self.reserved = false;
                drop(std::fs::remove_file(self.folder.join("reserve")));
                continue;
            }
            std::thread::sleep(RETRY);
        }
        // The reserve comes first: a call is only taken if its end can be written down too.
        if shared.stuck.load(Ordering::Relaxed) && (!self.synced || self.reserved || self.reserve().is_ok()) {
            shared.stuck.store(false, Ordering::Relaxed);
            tracing::info!("The spool can be written again");
        }
        true
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let more = bytes.len() as u64;
        let length = self.segment.length();
        if length > 0 && length + more > segment::LENGTH {
            self.segment = Disk::begin(&self.folder, self.place, self.synced)?;
        }
        self.segment.append(bytes)?;
        self.place += more;
        Ok(())
    }

    fn reserve(&mut self) -> io::Result<()> {
        let path = self.folder.join("reserve");
        let made = File::create(&path).and_then(|mut file| {
            // Really written: a file of holes takes no space.
            io::copy(&mut io::Read::take(io::repeat(0), RESERVE), &mut file)?;
            file.sync_all()
        });
        if made.is_err() {
            drop(std::fs::remove_file(path));
        }
        made?;
        self.reserved = true;
        Ok(())
    }
}
