//! Many callers at once: streams that stay open, more calls than there is room for, and a load that goes on. `scripts/streams`
//! and `scripts/soak` measure the same for long, on a release build; here it has to work, however fast.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tokio::sync::watch;

use crate::gateway::rig::Rig;
use crate::harness::database::Engine;
use crate::harness::process;
use crate::harness::store::{on, run};
use crate::harness::upstream::{Step, polite};

/// Runs a script of `tests/load` on the built program. Returns its output, and fails where it fails.
async fn measured(script: &str, arguments: &[&str]) -> String {
    let mut command = Command::new("python3");
    let path = format!("{}/tests/load/{script}", env!("CARGO_MANIFEST_DIR"));
    command
        .arg(path)
        .arg(env!("CARGO_BIN_EXE_crossmodel"))
        .args(arguments)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    process::prints(command).await
}

#[test]
fn five_hundred_streams_stay_open_and_new_calls_are_answered_meanwhile() {
    run(async {
        let told = measured("streams.py", &["500"]).await;

        for line in [
            "streams       500 open",
            "answered      500 to the end",
            "new call      first",
        ] {
            assert!(told.contains(line), "{told}");
        }
    });
}

#[test]
fn a_load_that_goes_on_loses_no_call_and_leaves_nothing_open() {
    run(async {
        let told = measured("soak.py", &["0.1", "50"]).await;

        assert!(told.contains("calls         "), "{told}");
    });
}

#[test]
fn calls_beyond_the_room_for_bodies_are_told_to_come_again_and_the_others_are_answered() {
    on(Engine::Sqlite, |store| async move {
        let rig = Rig::with(store, |options| options.limits.bodies = 1 << 20).await;
        let held = Arc::new(watch::Sender::new(true));
        let waiting = Arc::clone(&held);
        rig.upstream.answers(move |seen| {
            let mut steps = vec![Step::Until(waiting.subscribe())];
            steps.extend(polite(seen));
            steps
        });
        let padding = "x".repeat(200 << 10);
        let body = json!({"model": "acme/fast", "messages": [{"role": "user", "content": padding}]});
        let client = rig.client();

        // Three times as many as there is room for.
        let calls = join_all((0..15).map(|_| client.post("/v1/chat/completions", &body)));
        let release = async {
            rig.upstream.was_asked(1).await;
            tokio::time::sleep(Duration::from_secs(1)).await;
            held.send_replace(false);
        };
        let (answers, ()) = tokio::join!(calls, release);

        let (good, turned_away): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        assert!(
            !good.is_empty() && good.len() <= 5,
            "{} of 15 were answered",
            good.len()
        );
        for answer in &turned_away {
            assert_eq!(
                (answer.status.as_u16(), answer.header("retry-after").is_empty()),
                (503, false),
                "{}",
                answer.text()
            );
        }
        assert_eq!(
            rig.upstream.seen().len(),
            good.len(),
            "the provider saw a call that was turned away"
        );
        client.post("/v1/chat/completions", &body).await.is(200);
    });
}
