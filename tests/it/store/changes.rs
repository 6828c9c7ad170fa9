//! Changes that are announced after a commit, to this process and to others.

use std::time::Duration;

use crossmodel::domain::{KeyState, Scope};
use crossmodel::store::{Actor, Change};
use tokio::sync::broadcast::Receiver;
use tokio::time::timeout;

use super::raw;
use crate::harness::database::Engine;
use crate::harness::seed::{self, NOON, exact};
use crate::harness::store::on;

/// Everything announced so far.
fn heard(changes: &mut Receiver<Change>) -> Vec<Change> {
    std::iter::from_fn(|| changes.try_recv().ok()).collect()
}

both_engines!(
    a_change_is_told_in_the_same_process_before_the_writer_goes_on,
    |store| {
        let account = seed::account(&store, "acme").await;
        let (key, _) = seed::key(&store, account.id, "ci").await;
        let (mut changes, by) = (store.changes(), Actor::command_line());

        store
            .by(&by, NOON)
            .aliases()
            .add(Scope::All, key.id, &exact("fast", "deepseek/deepseek-chat"))
            .await
            .unwrap();
        assert_eq!(heard(&mut changes), [Change::Key(key.id)]);
        store
            .by(&by, NOON)
            .api_keys()
            .set_state(Scope::All, key.id, KeyState::Disabled)
            .await
            .unwrap();
        assert_eq!(heard(&mut changes), [Change::Key(key.id)]);
        store
            .by(&by, NOON)
            .accounts()
            .set_enabled(account.id, false)
            .await
            .unwrap();
        assert_eq!(heard(&mut changes), [Change::Account(account.id)]);
        seed::catalog(&store).await;
        assert_eq!(heard(&mut changes), [Change::Catalog]);
        // A change of nothing is not announced.
        seed::catalog(&store).await;
        store
            .by(&by, NOON)
            .aliases()
            .add(Scope::All, key.id, &exact("fast", "deepseek/deepseek-chat"))
            .await
            .unwrap();
        assert_eq!(heard(&mut changes), []);
    }
);

#[test]
fn another_process_hears_of_changes_and_again_after_its_connection_broke() {
    on(Engine::Postgres, |store| async move {
        let account = seed::account(&store, "acme").await;
        let (key, _) = seed::key(&store, account.id, "ci").await;
        let other = store.another().await;
        let mut changes = other.changes();
        other.listen();
        let by = Actor::command_line();

        for round in 0..2 {
            // The listener may not be connected yet: announce until it receives.
            let mut said = 0;
            let heard = loop {
                assert!(said < 200, "not heard in round {round}");
                let state = if said % 2 == 0 {
                    KeyState::Disabled
                } else {
                    KeyState::Active
                };
                store
                    .by(&by, NOON)
                    .api_keys()
                    .set_state(Scope::All, key.id, state)
                    .await
                    .unwrap();
                said += 1;
                if let Ok(change) = timeout(Duration::from_millis(50), changes.recv()).await {
                    break change.unwrap();
                }
            };
            assert_eq!(heard, Change::Key(key.id));
            let broken = "SELECT CAST(pg_terminate_backend(pid) AS TEXT) FROM pg_stat_activity \
                          WHERE datname = current_database() AND query LIKE 'LISTEN%'";
            assert_eq!(raw::texts(&store, broken).await, ["true"]);
            // Announcements from before the break may still come.
            while timeout(Duration::from_millis(100), changes.recv()).await.is_ok() {}
        }
        other.close().await;
    });
}
