//! What the reader and the writer do when the file system fails.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::gateway::files::{Faults, FileOperation, Files};

#[tokio::test]
async fn a_reader_that_fails_anywhere_goes_on_where_it_was() {
    let folder = folder();
    let options = SpoolOptions {
        segment: 4096,
        ..SpoolOptions::new(folder.clone())
    };
    let spool = Spool::start(&options, GatewayId::new(NOW, random::bytes())).unwrap();
    let (handle, calls) = (spool.handle(), [(); 60].map(|()| started()));
    for call in &calls {
        handle.begin(call).unwrap().await.unwrap();
    }
    let until = spool.durable_offset();

    for operation in [
        FileOperation::List,
        FileOperation::Open,
        FileOperation::Seek,
        FileOperation::Read,
    ] {
        for nth in 1.. {
            let faults = Arc::new(Faults::at(operation, nth, 2, libc::EIO));
            let files = Files {
                faults: Some(Arc::clone(&faults)),
            };
            let mut reader = Reader::new(files, spool.0.folder.clone());
            let (mut read, mut failed) = (Vec::new(), 0);

            loop {
                match reader.next(until) {
                    Ok(entries) if entries.is_empty() => break,
                    Ok(entries) => read.extend(entries.into_iter().map(|(entry, _)| entry)),
                    Err(error) => {
                        assert!(matches!(error, ReadError::Io(_)), "{error}");
                        failed += 1;
                    }
                }
            }

            assert_eq!(
                read,
                calls.clone().map(|call| Entry::Started(Box::new(call))),
                "{operation:?} {nth}"
            );
            assert_eq!(failed, faults.struck(), "{operation:?} {nth}");
            if failed == 0 {
                assert!(nth > 3, "there were several segments");
                break;
            }
        }
    }
    spool.stop();
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_segment_that_has_no_room_for_the_head_of_a_frame_is_whole() {
    let folder = folder();
    let options = SpoolOptions {
        segment: 4096,
        ..SpoolOptions::new(folder.clone())
    };
    for left in 0..10 {
        let spool = Spool::start(&options, GatewayId::new(NOW, random::bytes())).unwrap();
        let handle = spool.handle();
        handle
            .begin(&CallStarted {
                requested: String::new(),
                ..started()
            })
            .unwrap()
            .await
            .unwrap();
        // The length of a long name takes two bytes instead of one.
        let name = 4096 - left - 2 * spool.durable_offset() as usize - 1;
        handle
            .begin(&CallStarted {
                requested: "x".repeat(name),
                ..started()
            })
            .unwrap()
            .await
            .unwrap();
        assert_eq!(spool.durable_offset(), 4096 - left as u64);

        handle.begin(&started()).unwrap().await.unwrap();

        let (entries, damaged) = read_all(spool.reader(), spool.durable_offset());

        assert_eq!((entries.len(), damaged), (3, false), "{left} bytes left");

        spool.stop();
        spool.release_folder();
        let (entries, damaged) = read_left(&folder);
        assert_eq!((entries.len(), damaged), (3, false), "{left} bytes left");
        spool.remove();
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_spool_that_ends_too_early_is_an_error_each_time() {
    let folder = folder();
    let spool = start(&folder);
    let (handle, call) = (spool.handle(), started());
    handle.begin(&call).unwrap().await.unwrap();
    let mut reader = spool.reader();
    let offset = spool.durable_offset();

    assert_eq!(reader.next(offset + 9).unwrap().len(), 1);
    for _ in 0..2 {
        let error = reader.next(offset + 9).unwrap_err();
        assert!(
            matches!(error, ReadError::Ends { offset: at, until } if (at, until) == (offset, offset + 9)),
            "{error}"
        );
    }

    let end = ended(call.id);
    handle.end(&end).await.unwrap();
    let read = reader.next(spool.durable_offset()).unwrap();
    assert_eq!(
        read.into_iter().map(|(entry, _)| entry).collect::<Vec<_>>(),
        [Entry::Ended(Box::new(end))]
    );
    spool.stop();
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn calls_are_taken_again_once_there_is_a_reserve_though_none_is_in_flight() {
    let folder = folder();
    // The segment and the reserve are filled, and then the disk is full for a moment.
    let faults = Arc::new(Faults::at(FileOperation::Write, 3, 1, libc::ENOSPC));
    let options = SpoolOptions {
        segment: 4096,
        reserve: 4096,
        ..SpoolOptions::new(folder.clone())
    };
    let options = SpoolOptions {
        files: Files { faults: Some(faults) },
        ..options
    };
    let spool = Spool::start(&options, GatewayId::new(NOW, random::bytes())).unwrap();
    let (handle, reserve) = (spool.handle(), spool.0.folder.join("reserve"));
    // A folder in its place keeps the writer from making another.
    std::fs::remove_file(&reserve).unwrap();
    std::fs::create_dir(&reserve).unwrap();

    handle.begin(&started()).unwrap().await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(matches!(handle.begin(&started()), Err(SpoolFull)));

    std::fs::remove_dir(&reserve).unwrap();

    let began = std::time::Instant::now();
    while spool.is_stuck() {
        assert!(began.elapsed() < Duration::from_secs(20), "no call is taken again");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    handle.begin(&started()).unwrap().await.unwrap();
    spool.stop();
    std::fs::remove_dir_all(folder).unwrap();
}
