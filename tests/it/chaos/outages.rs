//! The database goes away, for a while or again and again, while calls go on.

use std::time::{Duration, Instant};

use crossmodel::domain::ApiKeySecret;
use crossmodel::random;
use crossmodel::store::Store;
use fastrand::Rng;
use sqlx::{Connection, Executor, SqliteConnection};
use tokio::task::JoinSet;

use super::callers::{Callers, Saw};
use super::kills::CREDIT;
use super::stage::{Running, Stage};
use crate::harness::cluster::Cluster;
use crate::harness::database::{Database, Engine};
use crate::harness::dice::{millis, number, seeded};
use crate::harness::store::run;

/// Calls a second.
const PACE: u64 = 50;
/// How soon everything has to be in the tables, once the database is there again.
const CATCH_UP: Duration = Duration::from_secs(10);
/// How soon the program has to be well, once the database is there again.
const WELL: Duration = Duration::from_secs(5);

#[test]
fn calls_go_on_while_postgres_is_away_and_none_is_lost() {
    run(async {
        let cluster = Cluster::start();
        let (stage, mut dice) = on_postgres(&cluster, "outage").await;
        let running = stage.start().await;
        let callers = Callers::of(&stage);
        let away = Duration::from_secs(number("CHAOS_OUTAGE", 6));
        warm(&callers).await;
        let paced = pace(&callers, &mut dice);

        cluster.crash();
        let gone = Instant::now();
        tokio::time::sleep(Duration::from_millis(500)).await;
        let stranger = ApiKeySecret::generate(random::bytes);
        let refused = callers.with_key(stranger.expose()).call(false).await;

        assert_eq!((refused.status, refused.code.as_deref()), (Some(500), Some("db_error")));
        assert_eq!(running.ready().await, Some(200), "known keys go on working");

        tokio::time::sleep(away.saturating_sub(gone.elapsed())).await;
        cluster.begin();
        println!("Postgres was away for {:?}", gone.elapsed());

        ends_well(&stage, running, &callers, paced).await;
        no_transaction_failed(&cluster);
        stage.store.close().await;
    });
}

#[test]
fn calls_go_on_while_another_program_has_sqlite_and_none_is_lost() {
    run(async {
        let database = Database::fresh(Engine::Sqlite).await;
        let store = open(&database.url()).await;
        let mut dice = seeded("outage");
        let stage = Stage::set(store, Engine::Sqlite, database.url(), dice.u64(..)).await;
        let running = stage.start().await;
        let callers = Callers::of(&stage);
        let away = Duration::from_secs(number("CHAOS_OUTAGE", 6));
        warm(&callers).await;
        let paced = pace(&callers, &mut dice);

        let mut other = SqliteConnection::connect(&database.url()).await.expect("the database");
        other
            .execute("PRAGMA busy_timeout = 5000")
            .await
            .expect("to wait for it");
        other.execute("BEGIN EXCLUSIVE").await.expect("to have it alone");
        let gone = Instant::now();
        tokio::time::sleep(Duration::from_millis(500)).await;
        // A program that holds SQLite to write does not keep others from reading it.
        let stranger = ApiKeySecret::generate(random::bytes);
        let refused = callers.with_key(stranger.expose()).call(false).await;

        assert_eq!(
            (refused.status, refused.code.as_deref()),
            (Some(401), Some("invalid_api_key"))
        );

        tokio::time::sleep(away.saturating_sub(gone.elapsed())).await;
        other.execute("ROLLBACK").await.expect("to let go of it");
        println!("SQLite was taken for {:?}", gone.elapsed());

        ends_well(&stage, running, &callers, paced).await;
        other.close().await.expect("to leave it");
        stage.store.close().await;
        database.remove().await;
    });
}

