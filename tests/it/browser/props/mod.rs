//! Requests of a browser check behind the scenes: people, keys, another editor's save, a call through the gateway.

mod accounts;
mod aliases;
mod keys;
mod people;
mod records;

use crossmodel::domain::{Alias, ApiKeyId};
use serde_json::{Value, json};

use crate::harness::app::TestApp;
use crate::store::raw;

/// Answers one question of `tests/browser/lib/scene.mjs`.
pub async fn answer(app: &TestApp, question: &Value) -> Value {
    match text(question, "verb") {
        "people" => people::people(app).await,
        "sign_out" => people::sign_out(app, question).await,
        "set_up_link" => people::set_up_link().await,
        "reset_link" => people::reset_link(app, question).await,
        "key" => keys::key(app, question).await,
        "keys" => keys::keys(app, question).await,
        "disable" => keys::disable(app, question).await,
        "delete" => keys::delete(app, question).await,
        "limit" => keys::limit(app, question).await,
        "limits" => keys::limits(app, question).await,
        "key_limits" => keys::key_limits(app, question).await,
        "saved" => aliases::saved(app, question).await,
        "save" => aliases::save(app, question).await,
        "credit" => accounts::credit(app, question).await,
        "poor" => accounts::poor(app, question).await,
        "call" => call(app, question).await,
        "used" => records::used(app, question).await,
        "sent" => records::sent(app, question).await,
        "traffic" => records::traffic(app, question).await,
        "spent" => records::spent(app, question).await,
        "model_disabled" => disable_model(app, question).await,
        verb => panic!("a check asks for `{verb}`, which is not known here"),
    }
}

/// Asks a model through the gateway.
async fn call(app: &TestApp, question: &Value) -> Value {
    let body = json!({"model": text(question, "model"), "messages": [{"role": "user", "content": "Hello"}]});
    let client = app.client().bearer(text(question, "secret"));

    let reply = client.post("/v1/chat/completions", &body).await;

    let code = match reply.status.as_u16() {
        200 => Value::Null,
        _ => reply.json()["error"]["code"].clone(),
    };
    json!({"status": reply.status.as_u16(), "model": reply.header("x-crossmodel-model"), "code": code})
}

async fn disable_model(app: &TestApp, question: &Value) -> Value {
    let store = app.store();

    raw::switch_model(store, store, text(question, "model"), false).await;

    Value::Null
}

/// A field of a question, or an empty text.
fn text<'a>(question: &'a Value, field: &str) -> &'a str {
    question[field].as_str().unwrap_or_default()
}

fn key_id(question: &Value) -> ApiKeyId {
    text(question, "key").parse().expect("a key's id")
}

/// The aliases of `[[name, match, target], …]`.
fn aliases(question: &Value) -> Vec<Alias> {
    let rows = question["aliases"].as_array().expect("a list of aliases");
    let cell = |row: &Value, index: usize| row[index].as_str().expect("a text").to_owned();
    rows.iter()
        .map(|row| {
            let name = cell(row, 0).parse().expect("an alias name");
            let matching = cell(row, 1).parse().expect("a match");
            let target = cell(row, 2).parse().expect("a model id");
            Alias::new(name, matching, target)
        })
        .collect()
}
