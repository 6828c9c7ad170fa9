//! The same lives of calls while each operation of the spool on the disk fails in turn, and the database refuses writes. No call
//! that ended is lost or written twice, and the ledger adds up.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::model::End;
use super::run::Run;
use super::trace::{self, Trace};
use super::{Dice, number, random};
use crate::domain::{CallState, LedgerId};
use crate::gateway::files::{Faults, FileOperation};
use crate::gateway::options::SpoolOptions;
use crate::store::Store;

/// Lives that run at the same time, on one database.
const AT_ONCE: usize = 8;
/// How soon everything has to be in the tables once nothing fails any longer.
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

/// The operation that fails, how often in a row, and with which error.
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
    /// Sets whether the tables accept records of this trace's calls from now on.
    pub(super) async fn may_ship(&self, yes: bool) {
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

    /// Begins so many calls, each as soon as the spool takes it, and ends all but every fifth.
    pub(super) async fn calls(&mut self, run: &mut Run, count: usize, dice: &mut Dice) {
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
                let end = End {
                    state: CallState::Settled,
                    cost: dice.below(1_000_000).cast_signed(),
                };
                self.end(run, end, dice).await;
            }
        }
    }

    /// Ends all open calls without cost.
    pub(super) async fn release_all(&mut self, run: &mut Run, dice: &mut Dice) {
        let end = End {
            state: CallState::Released,
            cost: 0,
        };
        while !run.open.is_empty() {
            self.end(run, end, dice).await;
        }
    }

    /// Waits until every call that has ended is in the tables, without a flush and without new calls.
    pub(super) async fn wait_until_shipped(&self, run: &Run) {
        let began = Instant::now();
        while run.shipper.counts().0 > 0 {
            assert!(
                began.elapsed() < SOON,
                "{:?} wait and are written",
                run.shipper.counts()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// A trace with enough credit for all its calls.
pub(super) async fn rich_trace(store: Store, options: SpoolOptions, dice: &mut Dice) -> Trace {
    let mut trace = Trace::new(store, options, dice).await;
    trace.add_credit(10_000_000_000_000).await;
    trace
}

/// A new store in a new folder.
pub(super) async fn fresh() -> (Store, PathBuf) {
    let folder = std::env::temp_dir().join(format!(
        "crossmodel-faults-{}",
        LedgerId::new(trace::NOW, random::bytes())
    ));
    std::fs::create_dir_all(folder.join("spool")).unwrap();
    let store = Store::open(&format!("sqlite://{}/faults.db", folder.display()).parse().unwrap())
        .await
        .unwrap();
    store.migrate().await.unwrap();
    (store, folder)
}

/// One life: a gateway with a backlog of several segments, a fault somewhere, and an end. True if the fault came.
async fn life(store: Store, spool: PathBuf, faults: Arc<Faults>, ending: Ending, mut dice: Dice) -> bool {
    std::fs::create_dir_all(&spool).unwrap();
    let mut options = SpoolOptions::new(spool);
    (options.segment, options.reserve, options.pause) = (8192, 8192, Duration::from_millis(20));
    options.files.faults = Some(Arc::clone(&faults));
    let mut trace = rich_trace(store, options, &mut dice).await;
    trace.requested = "x".repeat(1_000);

    let mut run = trace.start_whole().await;
    trace.may_ship(false).await;
    trace.calls(&mut run, 24, &mut dice).await;
    trace.may_ship(true).await;
    trace.wait_until_shipped(&run).await;
    trace.calls(&mut run, 8, &mut dice).await;
    match ending {
        Ending::InOrder => {
            // All calls have ended: the folder may be removed.
            trace.release_all(&mut run, &mut dice).await;
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

    // The next run clears up, and has its own calls.
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
        // A long test has all three endings after every fault. A short one takes them in turn, and skips some steps.
        let long = number("CHAOS_TRACES").is_some();
        println!("faults: CHAOS_SEED={seed}");

        let (store, folder) = fresh().await;
        let began = Instant::now();
        let mut lives = 0;
        for kind in KINDS {
            lives += fail_everywhere(kind, (&store, &folder), seed, lives, long).await;
        }

        println!("{lives} lives in {:?}", began.elapsed());
        store.close().await;
        std::fs::remove_dir_all(folder).unwrap();
    });
}

/// Lives in which an operation fails at its first step, at its second, and so on, until there is no such step. `before` is the
/// number of earlier lives. Returns how many were added.
async fn fail_everywhere(
    (operation, times, code): (FileOperation, u64, i32),
    (store, folder): (&Store, &Path),
    seed: u64,
    before: u64,
    long: bool,
) -> u64 {
    let endings = if long { 3 } else { 1 };
    let (mut running, mut nth, mut struck, mut lives) = (JoinSet::new(), 1, 0, 0);
    let mut all_came = true;
    while all_came || !running.is_empty() {
        while all_came && running.len() < AT_ONCE {
            for turn in 0..endings {
                let ending = ENDINGS[(nth + seed + turn) as usize % 3];
                let faults = Arc::new(Faults::at(operation, nth, times, code));
                let number = before + lives;
                let spool = folder.join("spool").join(number.to_string());
                let dice = Dice(seed.wrapping_add(number << 20));
                running.spawn(life(store.clone(), spool, faults, ending, dice));
                lives += 1;
            }
            nth += if long { 1 } else { times };
        }

        let came = running
            .join_next()
            .await
            .unwrap()
            .unwrap_or_else(|error| panic!("{operation:?} {code}: {error}"));
        struck += usize::from(came);
        // Once a fault does not come, there are no further operations of this kind.
        all_came &= came;
    }

    println!("{operation:?} failed with {code} {times} times in a row at {struck} steps");
    assert!(struck > 0, "{operation:?} never happens");
    lives
}
