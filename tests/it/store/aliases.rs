//! The aliases of a key: at most 20, and never overwritten by an actor who has not seen them.

use crossmodel::domain::{Alias, ApiKeyId, Scope, Strictness};
use crossmodel::store::{Actor, KeyFilter, SaveOutcome, SavedAliases, StoreError};

use super::{minutes, raw};
use crate::harness::seed::{self, NOON, exact, prefix};
use crate::harness::store::TestStore;

const FAST: &str = "deepseek/deepseek-chat";
const GOOD: &str = "anthropic/claude-opus-4-8";

async fn key(store: &TestStore) -> ApiKeyId {
    let account = seed::account(store, "acme").await;
    seed::key(store, account.id, "ci").await.0.id
}

async fn stored(store: &TestStore, key: ApiKeyId) -> SavedAliases {
    store.aliases().list(Scope::All, key).await.unwrap().unwrap()
}

async fn save(store: &TestStore, key: ApiKeyId, base: i64, aliases: &[Alias]) -> SaveOutcome {
    store
        .at_noon()
        .aliases()
        .save(Scope::All, key, base, aliases)
        .await
        .unwrap()
}

both_engines!(of_64_who_add_at_once_20_succeed, |store| {
    let key = key(&store).await;

    let mut adding = tokio::task::JoinSet::new();
    for n in 0..64 {
        let store = store.clone();
        adding.spawn(async move {
            let alias = exact(&format!("name-{n}"), FAST);
            store.at_noon().aliases().add(Scope::All, key, &alias).await
        });
    }
    let outcomes = adding.join_all().await;

    let refused: Vec<&StoreError> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    assert_eq!(refused.len(), 44);
    assert!(
        refused
            .iter()
            .all(|error| matches!(error, StoreError::Full { limit: 20 })),
        "{refused:?}"
    );
    let saved = stored(&store, key).await;
    assert_eq!((saved.aliases.len(), saved.version), (20, 20));
    assert_eq!(raw::count(&store, "alias", "1 = 1").await, 20);
});

both_engines!(the_database_itself_refuses_a_21st_alias, |store| {
    let key = key(&store).await;
    let aliases: Vec<Alias> = (0..20).map(|n| exact(&format!("name-{n}"), FAST)).collect();
    save(&store, key, 0, &aliases).await;

    let add =
        format!("INSERT INTO alias (api_key_id, name, matching, target) VALUES ('{key}', 'more', 'exact', '{FAST}')");
    let refusal = raw::run(&store, &add).await.unwrap_err();

    assert!(refusal.contains("api_key_alias_limit"), "{refusal}");
});

both_engines!(the_database_itself_refuses_names_that_are_no_alias_names, |store| {
    let key = key(&store).await;

    for name in [
        "",
        "Upper",
        "spa ce",
        "umlaut-\u{e4}",
        "line\nbreak",
        "star*",
        &"a".repeat(65),
    ] {
        let sql = format!(
            "INSERT INTO alias (api_key_id, name, matching, target) VALUES ('{key}', '{name}', 'exact', '{FAST}')"
        );
        assert!(raw::run(&store, &sql).await.is_err(), "{name:?} was taken");
    }
    for name in ["a", "0._:/-z", &"a".repeat(64)] {
        let sql = format!(
            "INSERT INTO alias (api_key_id, name, matching, target) VALUES ('{key}', '{name}', 'exact', '{FAST}')"
        );
        raw::run(&store, &sql).await.unwrap();
    }
});

both_engines!(
    of_two_who_save_what_they_made_of_one_version_the_later_is_told,
    |store| {
        let key = key(&store).await;
        let mine = [exact("fast", FAST)];
        let theirs = [prefix("claude", GOOD)];

        let (one, two) = tokio::join!(save(&store, key, 0, &mine), save(&store, key, 0, &theirs));

        let current = stored(&store, key).await;
        let outcomes = [one, two];
        assert!(outcomes.contains(&SaveOutcome::Saved { version: 1 }), "{outcomes:?}");
        assert!(
            outcomes.contains(&SaveOutcome::Stale {
                current: current.clone()
            }),
            "{outcomes:?}"
        );
        assert_eq!((current.version, current.aliases.len()), (1, 1));
        assert_eq!(
            (current.saved_by.as_deref(), current.saved_at),
            (Some("command line"), Some(NOON))
        );
    }
);

both_engines!(
    saving_what_is_stored_changes_nothing_whatever_it_was_made_from,
    |store| {
        let key = key(&store).await;
        let [fast, claude] = [exact("fast", FAST), prefix("claude", GOOD)];
        save(&store, key, 0, &[fast.clone(), claude.clone()]).await;
        let before = store.api_keys().get(Scope::All, key).await.unwrap();

        // In another order, and made from a version that is long gone.
        let outcome = save(&store, key, 0, &[claude, fast]).await;

        assert_eq!(outcome, SaveOutcome::Unchanged { version: 1 });
        assert_eq!(
            store.api_keys().get(Scope::All, key).await.unwrap(),
            before,
            "not even the revision has risen"
        );
        assert_eq!(store.aliases().history(Scope::All, key, 10).await.unwrap().len(), 1);
    }
);

