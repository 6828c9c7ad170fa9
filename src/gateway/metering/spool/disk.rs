//! A segment as it is written: in whole blocks of the disk, past the cache of the system where it lets us. That is a third less
//! work for each write, and no memory is taken for what nobody reads soon.

use std::fs::File;
use std::io;
use std::path::Path;

use super::segment;
use crate::gateway::files::Files;
use crate::gateway::options::SpoolOptions;

/// A multiple of the block of any disk that is about, in bytes.
const BLOCK: usize = 4096;
/// Zeros that are written at once.
const ZEROS: usize = 256 << 10;

/// A segment that is being written.
pub(super) struct Disk {
    files: Files,
    file: File,
    synced: bool,
    /// How many bytes it holds.
    length: u64,
    /// Begins with what the last block holds: that block is written again, with what follows it.
    blocks: Blocks,
}

impl Disk {
    /// Begins a segment, whose name is on the disk when this returns. It is filled with zeros, so that a write changes nothing
    /// but the bytes it is about: the disk then has one thing to wait for, not three.
    pub(super) fn begin(options: &SpoolOptions, folder: &Path, offset: u64) -> io::Result<Self> {
        let (files, path) = (options.files.clone(), segment::path(folder, offset));
        let file = if options.synced {
            // Some file systems refuse when it is opened, some when it is written.
            let file = filled(options, &path, true).or_else(|error| match error.kind() {
                io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported => filled(options, &path, false),
                _ => Err(error),
            })?;
            files.sync_folder(folder)?;
            file
        } else {
            files.create(&path, false)?
        };
        Ok(Self {
            files,
            file,
            synced: options.synced,
            length: 0,
            blocks: Blocks::default(),
        })
    }

    /// How many bytes it holds.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Writes after what it holds, and waits for the disk. What a failed try has left there is written over by the next.
    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let kept = last_block(self.length);
        self.blocks.set(kept, bytes);
        self.files.seek(&mut self.file, self.length - kept as u64)?;
        self.files.write(&mut self.file, self.blocks.padded())?;
        if self.synced {
            self.files.sync_data(&self.file)?;
        }
        self.length += bytes.len() as u64;
        self.blocks.keep(last_block(self.length));
        Ok(())
    }
}

/// How many bytes the last block of so many holds.
fn last_block(length: u64) -> usize {
    usize::try_from(length % BLOCK as u64).unwrap_or_default()
}

fn filled(options: &SpoolOptions, path: &Path, direct: bool) -> io::Result<File> {
    let mut file = options.files.create(path, direct)?;
    let mut zeros = Blocks::default();
    let mut left = usize::try_from(options.segment).unwrap_or(usize::MAX);
    while left > 0 {
        let more = left.min(ZEROS);
        zeros.set(0, &vec![0; more]);
        options.files.write(&mut file, zeros.padded())?;
        left -= more;
    }
    options.files.sync_all(&file)?;
    Ok(file)
}

/// Bytes that begin where a block of memory does, as a disk wants them that reads them by itself.
#[derive(Default)]
struct Blocks {
    memory: Vec<u8>,
    /// Where in `memory` they begin.
    start: usize,
    length: usize,
}

impl Blocks {
    /// Keeps so many of the bytes and adds others after them.
    fn set(&mut self, kept: usize, more: &[u8]) {
        let length = kept + more.len();
        if self.memory.len() < self.start + length.next_multiple_of(BLOCK) {
            let mut other = Self::of(length);
            other.put(0, self.bytes(kept));
            *self = other;
        }
        self.put(kept, more);
        self.length = length;
    }

    /// Room for so many bytes.
    fn of(length: usize) -> Self {
        let memory = vec![0; length.next_multiple_of(BLOCK) + BLOCK];
        let address = memory.as_ptr().addr();
        Self {
            start: address.next_multiple_of(BLOCK) - address,
            memory,
            length: 0,
        }
    }

