//! Settings of the spool.

use std::path::PathBuf;
use std::time::Duration;

use crate::gateway::files::Files;

/// A new segment is begun when one is so long, in bytes.
pub const SEGMENT_LENGTH: u64 = 4 << 20;

/// Where the spool is, and how it is written.
#[derive(Clone, Debug)]
pub struct SpoolOptions {
    /// The folder that the runs of this gateway have their own folders in. Several gateways may share it.
    pub folder: PathBuf,
    /// Whether every write waits for the disk. Off only in tests, which do not pull the plug.
    pub synced: bool,
    /// How the file system is reached.
    pub(in crate::gateway) files: Files,
    /// A new segment is begun when one is so long, in bytes.
    pub(in crate::gateway) segment: u64,
    /// Kept free, in bytes, so that calls in flight can be written down when the disk is full.
    pub(in crate::gateway) reserve: usize,
    /// Pause before what failed is tried again: reading the spool, and writing what it holds into the tables.
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
