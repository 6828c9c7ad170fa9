//! Settings of the spool.

use std::path::PathBuf;
use std::time::Duration;

use crate::gateway::files::Files;

/// The length of a segment of the spool, in bytes; beyond it the writer begins the next segment.
pub const SEGMENT_LENGTH: u64 = 4 << 20;

/// Where the spool is, and how it is written.
#[derive(Clone, Debug)]
pub struct SpoolOptions {
    /// Each run of this gateway has a folder in this one. Several gateways may share it.
    pub folder: PathBuf,
    /// Whether every write waits for the disk. Off only in tests that do not cut the power.
    pub synced: bool,
    /// How the file system is reached.
    pub(in crate::gateway) files: Files,
    /// The length of a segment, in bytes; beyond it the writer begins the next one.
    pub(in crate::gateway) segment: u64,
    /// So many bytes are reserved on the disk, so that the ends of open calls can be written when it is full.
    pub(in crate::gateway) reserve: usize,
    /// The pause before a failed read of the spool, or a failed write into the tables, is tried again.
    pub(in crate::gateway) pause: Duration,
}

impl SpoolOptions {
    /// The usual options for a spool in that folder: every write waits for the disk.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            synced: true,
            files: Files::default(),
            segment: SEGMENT_LENGTH,
            reserve: 16 << 20,
            pause: Duration::from_secs(1),
        }
    }
}
