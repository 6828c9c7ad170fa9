//! The files of a spool: the segments, each named by the offset of its first byte, in hexadecimal.

use std::io;
use std::path::{Path, PathBuf};

use crate::gateway::files::Files;

const ENDING: &str = "log";

/// The file of the segment that begins at this offset.
pub(super) fn path(folder: &Path, offset: u64) -> PathBuf {
    folder.join(format!("{offset:016x}.{ENDING}"))
}

/// The segments of a folder with their offsets, in order.
pub(super) fn all(files: &Files, folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for path in files.list(folder)? {
        if path.extension().is_some_and(|ending| ending == ENDING)
            && let Some(offset) = path
                .file_stem()
                .and_then(|name| u64::from_str_radix(name.to_str()?, 16).ok())
        {
            found.push((offset, path));
        }
    }
    found.sort();
    Ok(found)
}

/// Removes the segments that end before this offset. One that cannot be removed is tried again the next time.
pub(super) fn remove_before(files: &Files, folder: &Path, offset: u64) {
    let removed = all(files, folder).and_then(|segments| {
        for pair in segments.windows(2) {
            let [(_, path), (next, _)] = pair else { continue };
            if *next <= offset {
                files.remove_file(path)?;
            }
        }
        Ok(())
    });

    if let Err(error) = removed {
        tracing::warn!(%error, "A segment of the spool that is in the tables could not be removed");
    }
}