#[test]
fn postgres_restarts_under_load_and_no_call_is_lost_or_doubled() {
    run(async {
        let cluster = Cluster::start();
        let (stage, mut dice) = on_postgres(&cluster, "restarts").await;
        let running = stage.start().await;
        let callers = Callers::of(&stage);
        let restarts = number("CHAOS_RESTARTS", 5);
        warm(&callers).await;
        let work = callers.work(16, 60, &mut dice);
        let mut slowest = Duration::ZERO;

        for n in 1..=restarts {
            tokio::time::sleep(millis(&mut dice, 500..=2_000)).await;
            cluster.crash();
            cluster.begin();
            let began = Instant::now();
            // The gateway looks for an unknown key in the database: its refusal shows that the pool is well.
            while callers
                .with_key(ApiKeySecret::generate(random::bytes).expose())
                .call(false)
                .await
                .status
                != Some(401)
            {
                assert!(
                    began.elapsed() < WELL,
                    "not well after {:?}\n{}",
                    began.elapsed(),
                    stage.log()
                );
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            slowest = slowest.max(began.elapsed());
            println!(
                "restart {n}: well after {:?}, {} calls so far",
                began.elapsed(),
                callers.saw().len()
            );
        }
        let database = Instant::now();
        callers.rest(work).await;
        caught_up(&stage, &callers, database).await;
        nothing_is_held(&stage).await;
        running.stop().await;

        let saw = of_the_key(&callers);
        served(&saw);
        let truth = stage.tells_the_truth(&saw, CREDIT).await;
        println!("{restarts} restarts, well after {slowest:?} at most: {truth:?}");

        assert_eq!(
            (truth.settled, truth.unknown, truth.partial),
            (saw.len(), 0, 0),
            "{truth:?}"
        );

        no_transaction_failed(&cluster);
        stage.store.close().await;
    });
}

/// Opens and migrates a database.
pub async fn open(url: &str) -> Store {
    let store = Store::open(&url.parse().expect("an address"))
        .await
        .expect("to open it");
    store.migrate().await.expect("to migrate it");
    store
}

async fn on_postgres(cluster: &Cluster, what: &str) -> (Stage, Rng) {
    let mut dice = seeded(what);
    let stage = Stage::set(
        open(&cluster.url()).await,
        Engine::Postgres,
        cluster.url(),
        dice.u64(..),
    )
    .await;
    (stage, dice)
}

/// The key is known before anything breaks.
pub async fn warm(callers: &Callers) {
    assert_eq!(callers.call(false).await.status, Some(200));
}

/// Calls at a pace that does not depend on how fast they are answered, until the callers rest.
fn pace(callers: &Callers, dice: &mut Rng) -> JoinSet<()> {
    let (callers, mut dice) = (callers.clone(), dice.fork());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(1_000 / PACE));
        let mut calls = JoinSet::new();
        while !callers.rests() {
            ticks.tick().await;
            let (callers, stream) = (callers.clone(), dice.bool());
            calls.spawn(async move { drop(callers.call(stream).await) });
        }
        while let Some(call) = calls.join_next().await {
            call.expect("a call");
        }
    });
    tasks
}

async fn ends_well(stage: &Stage, running: Running, callers: &Callers, paced: JoinSet<()>) {
    let back = Instant::now();
    tokio::time::sleep(Duration::from_secs(2)).await;
    callers.rest(paced).await;
    caught_up(stage, callers, back).await;
    nothing_is_held(stage).await;
    running.stop().await;

    let saw = of_the_key(callers);
    served(&saw);
    let truth = stage.tells_the_truth(&saw, CREDIT).await;
    let slowest = saw.iter().map(|saw| saw.took).max().unwrap_or_default();
    println!("{} calls, the slowest {slowest:?}: {truth:?}", saw.len());
    assert_eq!(
        (truth.settled, truth.unknown, truth.partial),
        (saw.len(), 0, 0),
        "{truth:?}"
    );
}

/// All calls but those with an unknown key.
fn of_the_key(callers: &Callers) -> Vec<Saw> {
    callers.saw().into_iter().filter(|saw| saw.known).collect()
}

/// Every call with a known key was answered to the end.
fn served(saw: &[Saw]) {
    let failed: Vec<&Saw> = saw.iter().filter(|saw| !saw.finished).collect();
    assert!(
        failed.is_empty(),
        "{} of {} calls were not served: {:?}",
        failed.len(),
        saw.len(),
        failed.first()
    );
}

/// Waits until the tables say that nothing is held any more: the program tells them every few seconds.
pub async fn nothing_is_held(stage: &Stage) {
    let began = Instant::now();
    while stage.number("SELECT COALESCE(SUM(held), 0) FROM lease").await != 0 {
        assert!(
            began.elapsed() < CATCH_UP,
            "the tables still say that something is held\n{}",
            stage.log()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until every answer that was seen is in the tables.
pub async fn caught_up(stage: &Stage, callers: &Callers, since: Instant) {
    let answered = callers.saw().iter().filter(|saw| saw.finished).count() as i128;
    loop {
        let written = stage.number("SELECT COUNT(*) FROM usage_record").await;
        if written >= answered {
            println!("caught up {:?} after the database was back", since.elapsed());
            return;
        }
        assert!(
            since.elapsed() < CATCH_UP,
            "{written} of {answered} are written\n{}",
            stage.log()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn no_transaction_failed(cluster: &Cluster) {
    for complaint in ["current transaction is aborted", "idle-in-transaction"] {
        assert_eq!(cluster.complaints(complaint), Vec::<String>::new());
    }
}
