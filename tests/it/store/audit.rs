//! The audit log: one entry per change, in the change's own transaction, never altered.

use crossmodel::domain::{KeyState, Scope};
use crossmodel::store::{Actor, StoreError};

use super::raw;
use crate::harness::seed::{self, NOON, exact};

both_engines!(changes_leave_entries_and_refused_ones_leave_none, |store| {
    let account = seed::account(&store, "acme").await;
    let (key, secret) = seed::key(&store, account.id, "ci").await;
    let (by, scope) = (
        Actor {
            person: None,
            name: "maya@example.com".into(),
        },
        Scope::Account(account.id),
    );
    store
        .by(&by, NOON)
        .api_keys()
        .set_state(scope, key.id, KeyState::Disabled)
        .await
        .unwrap();
    store
        .by(&by, NOON)
        .aliases()
        .add(scope, key.id, &exact("fast", "deepseek/deepseek-chat"))
        .await
        .unwrap();
    let refused = store.by(&by, NOON).accounts().create(&account).await;
    assert!(
        matches!(refused, Err(StoreError::Taken { .. }) | Err(StoreError::Database(_))),
        "{refused:?}"
    );
    seed::account(&store, "other").await;

    let entries = store.audit().list(scope, 10).await.unwrap();

    let actions: Vec<&str> = entries.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "api_key.set_aliases",
            "api_key.set_state",
            "api_key.create",
            "wallet.credit",
            "account.create"
        ]
    );
    assert_eq!(
        (entries[0].actor.as_str(), entries[2].actor.as_str()),
        ("maya@example.com", "command line")
    );
    assert_eq!(
        (entries[1].at, entries[1].subject_id.as_str()),
        (NOON, key.id.to_string().as_str())
    );
    assert_eq!(entries[1].detail, r#"{"before":"active","after":"disabled"}"#);
    assert!(entries.iter().all(|entry| !entry.detail.contains(secret.expose())));
    assert_eq!(store.audit().list(Scope::All, 100).await.unwrap().len(), 7);
    assert_eq!(store.audit().list(Scope::All, 2).await.unwrap().len(), 2);
});

both_engines!(entries_can_be_neither_changed_nor_removed, |store| {
    seed::account(&store, "acme").await;

    for sql in ["UPDATE audit_log SET actor = 'another'", "DELETE FROM audit_log"] {
        let refusal = raw::run(&store, sql).await.unwrap_err();
        assert!(refusal.contains("the audit log only grows"), "{refusal}");
    }

    assert_eq!(raw::count(&store, "audit_log", "actor = 'command line'").await, 2);
});
