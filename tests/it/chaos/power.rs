//! The power is cut, again and again: of the spool and of SQLite's files there is what was synced, and nothing else.

use std::path::Path;
use std::time::{Duration, Instant};

use super::callers::Callers;
use super::kills::CREDIT;
use super::outages::open;
use super::stage::Stage;
use crate::harness::database::{Database, Engine};
use crate::harness::dice::{millis, number, seeded};
use crate::harness::disk::Disk;
use crate::harness::store::run;

/// Callers at any moment: half of them for streams.
const CALLERS: u64 = 32;

#[test]
fn no_power_cut_loses_or_doubles_a_call_on_sqlite() {
    run(no_cut_loses_or_doubles_a_call(Engine::Sqlite));
}

#[test]
fn no_power_cut_loses_or_doubles_a_call_on_postgres() {
    run(no_cut_loses_or_doubles_a_call(Engine::Postgres));
}

/// On Postgres only the gateway's own disk is cut: the database is on another machine.
async fn no_cut_loses_or_doubles_a_call(engine: Engine) {
    let cuts = number("CHAOS_CUTS", 6);
    let mut dice = seeded("power");
    let database = Database::fresh(engine).await;
    let mut stage = Stage::set(open(&database.url()).await, engine, database.url(), dice.u64(..)).await;
    // Only the program has the database open.
    stage.store.close().await;

    let spool = stage.path("spool");
    std::fs::create_dir(&spool).expect("a folder for the spool");
    let file = database
        .url()
        .strip_prefix("sqlite://")
        .map(|path| Path::new(path).to_owned());
    let roots: Vec<&Path> = [Some(spool.as_path()), file.as_deref().and_then(Path::parent)]
        .into_iter()
        .flatten()
        .collect();
    let mut disk = Disk::under(&roots);
    let callers = Callers::of(&stage);
    let began = Instant::now();
    let mut running = stage.start_by(disk.program(dice.u64(..))).await;
    let work = callers.work(CALLERS, 30, &mut dice);

    for n in 1..=cuts {
        let after = millis(&mut dice, 100..=900);
        tokio::time::sleep(after).await;
        running.kill();
        disk.cut();
        println!("cut {n} after {after:?}, {} calls so far", callers.saw().len());
        running = stage.start_by(disk.program(dice.u64(..))).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    callers.rest(work).await;
    stage.recovers(Duration::from_secs(30)).await;
    running.stop().await;
    // Nor is anything of that lost when it is cut after a stop in order.
    disk.cut();
    running = stage.start_by(disk.program(dice.u64(..))).await;
    stage.recovers(Duration::from_secs(30)).await;
    running.stop().await;

    stage.store = open(&database.url()).await;
    let saw = callers.saw();
    let truth = stage.tells_the_truth(&saw, CREDIT).await;
    println!("{engine:?}: {cuts} cuts in {:?}: {truth:?}", began.elapsed());

    assert!(
        truth.partial + truth.unknown + truth.released <= (cuts * CALLERS) as usize,
        "{truth:?}"
    );
    assert!(
        truth.settled > 10 * cuts as usize && truth.billed > truth.settled,
        "too little happened: {truth:?}"
    );

    stage.store.close().await;
    database.remove().await;
}