both_engines!(a_save_replaces_all_and_raises_version_and_revision, |store| {
    let key = key(&store).await;
    save(&store, key, 0, &[exact("fast", FAST), exact("gone", FAST)]).await;

    let outcome = save(&store, key, 1, &[prefix("fast", GOOD), exact("new", FAST)]).await;

    assert_eq!(outcome, SaveOutcome::Saved { version: 2 });
    assert_eq!(
        stored(&store, key).await.aliases,
        [exact("new", FAST), prefix("fast", GOOD)]
    );
    let key = store.api_keys().get(Scope::All, key).await.unwrap().unwrap();
    assert_eq!((key.aliases_version, key.revision), (2, 2));
});

both_engines!(the_name_that_answers_carry_is_stored_with_an_alias, |store| {
    let account = seed::account(&store, "acme").await;
    let (key, secret) = seed::key(&store, account.id, "ci").await;
    let kept = Alias {
        keep_name: true,
        ..prefix("claude-", GOOD)
    };
    save(&store, key.id, 0, &[exact("fast", FAST), kept.clone()]).await;

    let all = [exact("fast", FAST), kept.clone()];
    assert_eq!(stored(&store, key.id).await.aliases, all);
    assert_eq!(
        store
            .aliases()
            .at_version(Scope::All, key.id, 1)
            .await
            .unwrap()
            .unwrap()
            .aliases,
        all
    );
    let hash = seed::master().api_key_hasher().hash(&secret);
    assert_eq!(
        store.api_keys().by_hash(&hash, NOON).await.unwrap().unwrap().aliases,
        all,
        "as the gateway reads them"
    );

    // The switch alone is a change, and adding the alias again ends it.
    let off = [exact("fast", FAST), prefix("claude-", GOOD)];
    assert_eq!(save(&store, key.id, 1, &off).await, SaveOutcome::Saved { version: 2 });
    store.at_noon().aliases().add(Scope::All, key.id, &kept).await.unwrap();
    assert_eq!(stored(&store, key.id).await.aliases, all);

    // What was stored before there was a switch answers with the real id.
    let id = key.id;
    let old = format!(
        "UPDATE alias_version SET aliases = '[{{\"name\":\"old\",\"match\":\"exact\",\"target\":\"{FAST}\"}}]' WHERE api_key_id = '{id}' AND version = 1"
    );
    raw::run(&store, &old).await.unwrap();
    raw::run(
        &store,
        &format!("INSERT INTO alias (api_key_id, name, matching, target) VALUES ('{id}', 'old', 'exact', '{FAST}')"),
    )
    .await
    .unwrap();
    assert_eq!(
        store
            .aliases()
            .at_version(Scope::All, id, 1)
            .await
            .unwrap()
            .unwrap()
            .aliases,
        [exact("old", FAST)]
    );
    assert!(stored(&store, id).await.aliases.contains(&exact("old", FAST)));
});

both_engines!(how_much_requests_may_be_changed_is_stored_with_an_alias, |store| {
    let account = seed::account(&store, "acme").await;
    let (key, secret) = seed::key(&store, account.id, "ci").await;
    let with = |adapt| Alias {
        adapt: Some(adapt),
        ..prefix("claude-", GOOD)
    };
    let all = [exact("fast", FAST), with(Strictness::Strict)];
    save(&store, key.id, 0, &all).await;

    assert_eq!(stored(&store, key.id).await.aliases, all);
    let hash = seed::master().api_key_hasher().hash(&secret);
    let of_gateway = store.api_keys().by_hash(&hash, NOON).await.unwrap().unwrap();
    assert_eq!(
        (of_gateway.aliases.as_slice(), of_gateway.key.adapt),
        (&all[..], Strictness::Adapt)
    );
    let page = store
        .api_keys()
        .page(Scope::All, &KeyFilter::default(), NOON)
        .await
        .unwrap();
    assert_eq!(page.rows[0].aliases, all);

    // The setting alone is a change, and older versions keep theirs.
    let off = [exact("fast", FAST), with(Strictness::Off)];
    assert_eq!(save(&store, key.id, 1, &off).await, SaveOutcome::Saved { version: 2 });
    assert_eq!(
        save(&store, key.id, 2, &off).await,
        SaveOutcome::Unchanged { version: 2 }
    );
    let first = store
        .aliases()
        .at_version(Scope::All, key.id, 1)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(first.aliases, all);
    assert_eq!(stored(&store, key.id).await.aliases, off);
});

