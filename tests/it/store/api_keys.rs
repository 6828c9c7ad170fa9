//! API keys: their names, their secrets, and what switches them off.

use crossmodel::domain::{ApiKey, ApiKeyHash, ApiKeySecret, KeyState, PersonId, Role, Scope, Strictness};
use crossmodel::random;
use crossmodel::store::{NewKey, StoreError, StoredKey};

use super::{minutes, raw};
use crate::harness::seed::{self, NOON, exact, master, prefix};
use crate::harness::store::TestStore;

fn hash(secret: &ApiKeySecret) -> ApiKeyHash {
    master().api_key_hasher().hash(secret)
}

async fn opened(store: &TestStore, secret: &ApiKeySecret) -> Option<StoredKey> {
    store.api_keys().by_hash(&hash(secret), minutes(10)).await.unwrap()
}

/// Rolls a key at noon.
async fn roll(store: &TestStore, key: &ApiKey, old_until: Option<u64>) -> ApiKeySecret {
    let secret = ApiKeySecret::generate(random::bytes);
    let display = secret.display();
    let until = old_until.map(minutes);

    assert!(
        store
            .at_noon()
            .api_keys()
            .roll(Scope::All, key.id, &hash(&secret), &display, until)
            .await
            .unwrap()
    );
    secret
}

both_engines!(a_key_comes_back_as_it_was_made, |store| {
    let account = seed::account(&store, "acme").await;
    let owner = seed::person(&store, "maya@example.com", Role::Owner, Some(account.id)).await;
    let (mut key, secret) = seed::key(&store, account.id, "first").await;
    key.id = crossmodel::domain::ApiKeyId::new(NOON, random::bytes());
    key.name = seed::name("claude-code-laptop");
    key.owner = Some(owner.id);
    key.expires_at = Some(minutes(60));
    key.allowed_models = Some(vec!["deepseek/deepseek-chat".parse().unwrap()]);
    key.allowed_addresses = vec!["10.0.0.0/8".parse().unwrap(), "2001:db8::/32".parse().unwrap()];
    let aliases = vec![
        exact("fast", "deepseek/deepseek-chat"),
        prefix("claude", "anthropic/claude-opus-4-8"),
    ];
    let new_secret = ApiKeySecret::generate(random::bytes);
    let new = NewKey {
        key: key.clone(),
        hash: hash(&new_secret),
        aliases: aliases.clone(),
    };
    store.at_noon().api_keys().create(&new).await.unwrap();
    key.aliases_version = 1;

    let scope = Scope::Account(account.id);
    assert_eq!(store.api_keys().get(scope, key.id).await.unwrap().as_ref(), Some(&key));
    assert_eq!(
        store
            .api_keys()
            .by_name(account.id, key.name.as_str())
            .await
            .unwrap()
            .as_ref(),
        Some(&key)
    );
    assert_eq!(store.api_keys().all(scope).await.unwrap().len(), 2);
    let found = opened(&store, &new_secret).await.unwrap();
    let account_limits = crossmodel::domain::Limits::NONE;
    let expected = StoredKey {
        key,
        account_enabled: true,
        account_limits,
        owner_enabled: true,
        aliases,
        secret_until: None,
    };
    assert_eq!(found, expected);
    assert_eq!(opened(&store, &secret).await.unwrap().key.name, "first");
});

both_engines!(names_are_unique_in_an_account, |store| {
    let [acme, other] = [
        seed::account(&store, "acme").await,
        seed::account(&store, "other").await,
    ];
    let (first, _) = seed::key(&store, acme.id, "ci").await;
    let (second, _) = seed::key(&store, acme.id, "laptop").await;
    seed::key(&store, other.id, "ci").await;

    let mut again = first.clone();
    again.id = crossmodel::domain::ApiKeyId::new(NOON, random::bytes());
    let new = NewKey {
        key: again,
        hash: hash(&ApiKeySecret::generate(random::bytes)),
        aliases: Vec::new(),
    };
    let created = store.at_noon().api_keys().create(&new).await;
    let renamed = store
        .at_noon()
        .api_keys()
        .rename(Scope::All, second.id, &seed::name("ci"))
        .await;

    assert!(
        matches!(created, Err(StoreError::Taken { what: "name" })),
        "{created:?}"
    );
    assert!(
        matches!(renamed, Err(StoreError::Taken { what: "name" })),
        "{renamed:?}"
    );
    // A refused change leaves no trace.
    assert_eq!(store.api_keys().get(Scope::All, second.id).await.unwrap(), Some(second));
    // A deleted key's name is free.
    assert!(store.at_noon().api_keys().delete(Scope::All, first.id).await.unwrap());
    store.at_noon().api_keys().create(&new).await.unwrap();
});

