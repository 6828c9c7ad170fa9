//! The same life of calls while one thing after the other fails that the spool asks of the disk, and the database refuses to
//! write: no call that ended is lost or written twice, and the ledger adds up.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::model::End;
use super::run::{self, Run, Trace, segments};
use super::{Dice, number, random};
use crate::domain::{CallState, LedgerId, RequestId, Scope};
use crate::gateway::files::{Faults, FileOperation};
use crate::gateway::options::SpoolOptions;
use crate::store::Store;

/// Lives that run at the same time, on one database.
const AT_ONCE: usize = 8;
/// How soon everything has to be in the tables once nothing fails any more.
const SOON: Duration = Duration::from_secs(30);

/// How a run ends after the fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    InOrder,
    /// In order, while the database refuses to write.
    Refused,
    Crash,
}

const ENDINGS: [Ending; 3] = [Ending::InOrder, Ending::Refused, Ending::Crash];

/// What fails, how often in a row, and with which error.
const KINDS: [(FileOperation, u64, i32); 17] = [
    (FileOperation::MakeFolder, 1, libc::EMFILE),
    (FileOperation::List, 1, libc::EMFILE),
    (FileOperation::List, 4, libc::EIO),
    (FileOperation::Exists, 1, libc::EIO),
    (FileOperation::Open, 1, libc::EMFILE),
    (FileOperation::Open, 4, libc::EIO),
    (FileOperation::Create, 1, libc::EMFILE),
    (FileOperation::Create, 2, libc::ENOSPC),
    (FileOperation::Lock, 1, libc::ENOLCK),
    (FileOperation::Seek, 1, libc::EIO),
    (FileOperation::Read, 1, libc::EIO),
    (FileOperation::Read, 4, libc::EIO),
    (FileOperation::Write, 1, libc::EIO),
    (FileOperation::Write, 3, libc::ENOSPC),
    (FileOperation::Sync, 1, libc::EIO),
    (FileOperation::Rename, 1, libc::EIO),
    (FileOperation::Remove, 1, libc::EIO),
];

impl Trace {
    /// Whether the tables take records of this trace's calls from now on.
    async fn may_ship(&self, yes: bool) {
        let name = self.account.to_string().replace('-', "_");
        let sql = if yes {
            format!("DROP TRIGGER refuse_{name}")
        } else {
            format!(
                "CREATE TRIGGER refuse_{name} BEFORE INSERT ON usage_record WHEN NEW.account_id = '{}' \
                 BEGIN SELECT RAISE(ABORT, 'refused by the test'); END",
                self.account
            )
        };
        self.store.meddle(sql).await;
    }