both_engines!(twenty_can_be_replaced_by_twenty_others_but_not_by_21, |store| {
    let key = key(&store).await;
    let some = |word: &str, count| {
        (0..count)
            .map(|n| exact(&format!("{word}-{n}"), FAST))
            .collect::<Vec<Alias>>()
    };
    save(&store, key, 0, &some("old", 20)).await;

    assert_eq!(
        save(&store, key, 1, &some("new", 20)).await,
        SaveOutcome::Saved { version: 2 }
    );

    let outcome = store
        .at_noon()
        .aliases()
        .save(Scope::All, key, 2, &some("more", 21))
        .await;
    assert!(matches!(outcome, Err(StoreError::Full { limit: 20 })), "{outcome:?}");
    assert_eq!(stored(&store, key).await.version, 2);
});

both_engines!(two_aliases_of_one_name_are_refused, |store| {
    let key = key(&store).await;
    let twice = [exact("fast", FAST), prefix("fast", GOOD)];

    let outcome = store.at_noon().aliases().save(Scope::All, key, 0, &twice).await;

    assert!(matches!(outcome, Err(StoreError::Taken { .. })), "{outcome:?}");
});

both_engines!(adding_replaces_the_alias_of_its_name_even_in_a_full_key, |store| {
    let key = key(&store).await;
    let aliases: Vec<Alias> = (0..20).map(|n| exact(&format!("name-{n}"), FAST)).collect();
    save(&store, key, 0, &aliases).await;

    store
        .at_noon()
        .aliases()
        .add(Scope::All, key, &prefix("name-7", GOOD))
        .await
        .unwrap();
    // Once more changes nothing.
    store
        .at_noon()
        .aliases()
        .add(Scope::All, key, &prefix("name-7", GOOD))
        .await
        .unwrap();

    let saved = stored(&store, key).await;
    assert_eq!((saved.version, saved.aliases.len()), (2, 20));
    assert!(saved.aliases.contains(&prefix("name-7", GOOD)));
});

both_engines!(an_alias_is_removed_once, |store| {
    let key = key(&store).await;
    save(&store, key, 0, &[exact("fast", FAST)]).await;
    let name = "fast".parse().unwrap();

    assert!(store.at_noon().aliases().remove(Scope::All, key, &name).await.unwrap());
    assert!(!store.at_noon().aliases().remove(Scope::All, key, &name).await.unwrap());

    assert_eq!(stored(&store, key).await.aliases, []);
});

both_engines!(every_version_can_be_read_again, |store| {
    let key = key(&store).await;
    let by = Actor {
        person: None,
        name: "maya@example.com".into(),
    };
    save(&store, key, 0, &[exact("fast", FAST)]).await;
    store
        .by(&by, minutes(1))
        .aliases()
        .save(Scope::All, key, 1, &[exact("fast", GOOD)])
        .await
        .unwrap();

    let history = store.aliases().history(Scope::All, key, 10).await.unwrap();
    assert_eq!(history.iter().map(|saved| saved.version).collect::<Vec<_>>(), [2, 1]);
    let first = store.aliases().at_version(Scope::All, key, 1).await.unwrap().unwrap();
    assert_eq!(first.aliases, [exact("fast", FAST)]);
    assert_eq!(history[0].saved_by.as_deref(), Some("maya@example.com"));
    assert_eq!(history[0], stored(&store, key).await);
    let empty = store.aliases().at_version(Scope::All, key, 0).await.unwrap().unwrap();
    assert_eq!(empty.aliases, []);
    assert_eq!(store.aliases().at_version(Scope::All, key, 3).await.unwrap(), None);
});

both_engines!(a_key_of_another_account_is_as_good_as_none, |store| {
    let key = key(&store).await;
    save(&store, key, 0, &[exact("fast", FAST)]).await;
    let other = Scope::Account(seed::account(&store, "other").await.id);
    let aliases = store.aliases();
    let writer = store.at_noon().aliases();

    assert_eq!(aliases.list(other, key).await.unwrap(), None);
    assert_eq!(aliases.at_version(other, key, 0).await.unwrap(), None);
    assert_eq!(aliases.at_version(other, key, 1).await.unwrap(), None);
    assert_eq!(aliases.history(other, key, 10).await.unwrap(), []);
    let fast = exact("fast", GOOD);
    let outcome = writer.save(other, key, 1, std::slice::from_ref(&fast)).await.unwrap();
    assert_eq!(outcome, SaveOutcome::Missing);
    assert!(matches!(writer.add(other, key, &fast).await, Err(StoreError::Missing)));
    assert!(!writer.remove(other, key, &fast.name).await.unwrap());
    assert_eq!(stored(&store, key).await.version, 1);
});
