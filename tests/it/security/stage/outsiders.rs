//! Clients that the gateway must not answer.

use std::time::Duration;

use crossmodel::domain::{ApiKeySecret, KeyState, Role, Scope};
use crossmodel::random;
use crossmodel::store::Actor;

use super::World;
use crate::harness::client::Client;
use crate::harness::seed;

/// Every kind of client that the gateway must not answer, by name.
pub async fn without_a_key(world: &World) -> Vec<(&'static str, Client)> {
    let (by, now) = (Actor::command_line(), world.clock.now());
    let store = world.app.store();
    let writer = store.by(&by, now);
    let (keys, all) = (writer.api_keys(), Scope::All);
    let with = |secret: &str| world.app.client().bearer(secret);

    let (disabled, disabled_secret) = world.makes_key(0, None).await;
    let set = keys.set_state(all, disabled.id, KeyState::Disabled).await;
    set.expect("to disable a key");

    let (expired, expired_secret) = world.makes_key(0, None).await;
    let past = Some(now.minus(Duration::from_secs(1)));
    let set = keys.set_expiry(all, expired.id, past).await;
    set.expect("to let a key expire");

    let (deleted, deleted_secret) = world.makes_key(0, None).await;
    keys.delete(all, deleted.id).await.expect("to delete a key");

    let closed = seed::account(store, "closed too").await;
    let (_, closed_secret) = seed::key(store, closed.id, "shut").await;
    let set = writer.accounts().set_enabled(closed.id, false).await;
    set.expect("to disable an account");

    let account = Some(world.sides[0].account.id);
    let gone = seed::person(store, "left@alpha.test", Role::Owner, account).await;
    let (_, gone_secret) = world.makes_key(0, Some(gone.id)).await;
    let set = writer.people().set_enabled(gone.id, false).await;
    set.expect("to disable a person");

    vec![
        ("no key", world.app.client()),
        ("session cookie", world.actor("owner A").client.clone()),
        ("unknown key", with(ApiKeySecret::generate(random::bytes).expose())),
        ("no key at all", with("cm-")),
        ("disabled key", with(&disabled_secret)),
        ("expired key", with(&expired_secret)),
        ("deleted key", with(&deleted_secret)),
        ("key of a disabled account", with(closed_secret.expose())),
        ("key of a disabled person", with(&gone_secret)),
    ]
}
