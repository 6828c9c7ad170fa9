//! Keys that are missing, wrong, switched off, expired or rolled.

use std::time::Duration;

use crossmodel::domain::{ApiKeySecret, KeyState, PersonId, Role, Scope};
use crossmodel::store::Actor;

use super::{AUTH, INVALID, chat, is_error};
use crate::gateway::rig::{Rig, question, test};
use crate::harness::client::Client;
use crate::harness::seed::{self, NOON};

test!(a_call_without_a_usable_key_says_what_is_wrong_with_it, |store| {
    let rig = Rig::start(store).await;
    let ask = async |client: Client| chat(&client, &question("fast")).await;
    let unknown = ApiKeySecret::generate(crossmodel::random::bytes);
    let mut mistyped = rig.secret.expose().to_owned();
    let last = mistyped.pop().unwrap();
    mistyped.push(if last == '0' { '1' } else { '0' });

    let missing = "No API key was sent. Send it as 'Authorization: Bearer cm-…' or as 'x-api-key: cm-…'.";
    let not_valid = "This API key is not valid.";
    is_error(
        &ask(rig.without_key()).await,
        (401, AUTH, None, "missing_api_key"),
        missing,
    );
    is_error(
        &ask(rig.without_key().with("authorization", "Basic abc")).await,
        (401, AUTH, None, "missing_api_key"),
        missing,
    );
    is_error(
        &ask(rig.without_key().bearer("sk-other")).await,
        (401, AUTH, None, "invalid_api_key"),
        not_valid,
    );
    is_error(
        &ask(rig.without_key().bearer(&mistyped)).await,
        (401, AUTH, None, "invalid_api_key"),
        not_valid,
    );
    is_error(
        &ask(rig.without_key().bearer(unknown.expose())).await,
        (401, AUTH, None, "invalid_api_key"),
        not_valid,
    );

    let both = rig.client().with("x-api-key", unknown.expose());
    let conflict = "Two different API keys were sent. Send one, in 'Authorization' or in 'x-api-key'.";
    is_error(&ask(both).await, (400, INVALID, None, "conflicting_api_keys"), conflict);
    assert_eq!(rig.upstream.seen().len(), 0);
    assert_eq!(rig.records().await, []);
});

both_engines!(a_key_that_is_not_active_says_why, |store| {
    let rig = Rig::start(store).await;
    let (by, now) = (Actor::command_line(), rig.clock.now());
    let writer = rig.store.by(&by, now);
    let (accounts, keys) = (writer.accounts(), writer.api_keys());
    rig.asks("fast").await.is(200);

    keys.set_state(Scope::All, rig.key.id, KeyState::Disabled)
        .await
        .unwrap();
    is_error(
        &rig.asks("fast").await,
        (401, AUTH, None, "api_key_inactive"),
        "This API key is disabled.",
    );
    keys.set_state(Scope::All, rig.key.id, KeyState::Active).await.unwrap();
    rig.asks("fast").await.is(200);

    keys.set_expiry(Scope::All, rig.key.id, Some(now.plus(Duration::from_secs(5))))
        .await
        .unwrap();
    rig.asks("fast").await.is(200);
    rig.clock.advance(Duration::from_secs(5));
    is_error(
        &rig.asks("fast").await,
        (401, AUTH, None, "api_key_expired"),
        "This API key has expired.",
    );
    keys.set_expiry(Scope::All, rig.key.id, None).await.unwrap();
    rig.asks("fast").await.is(200);

    let inactive = "The account or the person that this API key belongs to is disabled.";
    accounts.set_enabled(rig.account.id, false).await.unwrap();
    is_error(&rig.asks("fast").await, (401, AUTH, None, "user_inactive"), inactive);
    accounts.set_enabled(rig.account.id, true).await.unwrap();
    rig.asks("fast").await.is(200);

    keys.delete(Scope::All, rig.key.id).await.unwrap();
    is_error(
        &rig.asks("fast").await,
        (401, AUTH, None, "invalid_api_key"),
        "This API key is not valid.",
    );
});

test!(a_key_of_a_disabled_person_is_refused, |store| {
    let rig = Rig::start(store).await;
    let person = seed::person(&rig.store, "maya@example.com", Role::Owner, Some(rig.account.id)).await;
    let secret = key_of(&rig, Some(person.id)).await;
    let client = rig.without_key().bearer(secret.expose());
    chat(&client, &question("acme/fast")).await.is(200);

    rig.store
        .at_noon()
        .people()
        .set_enabled(person.id, false)
        .await
        .unwrap();

    chat(&client, &question("acme/fast")).await.is(401);
});

async fn key_of(rig: &Rig, owner: Option<PersonId>) -> ApiKeySecret {
    let secret = ApiKeySecret::generate(crossmodel::random::bytes);
    let mut key = rig.key.clone();
    key.id = crossmodel::domain::ApiKeyId::new(NOON, crossmodel::random::bytes());
    (key.owner, key.name) = (owner, seed::name("theirs"));
    let hash = seed::master().api_key_hasher().hash(&secret);
    let new = crossmodel::store::NewKey {
        key,
        hash,
        aliases: Vec::new(),
    };
    rig.store.at_noon().api_keys().create(&new).await.unwrap();
    secret
}

test!(a_rolled_secret_works_as_long_as_was_granted, |store| {
    let rig = Rig::start(store).await;
    let new = ApiKeySecret::generate(crossmodel::random::bytes);
    let hash = seed::master().api_key_hasher().hash(&new);
    rig.asks("fast").await.is(200);

    let until = rig.clock.now().plus(Duration::from_secs(30));
    let by = Actor::command_line();
    rig.store
        .by(&by, rig.clock.now())
        .api_keys()
        .roll(Scope::All, rig.key.id, &hash, &new.display(), Some(until))
        .await
        .unwrap();

    rig.asks("fast").await.is(200);
    chat(&rig.without_key().bearer(new.expose()), &question("fast"))
        .await
        .is(200);
    rig.clock.advance(Duration::from_secs(30));
    rig.asks("fast").await.is(401);
    chat(&rig.without_key().bearer(new.expose()), &question("fast"))
        .await
        .is(200);
});
