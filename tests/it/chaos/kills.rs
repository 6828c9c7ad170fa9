//! The program is killed, again and again, in the middle of its work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crossmodel::domain::Scope;
use crossmodel::store::Actor;

use super::callers::Callers;
use super::stage::Stage;
use crate::harness::biller::MODEL;
use crate::harness::dice::{millis, number, seeded};
use crate::harness::seed::{self, NOON};

/// Callers at any moment: half of them for streams.
const CALLERS: u64 = 64;
/// Of credit at the start, in pico-USD.
pub const CREDIT: i128 = 100_000_000_000_000_000;

both_engines!(no_kill_loses_or_doubles_a_call, |store| {
    let kills = number("CHAOS_KILLS", 20);
    let mut dice = seeded("kills");
    let stage = Arc::new(Stage::set((*store).clone(), store.engine(), store.database().url(), dice.u64(..)).await);
    let callers = Callers::of(&stage);
    let (stop, saved) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let editor = tokio::spawn(edit(Arc::clone(&stage), Arc::clone(&stop), Arc::clone(&saved)));
    let began = Instant::now();
    let mut running = stage.start().await;
    let work = callers.work(CALLERS, 40, &mut dice);

    for n in 1..=kills {
        let after = millis(&mut dice, 50..=500);
        tokio::time::sleep(after).await;
        running.kill();
        println!("kill {n} after {after:?}, {} calls so far", callers.saw().len());
        running = stage.start().await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    callers.rest(work).await;
    stop.store(true, Ordering::SeqCst);
    let (name, aliases) = editor.await.expect("the editor");
    stage.recovers(Duration::from_secs(30)).await;
    running.stop().await;

    let saw = callers.saw();
    let truth = stage.tells_the_truth(&saw, CREDIT).await;
    println!(
        "{:?}: {kills} kills in {:?}, {} edits, {truth:?}",
        stage.engine,
        began.elapsed(),
        saved.load(Ordering::SeqCst)
    );

    assert!(
        truth.partial + truth.unknown + truth.released <= (kills * CALLERS) as usize,
        "{truth:?}"
    );
    assert!(
        truth.settled > 10 * kills as usize && truth.billed > truth.settled,
        "too little happened: {truth:?}"
    );

    // The last edits that were saved during the run are all in the tables.
    let key = stage
        .store
        .api_keys()
        .get(Scope::All, stage.key.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(key.name.as_str(), name);
    let kept = stage
        .store
        .aliases()
        .list(Scope::All, stage.key.id)
        .await
        .unwrap()
        .unwrap();
    let kept: Vec<String> = kept
        .aliases
        .iter()
        .map(|alias| alias.name.as_str().to_owned())
        .collect();
    assert_eq!(kept, aliases);
});

/// Renames the key and gives it other aliases all the time. Returns the last saved state.
async fn edit(stage: Arc<Stage>, stop: Arc<AtomicBool>, saved: Arc<AtomicUsize>) -> (String, Vec<String>) {
    let (by, key) = (Actor::command_line(), stage.key.id);
    let mut last = (stage.key.name.as_str().to_owned(), vec!["exact".to_owned()]);
    for n in 0.. {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let (name, other) = (format!("ci {n}"), format!("other-{n}"));
        assert!(
            stage
                .store
                .by(&by, NOON)
                .api_keys()
                .rename(Scope::All, key, &seed::name(&name))
                .await
                .expect("to rename")
        );
        let version = stage
            .store
            .aliases()
            .list(Scope::All, key)
            .await
            .expect("the aliases")
            .expect("the key")
            .version;
        let aliases = [seed::exact("exact", MODEL), seed::exact(&other, MODEL)];
        stage
            .store
            .by(&by, NOON)
            .aliases()
            .save(Scope::All, key, version, &aliases)
            .await
            .expect("to save");
        last = (name, vec!["exact".into(), other]);
        saved.fetch_add(2, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    last
}
