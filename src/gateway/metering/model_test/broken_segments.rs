//! A segment of the spool is broken, or an entry has no beginning: no call is lost and nothing is skipped.

use std::path::Path;
use std::time::Duration;

use super::Dice;
use super::faults::{fresh, rich_trace};
use super::run::segments;
use super::trace::NOW;
use crate::domain::{RequestId, Scope};
use crate::gateway::options::SpoolOptions;
use crate::random;

/// What stands in the place of a segment for a while.
#[derive(Clone, Copy, Debug)]
enum Broken {
    /// A folder: it can be opened and not read.
    Folder,
    /// The first half of the segment.
    Short,
    /// The segment with another byte in the middle.
    Garbled,
    Missing,
}

impl Broken {
    fn put(self, file: &Path, whole: &[u8]) {
        let middle = whole.len() / 2;
        match self {
            Self::Folder => std::fs::create_dir(file).unwrap(),
            Self::Short => std::fs::write(file, &whole[..middle]).unwrap(),
            Self::Garbled => {
                let mut bytes = whole.to_vec();
                bytes[middle] ^= 1;
                std::fs::write(file, bytes).unwrap();
            }
            Self::Missing => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_segment_that_is_broken_for_a_while_loses_no_call_and_is_not_skipped() {
    let (store, folder) = fresh().await;
    let mut dice = Dice(7);
    let spool = folder.join("spool");
    let pause = Duration::from_millis(50);
    let options = SpoolOptions {
        synced: false,
        segment: 65_536,
        pause,
        ..SpoolOptions::new(spool.clone())
    };
    let mut trace = rich_trace(store.clone(), options, &mut dice).await;
    trace.requested = "x".repeat(10_000);

    for broken in [Broken::Folder, Broken::Short, Broken::Garbled, Broken::Missing] {
        let mut run = trace.start_whole().await;
        trace.may_ship(false).await;
        trace.calls(&mut run, 20, &mut dice).await;
        trace.release_all(&mut run, &mut dice).await;

        let home = spool.join(run.gateway.to_string());
        let (second, aside) = (&segments(&home)[1].1, home.join("aside"));
        std::fs::rename(second, &aside).unwrap();
        broken.put(second, &std::fs::read(&aside).unwrap());

        trace.may_ship(true).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let (waiting, written) = run.shipper.counts();
        // The segments after the second one wait too.
        assert!(
            written > 0 && waiting > 10,
            "{broken:?}: {waiting} wait, {written} are written"
        );

        if let Broken::Folder = broken {
            std::fs::remove_dir(second).unwrap();
        }
        std::fs::rename(&aside, second).unwrap();

        trace.wait_until_shipped(&run).await;
        trace.stop(run).await;
        assert_eq!(std::fs::read_dir(&spool).unwrap().count(), 0, "{broken:?}");
    }
    trace.check().await;
    store.close().await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_stays_if_a_call_that_ended_is_not_in_the_tables() {
    let (store, folder) = fresh().await;
    let mut dice = Dice(7);
    let options = SpoolOptions {
        synced: false,
        ..SpoolOptions::new(folder.join("spool"))
    };
    let mut trace = rich_trace(store.clone(), options, &mut dice).await;
    let names = || {
        let folders = std::fs::read_dir(folder.join("spool")).unwrap();
        folders
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .collect::<Vec<String>>()
    };

    let mut run = trace.start_whole().await;
    let gateway = run.gateway.to_string();
    trace.calls(&mut run, 2, &mut dice).await;
    // A call that ends and never began cannot be written.
    let id = RequestId::new(NOW.plus(Duration::from_secs(1)), random::bytes());
    run.end_without_start(id);

    trace.stop(run).await;
    assert_eq!(names(), std::slice::from_ref(&gateway));

    let run = trace.start_whole().await;
    trace.stop(run).await;
    assert_eq!(names(), [format!("{gateway}.damaged")]);
    let records = store
        .usage()
        .recent(Scope::Account(trace.account), None, 10)
        .await
        .unwrap();
    assert_eq!(records.len(), 2, "the others are written");
    store.close().await;
    std::fs::remove_dir_all(folder).unwrap();
}
