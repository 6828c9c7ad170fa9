//! What a reader makes of a spool that a crash cut off or a disk garbled.

use super::*;
use crate::gateway::files::Files;

/// Fills a folder as a run leaves it that never removes it: one call has ended and one has not.
fn left(folder: &Path) -> (CallStarted, CallEnded, CallStarted) {
    let spool = start(folder);
    let handle = spool.handle();
    let (first, second) = (started(), started());
    let end = ended(first.id);

    drop(handle.begin(&first).unwrap());
    drop(handle.begin(&second).unwrap());
    drop(handle.end(&end));
    spool.stop();
    (first, end, second)
}

fn segment_of(folder: &Path) -> PathBuf {
    let run = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    segment::all(&Files::default(), &run).unwrap().remove(0).1
}

/// The bytes that were written to a segment, without the zeros after them.
fn written(file: &Path) -> Vec<u8> {
    let mut bytes = std::fs::read(file).unwrap();
    let mut end = 0;
    while let frame::Frame::Whole(_, size) = frame::first(&bytes[end..]) {
        end += size;
    }
    assert!(end > 0 && bytes[end..].iter().all(|byte| *byte == 0));
    bytes.truncate(end);
    bytes
}

#[tokio::test]
async fn whatever_a_crash_cut_off_the_entries_before_it_are_read() {
    let folder = folder();
    let (first, end, second) = left(&folder);
    let whole = [
        Entry::Started(Box::new(first)),
        Entry::Started(Box::new(second)),
        Entry::Ended(Box::new(end)),
    ];
    let file = segment_of(&folder);
    let bytes = written(&file);

    for cut in (0..=bytes.len()).rev() {
        // The file ends there, or goes on with the zeros that it was filled with.
        for zeros in [0, 100] {
            let mut left = bytes[..cut].to_vec();
            left.resize(cut + zeros, 0);
            std::fs::write(&file, left).unwrap();

            let (entries, damaged) = read_left(&folder);

            assert_eq!(entries, whole[..entries.len()], "cut at {cut}");
            assert!(!damaged, "cut at {cut}");
            // The very last byte may be a zero itself.
            assert!(entries.len() == 3 || cut < bytes.len(), "cut at {cut}");
        }
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn what_is_garbled_is_noticed() {
    let folder = folder();
    left(&folder);
    let file = segment_of(&folder);
    let mut bytes = written(&file);
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    std::fs::write(&file, bytes).unwrap();

    let (entries, damaged) = read_left(&folder);

    assert!(entries.len() < 3 && damaged);
    std::fs::remove_dir_all(folder).unwrap();
}