both_engines!(a_roll_ends_the_old_secret_at_once_or_later, |store| {
    let account = seed::account(&store, "acme").await;
    let (key, first) = seed::key(&store, account.id, "ci").await;

    let second = roll(&store, &key, Some(30)).await;
    let until = opened(&store, &first).await.unwrap().secret_until;
    assert_eq!(until, Some(minutes(30)));
    assert_eq!(opened(&store, &second).await.unwrap().secret_until, None);
    let stored = store.api_keys().get(Scope::All, key.id).await.unwrap().unwrap();
    assert_eq!(
        (stored.display, stored.old_secret_until),
        (second.display(), Some(minutes(30)))
    );
    // An expired secret finds no key.
    assert_eq!(
        store.api_keys().by_hash(&hash(&first), minutes(30)).await.unwrap(),
        None
    );

    let third = roll(&store, &key, None).await;
    assert_eq!(opened(&store, &first).await, None);
    assert_eq!(opened(&store, &second).await, None);
    assert_eq!(opened(&store, &third).await.unwrap().key.old_secret_until, None);
});

both_engines!(a_deleted_key_is_not_found_at_once, |store| {
    let account = seed::account(&store, "acme").await;
    let aliases = vec![exact("fast", "deepseek/deepseek-chat")];
    let (key, secret) = seed::key_with(&store, account.id, "ci", aliases).await;

    assert!(store.at_noon().api_keys().delete(Scope::All, key.id).await.unwrap());

    assert_eq!(opened(&store, &secret).await, None);
    assert_eq!(store.api_keys().get(Scope::All, key.id).await.unwrap(), None);
    assert_eq!(store.api_keys().by_name(account.id, "ci").await.unwrap(), None);
    assert_eq!(store.api_keys().revisions(&[key.id]).await.unwrap(), []);
    assert_eq!(store.aliases().list(Scope::All, key.id).await.unwrap(), None);
    assert!(!store.at_noon().api_keys().delete(Scope::All, key.id).await.unwrap());
});

both_engines!(every_change_raises_the_revision, |store| {
    let account = seed::account(&store, "acme").await;
    let owner = seed::person(&store, "maya@example.com", Role::Owner, Some(account.id)).await;
    let (mut key, _) = seed::key(&store, account.id, "ci").await;
    // A key with an owner.
    store.at_noon().api_keys().delete(Scope::All, key.id).await.unwrap();
    key.id = crossmodel::domain::ApiKeyId::new(NOON, random::bytes());
    key.owner = Some(owner.id);
    let new = NewKey {
        key: key.clone(),
        hash: hash(&ApiKeySecret::generate(random::bytes)),
        aliases: Vec::new(),
    };
    let (scope, id) = (Scope::All, key.id);
    let (keys, writer) = (store.api_keys(), store.at_noon());
    writer.api_keys().create(&new).await.unwrap();
    let revision = async || keys.revisions(&[id]).await.unwrap();
    assert_eq!(revision().await, [(id, 0)]);

    assert!(
        writer
            .api_keys()
            .rename(scope, id, &seed::name("laptop"))
            .await
            .unwrap()
    );
    assert!(
        writer
            .api_keys()
            .set_state(scope, id, KeyState::Disabled)
            .await
            .unwrap()
    );
    assert!(writer.api_keys().set_expiry(scope, id, Some(minutes(5))).await.unwrap());
    assert!(
        writer
            .api_keys()
            .set_allowed(scope, id, Some(&[]), &["10.0.0.0/8".parse().unwrap()])
            .await
            .unwrap()
    );
    roll(&store, &key, None).await;
    assert_eq!(revision().await, [(id, 5)]);
    assert!(writer.accounts().set_enabled(account.id, false).await.unwrap());
    assert!(writer.people().set_enabled(owner.id, false).await.unwrap());
    assert_eq!(revision().await, [(id, 7)]);

    let stored = keys.get(scope, id).await.unwrap().unwrap();
    assert_eq!((stored.name.as_str(), stored.state), ("laptop", KeyState::Disabled));
    assert_eq!(
        (stored.expires_at, stored.allowed_models),
        (Some(minutes(5)), Some(Vec::new()))
    );
    // A use is no change.
    keys.mark_used(&[(id, minutes(3), Some("curl/8".into())), (id, minutes(2), None)])
        .await
        .unwrap();
    keys.mark_used(&[(id, minutes(1), Some("old".into())), (id, minutes(4), None)])
        .await
        .unwrap();
    let stored = keys.get(scope, id).await.unwrap().unwrap();
    assert_eq!(
        (stored.last_used_at, stored.last_used_agent.as_deref()),
        (Some(minutes(4)), Some("curl/8"))
    );
    assert_eq!(stored.revision, 7);
});

