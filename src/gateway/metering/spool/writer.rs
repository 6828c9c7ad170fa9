//! The thread that writes the spool. It takes all entries that have gathered, writes them, waits for the disk, and notifies the
//! queues of the workers. While it waits the next group gathers, so that many calls share one wait.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Shared;
use super::disk::Disk;
use crate::gateway::options::SpoolOptions;

/// The pause after a write that failed.
const RETRY: Duration = Duration::from_millis(200);
/// How often the last write is tried at the end of the program.
const LAST_TRIES: u32 = 5;
/// So many bytes of the reserve are written at once.
const ZEROS: usize = 256 << 10;

pub(super) struct Writer {
    options: SpoolOptions,
    folder: PathBuf,
    segment: Disk,
    /// The offset of the next byte.
    offset: u64,
    /// Whether the file with the reserve exists.
    reserved: bool,
}

impl Writer {
    pub(super) fn new(options: SpoolOptions, folder: PathBuf) -> io::Result<Self> {
        let segment = Disk::begin(&options, &folder, 0)?;
        let mut writer = Self {
            options,
            folder,
            segment,
            offset: 0,
            reserved: false,
        };
        if writer.options.synced {
            writer.reserve()?;
        }
        Ok(writer)
    }

    pub(super) fn run(mut self, shared: &Shared) {
        let mut bytes = Vec::new();
        loop {
            let stopping = self.wait(shared, &mut bytes);
            if bytes.is_empty() {
                if stopping {
                    return;
                }
                self.unstick(shared);
                continue;
            }

            if !self.write_surely(shared, &bytes) {
                return;
            }
            bytes.clear();
            shared.durable.store(self.offset, Ordering::Release);
            for queue in &*shared.queues.lock() {
                if let Some(queue) = queue.upgrade() {
                    queue.notify();
                }
            }
            shared.grown.notify_one();
        }
    }

    /// Writes a group, and tries again until that succeeds; while the program stops, only a few times. False if the group is
    /// lost.
    fn write_surely(&mut self, shared: &Shared, bytes: &[u8]) -> bool {
        let mut last_tries = 0;
        while let Err(error) = self.write(bytes) {
            if !shared.stuck.swap(true, Ordering::Relaxed) {
                tracing::error!(%error, "The spool cannot be written; no new call is taken until it can");
            }
            // The program may begin to stop in the middle of this.
            if shared.pending.lock().stopping {
                last_tries += 1;
                if last_tries == LAST_TRIES {
                    tracing::error!(%error, bytes = bytes.len(), "The end of the spool could not be written and is lost");
                    return false;
                }
            }
            if self.reserved && error.kind() == io::ErrorKind::StorageFull {
                self.reserved = false;
                drop(self.options.files.remove_file(&self.folder.join("reserve")));
                continue;
            }
            std::thread::sleep(RETRY);
        }

        self.unstick(shared);
        true
    }

    /// Takes calls again after a write has succeeded. The reserve comes first: the spool takes a call only if its end can be
    /// written too.
    fn unstick(&mut self, shared: &Shared) {
        if shared.stuck.load(Ordering::Relaxed) && (!self.options.synced || self.reserved || self.reserve().is_ok()) {
            shared.stuck.store(false, Ordering::Relaxed);
            tracing::info!("The spool can be written again");
        }
    }

    /// Waits until a caller asks for a write, and takes the bytes. True if the program stops. While the spool is stuck for want
    /// of the reserve it does not wait long: no caller asks for a write until there is a reserve.
    fn wait(&self, shared: &Shared, bytes: &mut Vec<u8>) -> bool {
        let mut pending = shared.pending.lock();

        while !pending.write_requested && !pending.stopping {
            if shared.stuck.load(Ordering::Relaxed) {
                shared.wake.wait_for(&mut pending, RETRY);
                break;
            }
            shared.wake.wait(&mut pending);
        }

        if pending.write_requested || pending.stopping {
            pending.write_requested = false;
            std::mem::swap(bytes, &mut pending.bytes);
        }
        pending.stopping
    }

    /// Writes a group to the segment, or to the next one if it does not fit.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let more = bytes.len() as u64;
        let length = self.segment.length();
        if length > 0 && length + more > self.options.segment {
            self.segment = Disk::begin(&self.options, &self.folder, self.offset)?;
        }

        self.segment.append(bytes)?;
        self.offset += more;
        Ok(())
    }

    /// Makes the file that keeps space free for the ends of open calls.
    fn reserve(&mut self) -> io::Result<()> {
        let (files, path) = (&self.options.files, self.folder.join("reserve"));
        let made = files.create(&path, false).and_then(|mut file| {
            // The zeros are really written: a file of holes takes no space.
            let mut left = self.options.reserve;
            while left > 0 {
                let more = left.min(ZEROS);
                files.write(&mut file, &vec![0; more])?;
                left -= more;
            }
            files.sync_all(&file)
        });

        if made.is_err() {
            drop(files.remove_file(&path));
        }
        made?;
        self.reserved = true;
        Ok(())
    }
}
