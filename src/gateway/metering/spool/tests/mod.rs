//! What is written to a spool is read from it, whatever happened in between.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::entry::{CallEnded, CallStarted, Charges, Entry};
use super::handle::{Durable, NotWritten};
use super::*;
use crate::domain::{CallState, PicoUsd, Price, RequestId, Timestamp, Tokens, UsageSource};
use crate::gateway::files::{Faults, FileOperation};
use crate::gateway::options::SEGMENT_LENGTH;
use crate::random;

mod faults;

fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("crossmodel-spool-{}", RequestId::new(NOW, random::bytes())));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

const NOW: Timestamp = Timestamp::from_millis(1_795_348_800_000);

fn begun() -> CallStarted {
    CallStarted {
        id: RequestId::new(NOW, random::bytes()),
        account: crate::domain::AccountId::new(NOW, random::bytes()),
        key: crate::domain::ApiKeyId::new(NOW, random::bytes()),
        key_revision: 7,
        at: NOW,
        requested: "claude-opus-4-9".into(),
        alias: Some(("claude-opus".parse().unwrap(), crate::domain::Match::Prefix)),
        model: "anthropic/claude-opus-4-8".into(),
        provider: "anthropic".parse().unwrap(),
        protocol: "anthropic-messages".into(),
        stream: true,
        agent: Some("claude-cli/2.1".into()),
        held: 1_000_000,
        charges: Charges {
            key: Some(20_779),
            account: None,
        },
    }
}

fn ended(id: RequestId) -> CallEnded {
    let price = Price {
        prompt: Some(PicoUsd::from_pico(5)),
        completion: Some(PicoUsd::from_pico(25)),
        ..Price::default()
    };
    CallEnded {
        id,
        ran: Some(("amazon/claude-opus-4-8".into(), "amazon".parse().unwrap())),
        state: CallState::Settled,
        status: 200,
        error: None,
        tokens: Tokens {
            prompt: 100,
            completion: 20,
            cache_read: 3,
            cache_write: 2,
            cache_write_1h: 1,
            reasoning: 4,
        },
        searches: 2,
        tier: Some("priority".into()),
        source: UsageSource::Provider,
        price: Some(price.to_kinds()),
        cost: 987,
        latency_ms: 900,
        first_byte_ms: Some(12),
        attempts: Vec::new(),
    }
}

fn start(folder: &Path) -> Spool {
    let options = SpoolOptions::new(folder.to_owned());
    Spool::start(&options, GatewayId::new(NOW, random::bytes())).unwrap()
}

/// Every entry, and whether something was passed over.
fn read_all(mut reader: Reader, until: u64) -> (Vec<Entry>, bool) {
    let mut all = Vec::new();
    loop {
        let entries = reader.next(until).unwrap();
        if entries.is_empty() {
            return (all, reader.is_damaged());
        }
        all.extend(entries.into_iter().map(|(entry, _)| entry));
    }
}

