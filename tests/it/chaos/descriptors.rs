//! The program has no descriptors left, while calls wait in several segments of the spool.

use std::process::Command;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::callers::Callers;
use super::held::Held;
use super::kills::CREDIT;
use super::outages::{caught_up, nothing_is_held, warm};
use super::stage::{Running, Stage};
use crate::harness::database::Engine;
use crate::harness::dice::{number, seeded};
use crate::harness::store::{TestStore, on};

/// Descriptors that the program may have.
const FEW: u64 = 300;
/// Clients that call as fast as they can.
const CALLERS: usize = 24;
/// How long there are none left.
const WHILE: Duration = Duration::from_secs(3);

#[test]
fn no_call_is_lost_when_descriptors_run_out_with_a_backlog_on_sqlite() {
    on(Engine::Sqlite, no_call_is_lost);
}

#[test]
#[ignore = "takes as long again: scripts/chaos runs it"]
fn no_call_is_lost_when_descriptors_run_out_with_a_backlog_on_postgres() {
    on(Engine::Postgres, no_call_is_lost);
}

async fn no_call_is_lost(store: TestStore) {
    let mut dice = seeded("descriptors");
    let stage = Stage::set((*store).clone(), store.engine(), store.database().url(), dice.u64(..)).await;
    let (running, callers) = start(&stage).await;

    let held = Held::take(&stage).await;
    backlog(&stage, &callers).await;
    let crowd = crowd(&stage);
    pinch(&running, 16);
    held.release().await;

    ends_well(&stage, running, &callers, crowd).await;
}

async fn start(stage: &Stage) -> (Running, Callers) {
    let mut command = Command::new("sh");
    let limited = format!("ulimit -n {FEW}; exec \"$0\" \"$@\"");
    command.args(["-c", &limited, env!("CARGO_BIN_EXE_crossmodel")]);
    let running = stage.start_by(command).await;
    // The longest name that there is: the sooner a segment is full.
    let callers = Callers::of(stage).asking_for(&format!("long-{}", "x".repeat(250)));
    warm(&callers).await;
    (running, callers)
}

/// Calls until this many segments of the spool wait for the database.
async fn backlog(stage: &Stage, callers: &Callers) {
    let (segments, began, before) = (
        number("CHAOS_SEGMENTS", 2) as usize,
        Instant::now(),
        callers.saw().len(),
    );
    let mut work = JoinSet::new();
    for _ in 0..CALLERS {
        let callers = callers.clone();
        work.spawn(async move {
            while !callers.rests() {
                callers.call(false).await;
            }
        });
    }
    while stage.segments() < segments {
        assert!(
            began.elapsed() < Duration::from_secs(600),
            "{} segments\n{}",
            stage.segments(),
            stage.log()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    callers.rest(work).await;
    println!(
        "{segments} segments after {:?}: {} calls",
        began.elapsed(),
        callers.saw().len() - before
    );
}

/// Clients that connect, say nothing, and come again when they are sent away.
fn crowd(stage: &Stage) -> JoinSet<()> {
    let mut crowd = JoinSet::new();
    for _ in 0..FEW {
        let address = stage.address.clone();
        crowd.spawn(async move {
            loop {
                if let Ok(mut socket) = TcpStream::connect(&address).await {
                    let mut bytes = [0; 64];
                    drop(tokio::io::AsyncReadExt::read(&mut socket, &mut bytes).await);
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
    }
    crowd
}

/// From now on the program may have this many descriptors. It keeps those that it has.
fn pinch(running: &Running, most: u64) {
    let limit = format!("--nofile={most}:{FEW}");
    let set = Command::new("prlimit")
        .args(["--pid", &running.pid().to_string(), &limit])
        .status()
        .expect("prlimit");
    assert!(set.success());
}

/// After a while there are descriptors again; what waited is written, once.
async fn ends_well(stage: &Stage, running: Running, callers: &Callers, mut crowd: JoinSet<()>) {
    tokio::time::sleep(WHILE).await;
    let written = stage.number("SELECT COUNT(*) FROM usage_record").await;
    println!(
        "{written} of {} calls are written without descriptors",
        callers.saw().len()
    );
    pinch(&running, FEW);
    crowd.shutdown().await;
    caught_up(stage, callers, Instant::now()).await;
    nothing_is_held(stage).await;
    running.stop().await;

    let truth = stage.tells_the_truth(&callers.saw(), CREDIT).await;
    println!("{:?}: {truth:?}", stage.engine);
    assert!(
        (written as usize) < truth.settled,
        "the backlog was written before there were descriptors again"
    );
    assert_eq!((truth.unknown, truth.partial), (0, 0), "{truth:?}");
}
