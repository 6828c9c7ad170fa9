//! Settings of a key are saved all the time while it is billed: no counter is written over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossmodel::domain::{Limits, Period, Scope, SpendLimit};
use crossmodel::store::Actor;

use super::callers::Callers;
use super::kills::CREDIT;
use super::stage::Stage;
use crate::harness::dice::seeded;
use crate::harness::seed::{self, NOON};

const CALLS: usize = 1_000;

both_engines!(saving_a_key_while_it_is_billed_changes_no_counter, |store| {
    let mut dice = seeded("settings");
    let stage = Arc::new(Stage::set((*store).clone(), store.engine(), store.database().url(), dice.u64(..)).await);
    let running = stage.start().await;
    let callers = Callers::of(&stage);
    let stop = Arc::new(AtomicBool::new(false));
    let editor = tokio::spawn(save(Arc::clone(&stage), Arc::clone(&stop)));
    let work = callers.work(16, 4, &mut dice);

    while callers.saw().len() < CALLS {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    callers.rest(work).await;
    stop.store(true, Ordering::SeqCst);
    let saves = editor.await.expect("the editor");
    running.stop().await;

    let saw = callers.saw();
    let failed = saw.iter().find(|saw| !saw.finished);
    assert!(failed.is_none(), "{failed:?}");

    let truth = stage.tells_the_truth(&saw, CREDIT).await;
    println!(
        "{:?}: {saves} saves during {} calls: {truth:?}",
        stage.engine,
        saw.len()
    );
    assert_eq!(truth.settled, saw.len());
    assert!(saves > 50, "only {saves} saves");

    let key = stage
        .store
        .api_keys()
        .get(Scope::All, stage.key.id)
        .await
        .unwrap()
        .unwrap();
    let last = (saves - 1) / 3;
    assert_eq!(
        (key.name.as_str(), key.limits.spend),
        (format!("ci {last}").as_str(), limits(last).spend)
    );
});

/// Saves name, limits and expiry by turns until it has to stop. Returns how often.
async fn save(stage: Arc<Stage>, stop: Arc<AtomicBool>) -> u64 {
    let (by, key) = (Actor::command_line(), stage.key.id);
    let keys = stage.store.by(&by, NOON).api_keys();
    let mut n = 0;
    while !stop.load(Ordering::SeqCst) {
        keys.rename(Scope::All, key, &seed::name(&format!("ci {n}")))
            .await
            .expect("to rename");
        keys.set_limits(Scope::All, key, limits(n)).await.expect("to limit");
        let later = NOON.plus(Duration::from_secs((1_000 + n) * 86_400));
        keys.set_expiry(Scope::All, key, Some(later))
            .await
            .expect("to set the expiry");
        n += 1;
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    3 * n
}

/// Limits that no call here reaches, a different one each time.
fn limits(n: u64) -> Limits {
    let period = [Period::Total, Period::Day, Period::Week, Period::Month][n as usize % 4];
    let amount = format!("{}", 1_000 + n).parse().expect("an amount");
    Limits {
        spend: Some(SpendLimit { amount, period }),
        ..Limits::NONE
    }
}