/// A folder that a run left without removing it, with one call that ended and one that did not.
fn left(folder: &Path) -> (CallStarted, CallEnded, CallStarted) {
    let spool = start(folder);
    let handle = spool.handle();
    let (first, second) = (begun(), begun());
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

/// What was written to a segment, without the zeros that it was filled with.
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

fn read_left(folder: &Path) -> (Vec<Entry>, bool) {
    let options = SpoolOptions::new(folder.to_owned());
    let runs = left_behind(&options).unwrap();
    assert_eq!(runs.len(), 1);
    read_all(Reader::of_left(&runs[0]).unwrap(), u64::MAX)
}

#[tokio::test]
async fn entries_are_read_as_they_were_written_once_they_are_durable() {
    let folder = folder();
    let spool = start(&folder);
    let call = begun();
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
        ..begun()
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
async fn what_nobody_waits_for_gets_to_the_disk_as_well() {
    let folder = folder();
    let spool = start(&folder);
    let handle = spool.handle();
    let (first, second) = (begun(), begun());

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
async fn whoever_waits_for_a_disk_that_takes_nothing_gives_up() {
    let folder = folder();
    let spool = start(&folder);
    let handle = spool.handle();
    spool.stop();

    let call = handle.begin(&begun()).unwrap().within(Duration::from_millis(20));

    assert_eq!(call.await, Err(NotWritten));
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_disk_that_takes_nothing_keeps_no_program_from_ending() {
    let folder = folder();
    let spool = start(&folder);
    let handle = spool.handle();
    handle.begin(&begun()).unwrap().await.unwrap();
    // A segment more than the disk has a place for.
    std::fs::remove_dir_all(&folder).unwrap();
    let long = CallStarted {
        requested: "x".repeat(60_000),
        ..begun()
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
async fn lanes_of_several_workers_are_each_told() {
    let folder = folder();
    let spool = start(&folder);
    let handles: Vec<SpoolHandle> = (0..4).map(|_| spool.handle()).collect();

    let waits: Vec<Durable> = (0..40)
        .map(|n: usize| handles[n % 4].begin(&begun()).unwrap())
        .collect();
    for wait in waits {
        wait.within(Duration::from_secs(60)).await.unwrap();
    }

    assert_eq!(read_all(spool.reader(), spool.durable_offset()).0.len(), 40);
    spool.stop();
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_run_that_lasts_is_not_taken_for_one_that_was_left() {
    let folder = folder();
    let spool = start(&folder);
    let options = SpoolOptions::new(folder.clone());

    assert!(left_behind(&options).unwrap().is_empty());
    spool.stop();
    let gateway = spool.gateway();
    drop(spool);

    assert_eq!(left_behind(&options).unwrap()[0].gateway, gateway);
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_run_that_begins_while_others_look_for_what_was_left_is_not_taken_for_that() {
    let folder = folder();
    let over = AtomicBool::new(false);
    let taken = std::thread::scope(|scope| {
        let look = || {
            let options = SpoolOptions {
                synced: false,
                ..SpoolOptions::new(folder.clone())
            };
            let mut taken = 0;
            while !over.load(Ordering::SeqCst) {
                taken += left_behind(&options).unwrap().len();
            }
            taken
        };
        let looking = scope.spawn(look);
        let options = SpoolOptions {
            synced: false,
            ..SpoolOptions::new(folder.clone())
        };
        for _ in 0..500 {
            let began = Spool::start(&options, GatewayId::new(NOW, random::bytes()));
            let Ok(spool) = began else { break };
            spool.stop();
            spool.remove();
        }
        over.store(true, Ordering::SeqCst);
        looking.join().unwrap()
    });

    assert_eq!(taken, 0, "runs that had just begun");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_run_that_just_ends_or_begins_keeps_nobody_from_what_others_left() {
    let folder = folder();
    let spool = start(&folder);
    spool.stop();
    let gateway = spool.gateway();
    drop(spool);
    // One makes its folder at this moment; one was killed while it did, and one while it removed its folder.
    let [begins, never_began, over] = [NEW, NEW, OVER].map(|ending| {
        let path = folder
            .join(GatewayId::new(NOW, random::bytes()).to_string())
            .with_extension(ending);
        std::fs::create_dir(&path).unwrap();
        path
    });
    let response = std::fs::File::open(&never_began).unwrap();
    response
        .set_modified(response.metadata().unwrap().modified().unwrap() - 2 * BEGINS)
        .unwrap();
    let options = SpoolOptions::new(folder.clone());

    let left = left_behind(&options).unwrap();

    assert_eq!(left.iter().map(|left| left.gateway).collect::<Vec<_>>(), [gateway]);
    assert!(begins.exists() && !never_began.exists() && !over.exists());
    left[0].remove();
    assert!(left_behind(&options).unwrap().is_empty() && !left[0].folder.exists());
    std::fs::remove_dir_all(folder).unwrap();
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
        // The file ends there, or goes on with what it was filled with.
        for zeros in [0, 100] {
            let mut left = bytes[..cut].to_vec();
            left.resize(cut + zeros, 0);
            std::fs::write(&file, left).unwrap();

            let (entries, damaged) = read_left(&folder);

            assert_eq!(entries, whole[..entries.len()], "cut at {cut}");
            assert!(!damaged, "cut at {cut}");
            // The last byte of all may be a zero itself.
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