both_engines!(a_key_of_a_disabled_account_or_owner_says_so, |store| {
    let account = seed::account(&store, "acme").await;
    let (_, secret) = seed::key(&store, account.id, "ci").await;

    store.at_noon().accounts().set_enabled(account.id, false).await.unwrap();
    assert!(!opened(&store, &secret).await.unwrap().account_enabled);
    store.at_noon().accounts().set_enabled(account.id, true).await.unwrap();
    let found = opened(&store, &secret).await.unwrap();
    assert!(found.account_enabled && found.owner_enabled);
    let unknown = crossmodel::domain::AccountId::new(NOON, random::bytes());
    assert!(!store.at_noon().accounts().set_enabled(unknown, true).await.unwrap());
});

both_engines!(how_much_requests_of_a_key_may_be_changed_is_stored_and_noted, |store| {
    let account = seed::account(&store, "acme").await;
    let (key, _) = seed::key(&store, account.id, "ci").await;
    let (keys, writer) = (store.api_keys(), store.at_noon());
    let adapt = || async { keys.get(Scope::All, key.id).await.unwrap().unwrap().adapt };
    assert_eq!(adapt().await, Strictness::Adapt);

    for strictness in [Strictness::Strict, Strictness::Off, Strictness::Adapt] {
        let set = writer.api_keys().set_adapt(Scope::All, key.id, strictness);
        assert!(set.await.unwrap());
        assert_eq!(adapt().await, strictness);
    }

    assert_eq!(keys.revisions(&[key.id]).await.unwrap(), [(key.id, 3)]);
    let newest = store.audit().list(Scope::All, 1).await.unwrap().remove(0);
    assert_eq!(
        (newest.action.as_str(), newest.detail.as_str()),
        ("api_key.set_adapt", r#"{"before":"off","after":"adapt"}"#)
    );
    let other = Scope::Account(seed::account(&store, "other").await.id);
    let set = writer.api_keys().set_adapt(other, key.id, Strictness::Off);
    assert!(!set.await.unwrap());
});

both_engines!(revisions_of_many_keys_come_together, |store| {
    let account = seed::account(&store, "acme").await;
    let mut ids = Vec::new();
    for n in 0..70 {
        ids.push(seed::key(&store, account.id, &format!("key {n}")).await.0.id);
    }

    let mut found: Vec<_> = store
        .api_keys()
        .revisions(&ids)
        .await
        .unwrap()
        .into_iter()
        .map(|(id, _)| id)
        .collect();

    found.sort();
    ids.sort();
    assert_eq!(found, ids);
    assert_eq!(store.api_keys().revisions(&[]).await.unwrap(), []);
});

both_engines!(a_key_of_another_account_is_as_good_as_none, |store| {
    let acme = seed::account(&store, "acme").await;
    let other = Scope::Account(seed::account(&store, "other").await.id);
    let (key, secret) = seed::key(&store, acme.id, "ci").await;
    let (keys, id) = (store.api_keys(), key.id);
    let writer = store.at_noon().api_keys();

    assert_eq!(keys.get(other, id).await.unwrap(), None);
    assert_eq!(keys.all(other).await.unwrap(), []);
    assert!(!writer.rename(other, id, &seed::name("mine")).await.unwrap());
    assert!(!writer.set_state(other, id, KeyState::Disabled).await.unwrap());
    assert!(!writer.set_expiry(other, id, Some(NOON)).await.unwrap());
    assert!(!writer.set_allowed(other, id, None, &[]).await.unwrap());
    assert!(!writer.roll(other, id, &hash(&secret), "cm-…", None).await.unwrap());
    assert!(!writer.delete(other, id).await.unwrap());

    assert_eq!(keys.get(Scope::All, id).await.unwrap(), Some(key));
    let unknown = PersonId::new(NOON, random::bytes());
    assert!(!store.at_noon().people().set_enabled(unknown, true).await.unwrap());
});

both_engines!(a_value_that_cannot_be_read_names_its_row_and_shows_nothing, |store| {
    let account = seed::account(&store, "acme").await;
    let (key, _) = seed::key(&store, account.id, "ci").await;
    raw::run(&store, "UPDATE api_key SET allowed_models = '[\"Not A Model\"]'")
        .await
        .unwrap();

    let error = store.api_keys().get(Scope::All, key.id).await.unwrap_err();

    let place = format!("api_key.allowed_models of {}", key.id);
    assert!(error.to_string().ends_with(&place), "{error}");
    assert!(!error.to_string().contains("Not A Model"));
});
