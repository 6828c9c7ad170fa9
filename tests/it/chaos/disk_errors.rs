//! The disk under the spool fails now and then, whatever it is asked, while calls go on that the database has not taken, and
//! the program is killed.

use std::time::{Duration, Instant};

use super::callers::Callers;
use super::held::Held;
use super::kills::CREDIT;
use super::outages::{caught_up, warm};
use super::stage::Stage;
use crate::harness::dice::{millis, number, seeded};
use crate::harness::disk::{Failures, Of};

both_engines!(no_error_of_the_disk_loses_or_doubles_a_call, |store| {
    let rounds = number("CHAOS_DISK_ERRORS", 4);
    let mut dice = seeded("disk errors");
    let stage = Stage::set((*store).clone(), store.engine(), store.database().url(), dice.u64(..)).await;
    let failures = Failures::below(&stage.path("spool"));
    // The longest name that there is: the more there is to read.
    let callers = Callers::of(&stage).asking_for(&format!("long-{}", "x".repeat(250)));
    let began = Instant::now();
    let mut running = stage.start_by(failures.program(dice.u64(..))).await;
    warm(&callers).await;

    let work = callers.work(64, 2, &mut dice);
    let mut n = 0;
    // Each time until reading has failed too.
    while n < rounds || (n < 10 * rounds && !stage.log().contains("cannot be read")) {
        n += 1;
        let held = Held::take(&stage).await;
        // More than is read at once.
        tokio::time::sleep(millis(&mut dice, 1_000..=2_500)).await;
        let of = if dice.bool() { Of::Reading } else { Of::Everything };
        failures.begin(of, dice.u64(4..=80));
        held.release().await;
        tokio::time::sleep(millis(&mut dice, 500..=2_000)).await;
        if dice.u8(..4) == 0 {
            running.kill();
            failures.end();
            running = stage.start_by(failures.program(dice.u64(..))).await;
        } else {
            failures.end();
        }
        println!("round {n}: {} calls so far", callers.saw().len());
    }
    let well = Instant::now();
    tokio::time::sleep(Duration::from_secs(1)).await;
    callers.rest(work).await;
    running.stop().await;
    // What could not be removed goes at the next start.
    running = stage.start_by(failures.program(dice.u64(..))).await;
    stage.recovers(Duration::from_secs(30)).await;
    caught_up(&stage, &callers, well).await;
    running.stop().await;

    let truth = stage.tells_the_truth(&callers.saw(), CREDIT).await;
    println!("{:?}: {n} rounds in {:?}: {truth:?}", stage.engine, began.elapsed());
    assert!(n < 10 * rounds, "the spool could always be read\n{}", stage.log());
    assert!(truth.settled > 20 * rounds as usize, "too little happened: {truth:?}");
});
