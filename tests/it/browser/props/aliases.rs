//! The saved aliases of a key, read and changed as by another editor.

use crossmodel::domain::Scope;
use crossmodel::store::{Actor, SaveOutcome, SavedAliases};
use serde_json::{Value, json};

use super::{aliases, key_id, text};
use crate::harness::app::TestApp;

/// The version and the rows of a key's aliases.
pub(super) async fn saved(app: &TestApp, question: &Value) -> Value {
    let saved = stored(app, question).await;

    let rows: Vec<Value> = saved
        .aliases
        .iter()
        .map(|alias| json!([alias.name.as_str(), alias.matching.as_str(), alias.target.as_str()]))
        .collect();
    json!({"version": saved.version, "aliases": rows})
}

/// Saves other aliases in the name of another editor.
pub(super) async fn save(app: &TestApp, question: &Value) -> Value {
    let by = Actor {
        person: None,
        name: text(question, "by").to_owned(),
    };
    let version = stored(app, question).await.version;
    let rows = aliases(question);

    let (key, now) = (key_id(question), app.clock().now());
    let saved = app
        .store()
        .by(&by, now)
        .aliases()
        .save(Scope::All, key, version, &rows)
        .await;
    assert!(matches!(saved, Ok(SaveOutcome::Saved { .. })), "{saved:?}");
    Value::Null
}

async fn stored(app: &TestApp, question: &Value) -> SavedAliases {
    let saved = app.store().aliases().list(Scope::All, key_id(question)).await;
    saved.expect("the store").expect("the key")
}
