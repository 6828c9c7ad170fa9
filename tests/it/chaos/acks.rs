//! No answer runs ahead of the disk: while the spool cannot be written, no provider is asked and no answer ends.

use std::process::Command;
use std::time::Duration;

use tokio::time::timeout;

use super::callers::{Callers, Saw};
use super::kills::CREDIT;
use super::stage::{Running, Stage};
use crate::harness::dice::seeded;

/// Long enough for everything but what waits for the disk.
const WHILE: Duration = Duration::from_millis(700);

both_engines!(
    no_answer_ends_and_no_provider_is_asked_before_the_disk_has_it,
    |store| {
        let mut dice = seeded("acks");
        let stage = Stage::set((*store).clone(), store.engine(), store.database().url(), dice.u64(..)).await;
        let running = start_deaf(&stage).await;
        let callers = Callers::of(&stage);
        assert!(callers.call(true).await.finished);

        for stream in [true, false] {
            // The provider is asked, and then the file of the spool may not grow: how the call ends cannot be written.
            let asked = stage.biller.bill().len() + 1;
            stage.biller.waits(true);
            let call = tokio::spawn({
                let callers = callers.clone();
                async move { callers.call(stream).await }
            });
            timeout(Duration::from_secs(10), stage.biller.upstream.was_asked(asked))
                .await
                .expect("the provider is asked");
            may_grow(&running, false);
            stage.biller.waits(false);
            stage.biller.finishes(asked).await;
            tokio::time::sleep(WHILE).await;
            assert!(
                !call.is_finished(),
                "a client was told the end: {:?}\n{}",
                callers.saw().last(),
                stage.log()
            );

            // Nor can it be written that another call begins.
            let other = tokio::spawn({
                let callers = callers.clone();
                async move { callers.call(stream).await }
            });
            tokio::time::sleep(WHILE).await;
            assert_eq!(
                stage.biller.bill().len(),
                asked,
                "the provider was asked for a call that is not written down"
            );

            may_grow(&running, true);
            let ended: Saw = timeout(Duration::from_secs(10), call)
                .await
                .expect("an end")
                .expect("a call");
            assert!(ended.finished && ended.took > WHILE, "{ended:?}");
            let refused: Saw = timeout(Duration::from_secs(10), other)
                .await
                .expect("an end")
                .expect("a call");
            assert!(refused.finished || refused.status == Some(503), "{refused:?}");
            // And everything works again.
            let mut again = callers.call(stream).await;
            for _ in 0..100 {
                if again.finished {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
                again = callers.call(stream).await;
            }
            assert!(again.finished, "{again:?}");
        }
        running.stop().await;
        let truth = stage.tells_the_truth(&callers.saw(), CREDIT).await;
        assert_eq!((truth.unknown, truth.partial), (0, 0), "{truth:?}");
    }
);

/// Starts the program so that a file that may not grow is an error, and not its end.
pub(super) async fn start_deaf(stage: &Stage) -> Running {
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "trap '' XFSZ; exec \"$0\" \"$@\"",
        env!("CARGO_BIN_EXE_crossmodel"),
    ]);
    stage.start_by(command).await
}

/// Sets whether the program's files may grow.
pub(super) fn may_grow(running: &Running, yes: bool) {
    let limit = if yes { "--fsize=unlimited:" } else { "--fsize=1:" };
    let set = Command::new("prlimit")
        .args(["--pid", &running.pid().to_string(), limit])
        .status()
        .expect("prlimit");
    assert!(set.success());
}
