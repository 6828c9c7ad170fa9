//! When entries become durable, and what calls see of a disk that takes nothing.

use std::time::Duration;

use super::*;
use crate::gateway::files::Files;
use crate::gateway::options::SEGMENT_LENGTH;

#[tokio::test]
async fn entries_are_read_as_they_were_written_once_they_are_durable() {
    let folder = folder();
    let spool = start(&folder);
    let call = started();
    let end = ended(call.id);

    let handle = spool.handle();
    handle.begin(&call).unwrap().await.unwrap();
    let offset = spool.durable_offset();
    handle.end(&end).await.unwrap();

    let whole = [Entry::Started(Box::new(call.clone())), Entry::Ended(Box::new(end))];
    assert_eq!(read_all(spool.reader(), offset), (whole[..1].to_vec(), false));
    assert_eq!(
        read_all(spool.reader(), spool.durable_offset()),
        (whole.to_vec(), false)
    );
    spool.stop();
    spool.remove();
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn many_calls_at_once_all_become_durable_and_segments_follow_each_other() {
    let folder = folder();
    let spool = start(&folder);
    let long = CallStarted {
        requested: "x".repeat(60_000),
        ..started()
    };

    let handle = spool.handle();
    let waits: Vec<Durable> = (0..700).map(|_| handle.begin(&long).unwrap()).collect();
    for wait in waits {
        wait.await.unwrap();
    }
    for _ in 0..2 {
        handle.begin(&long).unwrap().await.unwrap();
    }

    let (entries, damaged) = read_all(spool.reader(), spool.durable_offset());
    assert_eq!((entries.len(), damaged), (702, false));
    let run = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    assert!(segment::all(&Files::default(), &run).unwrap().len() > 1);
    spool.forget_before(spool.durable_offset());
    assert_eq!(segment::all(&Files::default(), &run).unwrap().len(), 1);
    spool.stop();
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn an_entry_that_no_call_waits_for_gets_to_the_disk_as_well() {
    let folder = folder();
    let spool = start(&folder);
    let handle = spool.handle();
    let (first, second) = (started(), started());

    handle.begin(&first).unwrap().await.unwrap();
    drop(handle.begin(&second).unwrap());
    while spool.durable_offset() < spool.end_offset() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    let whole = [Entry::Started(Box::new(first)), Entry::Started(Box::new(second))];
    assert_eq!(
        read_all(spool.reader(), spool.durable_offset()),
        (whole.to_vec(), false)
    );
    spool.stop();
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_call_that_waits_for_a_disk_that_takes_nothing_gives_up() {
    let folder = folder();
    let spool = start(&folder);
    let handle = spool.handle();
    spool.stop();

    let call = handle.begin(&started()).unwrap().within(Duration::from_millis(20));

    assert_eq!(call.await, Err(NotWritten));
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_disk_that_takes_nothing_does_not_keep_the_program_from_ending() {
    let folder = folder();
    let spool = start(&folder);
    let handle = spool.handle();
    handle.begin(&started()).unwrap().await.unwrap();
    // One segment more than fits: its folder is gone.
    std::fs::remove_dir_all(&folder).unwrap();
    let long = CallStarted {
        requested: "x".repeat(60_000),
        ..started()
    };
    let waits: Vec<Durable> = (0..SEGMENT_LENGTH / 60_000 + 1)
        .map(|_| handle.begin(&long).unwrap())
        .collect();
    for wait in waits {
        assert_eq!(wait.within(Duration::from_millis(20)).await, Err(NotWritten));
    }
    assert!(spool.is_stuck());

    let (stopped, end) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        spool.stop();
        stopped.send(())
    });

    end.recv_timeout(Duration::from_secs(30)).unwrap();
}

#[tokio::test]
async fn the_calls_of_several_workers_all_become_durable() {
    let folder = folder();
    let spool = start(&folder);
    let handles: Vec<SpoolHandle> = (0..4).map(|_| spool.handle()).collect();

    let waits: Vec<Durable> = (0..40)
        .map(|n: usize| handles[n % 4].begin(&started()).unwrap())
        .collect();
    for wait in waits {
        wait.within(Duration::from_secs(60)).await.unwrap();
    }

    assert_eq!(read_all(spool.reader(), spool.durable_offset()).0.len(), 40);
    spool.stop();
    std::fs::remove_dir_all(folder).unwrap();
}
