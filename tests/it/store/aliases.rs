//! The aliases of a key: at most 20, never overwritten by somebody who has not seen them.

use crossmodel::domain::Scope;
use crossmodel::store::{Editor, SaveOutcome, StoreError};

use crate::harness::seed::{self, NOON, exact, prefix};

both_engines!(of_64_who_add_at_once_20_succeed, |store| {
    let account = seed::account(&store, "acme").await;
    let (key, _) = seed::key(&store, account.id, "ci").await;

    let mut adding = tokio::task::JoinSet::new();
    for n in 0..64 {
        let store = store.clone();
        adding.spawn(async move {
            let alias = exact(&format!("name-{n}"), "deepseek/deepseek-chat");
            store.aliases().add(Scope::All, key.id, &alias, &Editor::command_line(), NOON).await
        });
    }
    let outcomes = adding.join_all().await;

    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 20);
    assert!(outcomes.iter().filter_map(|o| o.as_ref().err()).all(|e| matches!(e, StoreError::Full { limit: 20 })));
    let saved = store.aliases().list(Scope::All, key.id).await.unwrap().unwrap();
    assert_eq!((saved.aliases.len(), saved.version), (20, 20));
});

both_engines!(of_two_who_save_what_they_made_of_one_version_the_later_is_told, |store| {
    let account = seed::account(&store, "acme").await;
    let (key, _) = seed::key(&store, account.id, "ci").await;
    let by = Editor::command_line();
    let mine = [exact("fast", "deepseek/deepseek-chat")];
    let theirs = [prefix("claude", "anthropic/claude-opus-4-8")];

    let (one, two) = tokio::join!(
        store.aliases().save(Scope::All, key.id, 0, &mine, &by, NOON),
        store.aliases().save(Scope::All, key.id, 0, &theirs, &by, NOON),
    );

    let outcomes = [one.unwrap(), two.unwrap()];
    let stored = store.aliases().list(Scope::All, key.id).await.unwrap().unwrap();
    assert_eq!(stored.version, 1);
    assert!(outcomes.contains(&SaveOutcome::Saved { version: 1 }), "{outcomes:?}");
    assert!(outcomes.contains(&SaveOutcome::Stale { current: stored.clone() }), "{outcomes:?}");
    assert_eq!(stored.saved_by.as_deref(), Some("command line"));
});
