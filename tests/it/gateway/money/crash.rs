//! The records that a gateway leaves when it stops or crashes.

use std::time::Duration;

use crossmodel::domain::CallState;

use super::penny::{adds_up, counted};
use crate::gateway::rig::{Rig, options, question, test};
use crate::harness::client::Client;
use crate::harness::seed::{self};
use crate::harness::upstream::json_answer;

test!(flushing_a_gateway_that_has_stopped_does_not_wait, |store| {
    let rig = Rig::start(store).await;
    rig.gateway.stop().await;

    tokio::time::timeout(Duration::from_secs(60), rig.gateway.flush())
        .await
        .expect("an answer");
});

both_engines!(
    calls_that_a_crashed_gateway_left_are_written_once_and_those_in_flight_are_unknown,
    |store| {
        let rig = Rig::start(store).await;
        let folder = seed::spool();
        let mut crashing = options(&rig.clock, &rig.upstream);
        crashing.spool.folder.clone_from(&folder);

        let lost = crossmodel::gateway::Gateway::start(rig.store.another().await, crashing.clone())
            .await
            .unwrap();
        rig.upstream.answers(|_| json_answer(200, &counted(1_000, 500)));
        let url = crate::gateway::rig::listen(&rig.store, &lost).await;
        let client = Client::new(&url).bearer(rig.secret.expose());
        client.post("/v1/chat/completions", &question("fast")).await.is(200);
        rig.upstream.answers(|_| vec![crate::harness::upstream::Step::Hold]);

        let in_flight = tokio::spawn(async move { client.post("/v1/chat/completions", &question("fast")).await });
        rig.upstream.was_asked(2).await;
        // A crash leaves the folder of the gateway as it is now.
        let left = seed::spool();
        copy(&folder, &left);
        in_flight.abort();
        drop(in_flight.await);
        lost.stop().await;

        let mut again = crashing.clone();
        again.spool.folder = left.clone();
        let next = crossmodel::gateway::Gateway::start(rig.store.another().await, again)
            .await
            .unwrap();
        for _ in 0..500 {
            if std::fs::read_dir(&left).unwrap().count() == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        next.stop().await;

        let records = rig.records().await;
        assert_eq!(records.len(), 2);
        assert_eq!(
            records
                .iter()
                .filter(|record| record.state == CallState::Settled)
                .count(),
            1
        );
        adds_up(&rig).await;
        assert_eq!(
            std::fs::read_dir(&left).unwrap().count(),
            0,
            "nothing is left of either run"
        );
    }
);

/// Copies the folders of runs, but for their locks.
fn copy(from: &std::path::Path, to: &std::path::Path) {
    for run in std::fs::read_dir(from).unwrap() {
        let run = run.unwrap();
        let target = to.join(run.file_name());
        std::fs::create_dir_all(&target).unwrap();
        for file in std::fs::read_dir(run.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), target.join(file.file_name())).unwrap();
        }
    }
}
