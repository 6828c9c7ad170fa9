//! Limits of accounts and keys on addresses, models and time.

use std::time::Duration;

use crossmodel::domain::{Access, ModelId, Scope};
use crossmodel::store::Actor;

use super::{AUTH, is_error};
use crate::gateway::rig::{Rig, question, test};

test!(a_key_limited_to_addresses_is_refused_elsewhere, |store| {
    let rig = Rig::start(store).await;
    let limit = async |net: &str| {
        let (by, now) = (Actor::command_line(), rig.clock.now());
        rig.store
            .by(&by, now)
            .api_keys()
            .set_allowed(Scope::All, rig.key.id, None, &[net.parse().unwrap()])
            .await
            .unwrap();
    };

    limit("10.0.0.0/8").await;
    let reply = rig
        .client()
        .with("x-forwarded-for", "10.0.0.1")
        .post("/v1/chat/completions", &question("fast"))
        .await;
    let message = "This API key may not be used from your address.";
    is_error(&reply, (403, "permission_error", None, "address_not_allowed"), message);

    limit("127.0.0.0/8").await;
    rig.asks("fast").await.is(200);
});

test!(a_key_limited_to_models_may_not_reach_others_through_an_alias, |store| {
    let rig = Rig::start(store).await;
    let (by, now) = (Actor::command_line(), rig.clock.now());
    let allowed = ["acme/other".parse().unwrap()];
    rig.store
        .by(&by, now)
        .api_keys()
        .set_allowed(Scope::All, rig.key.id, Some(&allowed), &[])
        .await
        .unwrap();

    let through = rig.asks("claude-opus").await;
    let message = "This API key may not use the model 'acme/fast', which the alias 'claude-' points at.";
    is_error(
        &through,
        (403, "permission_error", Some("model"), "model_not_allowed"),
        message,
    );
    assert_eq!(through.header("x-crossmodel-alias"), "claude-; match=prefix");
    assert_eq!(through.header("x-crossmodel-model"), "acme/fast");

    let straight = rig.asks("acme/fast").await;
    let message = "This API key may not use the model 'acme/fast'.";
    is_error(
        &straight,
        (403, "permission_error", Some("model"), "model_not_allowed"),
        message,
    );

    rig.asks("acme/other").await.is(200);
});

async fn allow(rig: &Rig, access: Access) {
    let (by, now) = (Actor::command_line(), rig.clock.now());
    let set = rig.store.by(&by, now).accounts().set_access(rig.account.id, &access);
    assert!(set.await.unwrap());
}

async fn allow_key(rig: &Rig, models: Option<&[ModelId]>) {
    let (by, now) = (Actor::command_line(), rig.clock.now());
    let keys = rig.store.by(&by, now).api_keys();
    let set = keys.set_allowed(Scope::All, rig.key.id, models, &[]);
    assert!(set.await.unwrap());
}

both_engines!(what_an_account_does_not_allow_none_of_its_keys_may, |store| {
    let rig = Rig::start(store).await;
    let only_other = Access {
        models: Some(vec!["acme/other".parse().unwrap()]),
        ..Access::default()
    };
    allow(&rig, only_other).await;

    let kind = (403, "permission_error", Some("model"), "model_not_allowed");
    let message = "This API key may not use the model 'acme/fast'.";
    is_error(&rig.asks("acme/fast").await, kind, message);
    rig.asks("acme/other").await.is(200);

    // A key's own list does not widen that of its account.
    allow_key(&rig, Some(&["acme/fast".parse().unwrap()])).await;
    rig.asks("acme/fast").await.is(403);
    rig.asks("acme/other").await.is(403);
});

both_engines!(a_key_is_limited_to_the_addresses_of_its_account, |store| {
    let rig = Rig::start(store).await;
    let from = |net: &str| Access {
        addresses: vec![net.parse().unwrap()],
        ..Access::default()
    };

    allow(&rig, from("10.0.0.0/8")).await;
    let kind = (403, "permission_error", None, "address_not_allowed");
    let message = "This API key may not be used from your address.";
    is_error(&rig.asks("fast").await, kind, message);

    allow(&rig, from("127.0.0.0/8")).await;
    rig.asks("fast").await.is(200);
});

both_engines!(a_key_ends_with_its_account, |store| {
    let rig = Rig::start(store).await;
    let ends = Access {
        expires_at: Some(rig.clock.now().plus(Duration::from_secs(5))),
        ..Access::default()
    };
    allow(&rig, ends).await;
    rig.asks("fast").await.is(200);

    rig.clock.advance(Duration::from_secs(5));
    let message = "The account of this API key has expired.";
    is_error(&rig.asks("fast").await, (401, AUTH, None, "api_key_expired"), message);

    allow(&rig, Access::default()).await;
    rig.asks("fast").await.is(200);
});
