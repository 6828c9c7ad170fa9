//! The files of a spool: each is named by the place of its first byte, in hexadecimal.

use std::path::{Path, PathBuf};

/// A new segment is begun when one is so long.
pub(super) const LENGTH: u64 = 4 << 20;
const ENDING: &str = "log";

/// The file of the segment that begins at this place.
pub(super) fn path(folder: &Path, place: u64) -> PathBuf {
    folder.join(format!("{place:016x}.{ENDING}"))
}

/// The segments of a folder and where each begins, in order.
pub(super) fn all(folder: &Path) -> std::io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == ENDING)
            && let Some(place) = path.file_stem().and_then(|name| u64::from_str_radix(name.to_str()?, 16).ok())
        {
            found.push((place, path));
        }
    }
    found.sort();
    Ok(found)
}

/// Removes the segments that end before this place.
pub(super) fn remove_before(folder: &Path, place: u64) {
    let Ok(segments) = all(folder) else { return };
    for pair in segments.windows(2) {
        let [(_, path), (next, _)] = pair else { continue };
        if *next <= place
            && let Err(error) = std::fs::remove_file(path)
        {
            tracing::warn!(%error, "A segment of the spool that is in the tables could not be removed");
        }
    }
}