    fn bytes(&self, count: usize) -> &[u8] {
        self.memory.get(self.start..self.start + count).unwrap_or_default()
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        let at = self.start + at;
        if let Some(there) = self.memory.get_mut(at..at + bytes.len()) {
            there.copy_from_slice(bytes);
        }
    }

    /// All of them, and zeros up to the end of the last block.
    fn padded(&mut self) -> &[u8] {
        let whole = self.length.next_multiple_of(BLOCK);
        if let Some(rest) = self.memory.get_mut(self.start + self.length..self.start + whole) {
            rest.fill(0);
        }
        self.bytes(whole)
    }

    /// Keeps so many bytes from the last block only.
    fn keep(&mut self, count: usize) {
        let from = self.start + self.length - count;
        if from + count <= self.memory.len() {
            self.memory.copy_within(from..from + count, self.start);
        }
        self.length = count;
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::*;
    use crate::gateway::options::SEGMENT_LENGTH;
    use crate::random;

    fn name() -> String {
        format!("crossmodel-disk-{:032x}", u128::from_le_bytes(random::bytes()))
    }

    fn begin(folder: &Path, synced: bool) -> Disk {
        Disk::begin(
            &SpoolOptions {
                synced,
                ..SpoolOptions::new(folder.to_owned())
            },
            folder,
            0,
        )
        .unwrap()
    }

    fn folder() -> PathBuf {
        let folder = std::env::temp_dir().join(name());
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_segment_holds_what_was_written_to_it_and_zeros_after_it(
            groups in prop::collection::vec(prop::collection::vec(1_u8.., 1..10_000), 1..12), synced: bool,
        ) {
            let folder = folder();
            let mut disk = begin(&folder, synced);
            let mut whole = Vec::new();

            for group in &groups {
                disk.append(group).unwrap();
                whole.extend_from_slice(group);

                let read = std::fs::read(segment::path(&folder, 0)).unwrap();
                prop_assert_eq!(disk.length(), whole.len() as u64);
                prop_assert_eq!(&read[..whole.len()], whole.as_slice());
                prop_assert!(read[whole.len()..].iter().all(|byte| *byte == 0));
                prop_assert!(!synced || read.len() as u64 == SEGMENT_LENGTH);
            }
            std::fs::remove_dir_all(folder).unwrap();
        }

        #[test]
        fn bytes_for_a_disk_begin_where_a_block_does(first in 1_usize..20_000, more in 1_usize..20_000) {
            let mut blocks = Blocks::default();
            blocks.set(0, &vec![1; first]);
            let kept = last_block(first as u64);
            blocks.keep(kept);
            blocks.set(kept, &vec![2; more]);

            let padded = blocks.padded();
            prop_assert_eq!(padded.as_ptr().addr() % BLOCK, 0);
            prop_assert_eq!(padded.len(), (kept + more).next_multiple_of(BLOCK));
            prop_assert!(padded[..kept].iter().all(|byte| *byte == 1));
            prop_assert!(padded[kept..kept + more].iter().all(|byte| *byte == 2));
            prop_assert!(padded[kept + more..].iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    fn a_group_longer_than_a_segment_is_held_whole() {
        let folder = folder();
        let group: Vec<u8> = (0..SEGMENT_LENGTH + 5_000).map(|n| (n % 251) as u8 + 1).collect();
        let mut disk = begin(&folder, true);

        disk.append(&group).unwrap();
        disk.append(b"and on").unwrap();

        let read = std::fs::read(segment::path(&folder, 0)).unwrap();
        assert!(read.starts_with(&[group.as_slice(), b"and on"].concat()));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn where_the_cache_cannot_be_passed_it_is_not() {
        // A file system in memory has nothing else.
        let folder = PathBuf::from("/dev/shm").join(name());
        if std::fs::create_dir(&folder).is_err() {
            return;
        }

        let mut disk = begin(&folder, true);
        disk.append(b"some").unwrap();

        assert!(std::fs::read(segment::path(&folder, 0)).unwrap().starts_with(b"some\0"));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
