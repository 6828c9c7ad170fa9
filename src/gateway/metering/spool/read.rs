//! Reads a spool: this run's as it grows, or one that an earlier run left. After a failure a reader stays at its offset, and the
//! next read goes on from there.

use std::fs::File;
use std::io;
use std::path::PathBuf;

use super::entry::{self, Entry};
use super::frame::{self, Frame};
use super::segment;
use crate::gateway::files::Files;

/// So many bytes are read at once.
const AT_ONCE: u64 = 256 << 10;

/// Reads the entries of one run in order.
#[derive(Debug)]
pub struct Reader {
    files: Files,
    folder: PathBuf,
    of: Run,
    /// Everything before this offset was returned.
    offset: u64,
    open: Option<(u64, File)>,
    /// The bytes from `offset` on that are already read.
    ready: Vec<u8>,
    damaged: bool,
}

/// Which run's spool is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Run {
    /// This run's. Everything before the offset up to which it is read is on the disk. If an entry is not found there, that is
    /// an error, and nothing is skipped.
    This,
    /// An earlier run's. It ends somewhere, and a part that cannot be read is skipped.
    Earlier,
}

/// Entries, each with the offset after it.
pub type Entries = Vec<(Entry, u64)>;

/// Why a spool could not be read on.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the files of the spool cannot be read: {0}")]
    Io(#[from] io::Error),
    #[error("the spool ends at offset {offset}, though it was written up to offset {until}")]
    Ends { offset: u64, until: u64 },
    #[error("the spool holds no entry that can be read at offset {offset}")]
    Garbled { offset: u64 },
}

impl Reader {
    /// A reader of this run's folder, from the beginning.
    pub(super) fn new(files: Files, folder: PathBuf) -> Self {
        Self {
            files,
            folder,
            of: Run::This,
            offset: 0,
            open: None,
            ready: Vec::new(),
            damaged: false,
        }
    }

    /// A reader of a folder that an earlier run left, from its first segment on.
    pub fn of_left(left: &super::Left) -> io::Result<Self> {
        let mut reader = Self::new(left.files.clone(), left.folder.clone());
        reader.of = Run::Earlier;
        reader.offset = segment::all(&left.files, &left.folder)?
            .first()
            .map_or(0, |(offset, _)| *offset);
        Ok(reader)
    }

    /// Whether a part of an earlier run's spool could not be read, and was skipped.
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// The next entries before the offset `until`, about a quarter of a megabyte; none once `until` is reached.
    pub fn next(&mut self, until: u64) -> Result<Entries, ReadError> {
        let read = self.read(until);
        if read.is_err() {
            // The next read opens the segment again, at the same offset.
            self.open = None;
            self.ready.clear();
        }
        read
    }

    /// Returns entries or fails, never both: an entry that was taken is returned.
    fn read(&mut self, until: u64) -> Result<Entries, ReadError> {
        while self.offset < until {
            let more = self.fill(until)?;
            let entries = self.take();
            if !entries.is_empty() {
                return Ok(entries);
            }

            let next = frame::first(&self.ready);
            if self.of == Run::This && matches!(next, Frame::Garbled | Frame::Whole(..)) {
                return Err(ReadError::Garbled { offset: self.offset });
            }
            if more && next != Frame::End {
                continue;
            }
            if !self.begin_next_segment(until)? {
                break;
            }
        }
        Ok(Vec::new())
    }

    /// Goes on in the next segment, if there is one.
    fn begin_next_segment(&mut self, until: u64) -> Result<bool, ReadError> {
        // The segment is at its end, or the next bytes are no frame. In the last segment a crash has cut them off; in any other
        // segment entries were lost. A frame never goes on in the next segment.
        let next = frame::first(&self.ready);
        let whole = next == Frame::End || self.ready.iter().all(|byte| *byte == 0);
        let cut = next == Frame::Garbled && self.frames_follow();
        let following = self.next_segment()?;

        if self.of == Run::This && (!whole || following != Some(self.offset)) {
            return Err(ReadError::Ends {
                offset: self.offset,
                until,
            });
        }

        self.damaged |= cut;
        let Some(following) = following else {
            // A later read opens the segment again, if more is expected in it.
            self.open = None;
            return Ok(false);
        };

        // Each segment begins where the one before ends.
        self.damaged |= !whole || following != self.offset;
        self.offset = following;
        self.open = None;
        self.ready.clear();
        Ok(true)
    }

    /// Whether a frame follows the bytes that are none.
    fn frames_follow(&self) -> bool {
        (1..self.ready.len())
            .any(|at| matches!(frame::first(self.ready.get(at..).unwrap_or_default()), Frame::Whole(..)))
    }

    /// Takes the entries of all whole frames that were read. This run's reader stops before an entry that it cannot read.
    fn take(&mut self) -> Entries {
        let (mut entries, mut taken) = (Vec::new(), 0);
        while let Frame::Whole(payload, size) = frame::first(self.ready.get(taken..).unwrap_or_default()) {
            let entry = entry::read(payload);
            if entry.is_none() && self.of == Run::This {
                break;
            }
            taken += size;
            self.offset += size as u64;
            match entry {
                Some(entry) => entries.push((entry, self.offset)),
                None => self.damaged = true,
            }
        }

        self.ready.drain(..taken);
        entries
    }

    /// Reads on, but not beyond `until`: later bytes may not be on the disk, and may still be overwritten. False if there are no
    /// more bytes.
    fn fill(&mut self, until: u64) -> io::Result<bool> {
        let (start, mut file) = match self.open.take() {
            Some(open) => open,
            None => {
                let segments = segment::all(&self.files, &self.folder)?;
                let Some((start, path)) = segments.into_iter().rev().find(|(start, _)| *start <= self.offset) else {
                    return Ok(false);
                };
                let mut file = self.files.open(&path)?;
                self.files.seek(&mut file, self.offset - start)?;
                self.ready.clear();
                (start, file)
            }
        };

        let before = self.ready.len();
        let left = until.saturating_sub(self.offset).saturating_sub(before as u64);
        self.files.read(&mut file, left.min(AT_ONCE), &mut self.ready)?;
        self.open = Some((start, file));
        Ok(self.ready.len() > before)
    }

    /// Where the segment after the open one begins.
    fn next_segment(&self) -> io::Result<Option<u64>> {
        let Some((start, _)) = &self.open else { return Ok(None) };
        Ok(segment::all(&self.files, &self.folder)?
            .into_iter()
            .map(|(offset, _)| offset)
            .find(|offset| offset > start))
    }
}