    /// So many calls begin, as soon as the spool takes them, and all but every fifth end.
    async fn calls(&mut self, run: &mut Run, count: usize, dice: &mut Dice) {
        let began = Instant::now();
        for n in 0..count {
            let before = self.model.calls.len();
            loop {
                self.begin(run, dice).await;
                if self.model.calls.len() > before {
                    break;
                }
                assert!(began.elapsed() < SOON, "no call is taken any more");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            if n % 5 < 4 {
                let cost = dice.below(1_000_000).cast_signed();
                self.end(
                    run,
                    End {
                        state: CallState::Settled,
                        cost,
                    },
                    dice,
                )
                .await;
            }
        }
    }

    /// Waits until every call that has ended is in the tables, though nobody asks for it and the spool does not grow.
    async fn is_shipped(&self, run: &Run) {
        let began = Instant::now();
        while run.shipping.counts().0 > 0 {
            assert!(
                began.elapsed() < SOON,
                "{:?} wait and are written",
                run.shipping.counts()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// A trace with credit for all that it does.
async fn trace(store: Store, options: SpoolOptions, dice: &mut Dice) -> Trace {
    let mut trace = Trace::new(store, options, dice).await;
    trace.add_credit(10_000_000_000_000).await;
    trace
}

/// A store of its own, in a folder of its own.
async fn fresh() -> (Store, PathBuf) {
    let folder = std::env::temp_dir().join(format!(
        "crossmodel-faults-{}",
        LedgerId::new(run::NOW, random::bytes())
    ));
    std::fs::create_dir_all(folder.join("spool")).unwrap();
    let store = Store::open(&format!("sqlite://{}/faults.db", folder.display()).parse().unwrap())
        .await
        .unwrap();
    store.migrate().await.unwrap();
    (store, folder)
}

/// Runs of a gateway with a backlog of several segments, a fault somewhere, and an end. Whether the fault came.
async fn life(store: Store, spool: PathBuf, faults: Arc<Faults>, ending: Ending, mut dice: Dice) -> bool {
    std::fs::create_dir_all(&spool).unwrap();
    let mut options = SpoolOptions::new(spool);
    (options.segment, options.reserve, options.pause) = (8192, 8192, Duration::from_millis(20));
    options.files.faults = Some(Arc::clone(&faults));
    let mut trace = trace(store, options, &mut dice).await;
    trace.requested = "x".repeat(1_000);

    let mut run = trace.start_whole().await;
    trace.may_ship(false).await;
    trace.calls(&mut run, 24, &mut dice).await;
    trace.may_ship(true).await;
    trace.is_shipped(&run).await;
    trace.calls(&mut run, 8, &mut dice).await;
    match ending {
        Ending::InOrder => {
            // All that is open ends: the folder may go.
            while !run.open.is_empty() {
                trace
                    .end(
                        &mut run,
                        End {
                            state: CallState::Released,
                            cost: 0,
                        },
                        &mut dice,
                    )
                    .await;
            }
            trace.stop(run).await;
        }
        Ending::Refused => {
            trace.may_ship(false).await;
            trace.calls(&mut run, 3, &mut dice).await;
            trace.stop(run).await;
            trace.may_ship(true).await;
        }
        Ending::Crash => trace.crash(run, &mut dice).await,
    }
    // The next run clears up, and has calls of its own.
    let mut run = trace.start_whole().await;
    trace.calls(&mut run, 3, &mut dice).await;
    trace.stop(run).await;
    let struck = faults.struck() > 0;
    faults.end();
    let run = trace.start_whole().await;
    trace.stop(run).await;
    trace.check().await;
    struck
}

#[test]
fn whatever_fails_at_any_step_no_call_is_lost_or_written_twice() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let seed = number("CHAOS_SEED").unwrap_or_else(|| u64::from(u32::from_ne_bytes(random::bytes())));
        // All three endings after every fault, or by turns one of them, and what fails several times not at every step.
        let long = number("CHAOS_TRACES").is_some();
        let endings = if long { 3 } else { 1 };
        println!("faults: CHAOS_SEED={seed}");
        let (store, folder) = fresh().await;
        let began = Instant::now();
        let mut lives = 0;
        for (ask, times, code) in KINDS {
            let (mut running, mut nth, mut struck) = (JoinSet::new(), 1, 0);
            let mut all_came = true;
            while all_came || !running.is_empty() {
                while all_came && running.len() < AT_ONCE {
                    for turn in 0..endings {
                        let ending = ENDINGS[(nth + seed + turn) as usize % 3];
                        let faults = Arc::new(Faults::at(ask, nth, times, code));
                        let spool = folder.join("spool").join(lives.to_string());
                        let dice = Dice(seed.wrapping_add(lives << 20));
                        running.spawn(life(store.clone(), spool, faults, ending, dice));
                        lives += 1;
                    }
                    nth += if long { 1 } else { times };
                }
                let came = running
                    .join_next()
                    .await
                    .unwrap()
                    .unwrap_or_else(|error| panic!("{ask:?} {code}: {error}"));
                struck += usize::from(came);
                // There are only so many questions of a kind.
                all_came &= came;
            }
            println!("{ask:?} failed with {code} {times} times in a row at {struck} steps");
            assert!(struck > 0, "{ask:?} is never asked");
        }
        println!("{lives} lives in {:?}", began.elapsed());
        store.close().await;
        std::fs::remove_dir_all(folder).unwrap();
    });
}

/// What is in the place of a segment for a while.
#[derive(Clone, Copy, Debug)]
enum Broken {
    /// It can be opened and not read.
    Folder,
    /// It ends in the middle.
    Short,
    /// A byte in the middle is another one.
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
async fn a_segment_that_is_broken_for_a_while_loses_no_call_and_nothing_passes_it_over() {
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
    let mut trace = trace(store.clone(), options, &mut dice).await;
    trace.requested = "x".repeat(10_000);
    for broken in [Broken::Folder, Broken::Short, Broken::Garbled, Broken::Missing] {
        let mut run = trace.start_whole().await;
        trace.may_ship(false).await;
        trace.calls(&mut run, 20, &mut dice).await;
        while !run.open.is_empty() {
            trace
                .end(
                    &mut run,
                    End {
                        state: CallState::Released,
                        cost: 0,
                    },
                    &mut dice,
                )
                .await;
        }
        let home = spool.join(run.gateway.to_string());
        let (second, aside) = (&segments(&home)[1].1, home.join("aside"));
        std::fs::rename(second, &aside).unwrap();
        broken.put(second, &std::fs::read(&aside).unwrap());
        trace.may_ship(true).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let (waiting, written) = run.shipping.counts();
        // What follows the second segment waits too.
        assert!(
            written > 0 && waiting > 10,
            "{broken:?}: {waiting} wait, {written} are written"
        );

        if let Broken::Folder = broken {
            std::fs::remove_dir(second).unwrap();
        }
        std::fs::rename(&aside, second).unwrap();

        trace.is_shipped(&run).await;
        trace.stop(run).await;
        assert_eq!(std::fs::read_dir(&spool).unwrap().count(), 0, "{broken:?}");
    }
    trace.check().await;
    store.close().await;
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_stays_if_not_all_that_ended_is_in_the_tables() {
    let (store, folder) = fresh().await;
    let mut dice = Dice(7);
    let options = SpoolOptions {
        synced: false,
        ..SpoolOptions::new(folder.join("spool"))
    };
    let mut trace = trace(store.clone(), options, &mut dice).await;
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
    let id = RequestId::new(run::NOW.plus(Duration::from_secs(1)), random::bytes());
    run.ends_without_beginning(id);

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
