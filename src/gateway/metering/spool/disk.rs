//! Writes a segment: in whole blocks of the disk, past the cache of the system where that is possible. Each write is a third less
//! work then, and no memory caches bytes that are not read soon.

use std::fs::File;
use std::io;
use std::path::Path;

use super::blocks::{BLOCK, Blocks};
use super::segment;
use crate::gateway::files::Files;
use crate::gateway::options::SpoolOptions;

/// So many zeros are written at once.
const ZEROS: usize = 256 << 10;

/// A segment that is being written.
pub(super) struct Disk {
    files: Files,
    file: File,
    synced: bool,
    /// How many bytes were written to it.
    length: u64,
    /// Begins with the bytes of the last block: that block is written again, with the bytes that follow.
    blocks: Blocks,
}

impl Disk {
    /// Begins a segment, whose name is on the disk when this returns. It is filled with zeros, so that a write changes only its
    /// own bytes: the disk then has one thing to sync, not three.
    pub(super) fn begin(options: &SpoolOptions, folder: &Path, offset: u64) -> io::Result<Self> {
        let (files, path) = (options.files.clone(), segment::path(folder, offset));
        let file = if options.synced {
            // Some file systems refuse direct writes when the file is opened, some when it is written.
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

    /// How many bytes were written to it, without the zeros after them.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Writes bytes at the end, and waits for the disk. Bytes of a failed try are overwritten by the next one.
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

/// How many bytes the last block has after so many bytes.
fn last_block(length: u64) -> usize {
    usize::try_from(length % BLOCK as u64).unwrap_or_default()
}

/// A file full of zeros, on the disk.
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
