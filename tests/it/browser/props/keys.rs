//! API keys that a check asks for, and their settings.

use crossmodel::domain::{ApiKey, KeyState, Limits, Scope, SpendLimit};
use crossmodel::store::Actor;
use serde_json::{Value, json};

use super::{aliases, key_id, text};
use crate::harness::app::TestApp;
use crate::harness::seed;

/// A new key with aliases.
pub(super) async fn key(app: &TestApp, question: &Value) -> Value {
    let account = text(question, "account").parse().expect("an account");
    let name = text(question, "name");

    let (key, secret) = seed::key_with(app.store(), account, name, aliases(question)).await;

    json!({"id": key.id.to_string(), "name": key.name, "display": key.display, "secret": secret.expose()})
}

/// The keys of an account.
pub(super) async fn keys(app: &TestApp, question: &Value) -> Value {
    let scope = Scope::Account(text(question, "account").parse().expect("an account"));

    let keys = app.store().api_keys().all(scope).await.expect("the store");

    keys.iter()
        .map(|key| json!({"id": key.id.to_string(), "name": key.name, "display": key.display}))
        .collect()
}

pub(super) async fn disable(app: &TestApp, question: &Value) -> Value {
    let (by, now) = (Actor::command_line(), app.clock().now());
    let keys = app.store().by(&by, now).api_keys();

    let disabled = keys.set_state(Scope::All, key_id(question), KeyState::Disabled).await;

    disabled.expect("the store");
    Value::Null
}

pub(super) async fn delete(app: &TestApp, question: &Value) -> Value {
    let (by, now) = (Actor::command_line(), app.clock().now());

    let deleted = app
        .store()
        .by(&by, now)
        .api_keys()
        .delete(Scope::All, key_id(question))
        .await;

    deleted.expect("the store");
    Value::Null
}

/// Lets a key use one model only.
pub(super) async fn limit(app: &TestApp, question: &Value) -> Value {
    let (by, now) = (Actor::command_line(), app.clock().now());
    let models = [text(question, "model").parse().expect("a model id")];
    let keys = app.store().by(&by, now).api_keys();

    let set = keys.set_allowed(Scope::All, key_id(question), Some(&models), &[]).await;
    assert!(set.expect("the store"));
    Value::Null
}

/// Sets the spend limit of an account, or else of a key.
pub(super) async fn limits(app: &TestApp, question: &Value) -> Value {
    let (store, by, now) = (app.store(), Actor::command_line(), app.clock().now());
    let spend = text(question, "usd").parse().ok().map(|amount| SpendLimit {
        amount,
        period: text(question, "per").parse().expect("a period"),
    });
    let limits = Limits {
        spend,
        ..Limits::NEW_KEY
    };
    let set = match question["account"].as_str() {
        Some(account) => {
            let account = account.parse().expect("an account");
            store.by(&by, now).accounts().set_limits(account, limits).await
        }
        None => {
            let key = key_id(question);
            store.by(&by, now).api_keys().set_limits(Scope::All, key, limits).await
        }
    };
    assert!(set.expect("the store"));
    Value::Null
}

/// The limits of a key, as it is stored.
pub(super) async fn key_limits(app: &TestApp, question: &Value) -> Value {
    let key = stored(app, question).await;

    json!({
        "rpm": key.limits.requests_per_minute,
        "tpm": key.limits.tokens_per_minute,
        "usd": key.limits.spend.map(|spend| spend.amount),
        "per": key.limits.spend.map(|spend| spend.period.as_str()),
        "models": key.allowed_models,
        "addresses": key.allowed_addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

/// The key that a question names.
pub(super) async fn stored(app: &TestApp, question: &Value) -> ApiKey {
    let key = app.store().api_keys().get(Scope::All, key_id(question)).await;
    key.expect("the store").expect("the key")
}
