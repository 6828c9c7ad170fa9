//! Reads a spool: this run's as it grows, or one that an earlier run left.

use std::fs::File;
use std::io::{self, Read as _, Seek, SeekFrom};
use std::path::PathBuf;

use super::entry::{self, Entry};
use super::frame::{self, Frame};
use super::segment;

/// Bytes that are read at once.
const AT_ONCE: u64 = 256 << 10;

/// Where a reader stands.
#[derive(Debug)]
pub(in super::super) struct Reader {
    folder: PathBuf,
    place: u64,
    open: Option<(u64, File)>,
    /// Bytes from `place` on that were read already.
    ready: Vec<u8>,
}

/// What was read.
#[derive(Debug, Default)]
pub(in super::super) struct Read {
    /// Each entry and the place after it.
    pub entries: Vec<(Entry, u64)>,
    /// Something between them could not be read, and was passed over.
    pub damaged: bool,
}

impl Reader {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, place: 0, open: None, ready: Vec::new() }
    }

    /// A reader of a folder that an earlier run left, from its first segment on.
    pub(in super::super) fn of_left(left: &super::Left) -> io::Result<Self> {
        let mut reader = Self::new(left.folder.clone());
        reader.place = segment::all(&left.folder)?.first().map_or(0, |(place, _)| *place);
        Ok(reader)
    }

    /// The next entries before this place, about a quarter of a megabyte of them; none at its end.
    pub(in super::super) fn next(&mut self, until: u64) -> io::Result<Read> {
        let mut read = Read::default();
        while read.entries.is_empty() && self.place < until {
            let more = self.fill(until)?;
            self.take(&mut read);
            let next = frame::first(&self.ready);
            if !read.entries.is_empty() || (more && next != Frame::End) {
                continue;
            }
            // The segment is at its end, or what follows in it is no frame. At the end of everything that is what a crash
            // cut off; anywhere else something was lost. A frame never goes on in the next segment.
            let garbled = next == Frame::Garbled;
            let whole = self.ready.is_empty() || next == Frame::End;
            read.damaged |= garbled && self.frames_follow();
            let Some(next) = self.next_segment()? else {
                // Should more be expected here, it is looked for anew.
                self.open = None;
                break;
            };
            // Each segment begins where the one before ends.
            read.damaged |= !whole || next != self.place;
            self.place = next;
            self.open = None;
            self.ready.clear();
        }
        Ok(read)
    }

    /// Whether there is a frame after what is none.
    fn frames_follow(&self) -> bool {
        (1..self.ready.len())
            .any(|at| matches!(frame::first(self.ready.get(at..).unwrap_or_default()), Frame::Whole(..)))
    }

    /// Takes the whole frames of what was read.
    fn take(&mut self, read: &mut Read) {
        let mut taken = 0;
        while let Frame::Whole(payload, size) = frame::first(self.ready.get(taken..).unwrap_or_default()) {
            taken += size;
            self.place += size as u64;
            match entry::read(payload) {
                Some(entry) => read.entries.push((entry, self.place)),
                None => read.damaged = true,
            }
        }
        self.ready.drain(..taken);
    }

    /// Reads on, not beyond `until`: what comes after it may not be on the disk, and may yet be taken back. Whether there was
    /// more.
    fn fill(&mut self, until: u64) -> io::Result<bool> {
        let (start, mut file) = match self.open.take() {
            Some(open) => open,
            None => {
                let segments = segment::all(&self.folder)?;
                let Some((start, path)) = segments.into_iter().rev().find(|(start, _)| *start <= self.place) else {
                    return Ok(false);
                };
                let mut file = File::open(path)?;
                file.seek(SeekFrom::Start(self.place - start))?;
                self.ready.clear();
                (start, file)
            }
        };
        let before = self.ready.len();
        let left = until.saturating_sub(self.place).saturating_sub(before as u64);
        file.by_ref().take(left.min(AT_ONCE)).read_to_end(&mut self.ready)?;
        self.open = Some((start, file));
        Ok(self.ready.len() > before)
    }

    /// Where the segment after the open one begins.
    fn next_segment(&self) -> io::Result<Option<u64>> {
        let Some((start, _)) = &self.open else { return Ok(None) };
        Ok(segment::all(&self.folder)?.into_iter().map(|(place, _)| place).find(|place| place > start))
    }
}
