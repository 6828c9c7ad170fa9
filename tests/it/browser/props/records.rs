//! Usage records that a check asks for.

use std::time::Duration;

use crossmodel::domain::{ApiKeyId, CallState, PicoUsd, RequestId, Tokens, UsageRecord, UsageSource};
use crossmodel::random;
use serde_json::Value;

use super::keys::stored;
use super::text;
use crate::harness::app::TestApp;
use crate::harness::spending::spends;
use crate::harness::traffic::month;

/// Records a call of that model by this key, an hour ago.
pub(super) async fn used(app: &TestApp, question: &Value) -> Value {
    let record = record(app, question).await;
    app.store().usage().append(&[record]).await.expect("the store");
    Value::Null
}

/// Records calls for one name, all alike: `{name, model, requests, agent, prompt, completion, usd}`, the last three each.
/// Without any tokens they failed.
pub(super) async fn sent(app: &TestApp, question: &Value) -> Value {
    let text = |field: &str| question[field].as_str().expect("a text").to_owned();
    let number = |field: &str| question[field].as_u64().expect("a number");
    let tokens = Tokens {
        prompt: number("prompt"),
        completion: number("completion"),
        ..Tokens::default()
    };
    let cost: PicoUsd = text("usd").parse().expect("an amount");
    let one = record(app, question).await;

    let records: Vec<UsageRecord> = (0..number("requests"))
        .map(|_| UsageRecord {
            id: RequestId::new(one.at, random::bytes()),
            requested: text("name"),
            agent: Some(text("agent")),
            status: if tokens == Tokens::default() { 502 } else { 200 },
            tokens,
            cost,
            ..one.clone()
        })
        .collect();
    app.store().usage().append(&records).await.expect("the store");
    Value::Null
}

/// A call of that model by this key, an hour ago.
async fn record(app: &TestApp, question: &Value) -> UsageRecord {
    let model = question["model"].as_str().unwrap_or_default();
    let at = app.clock().now().minus(Duration::from_secs(3600));
    let key = stored(app, question).await;

    UsageRecord {
        id: RequestId::new(at, random::bytes()),
        account: key.account,
        key: key.id,
        key_revision: key.revision,
        at,
        requested: model.into(),
        alias: None,
        model: model.into(),
        provider: "openai".parse().expect("a provider"),
        protocol: "openai-chat".into(),
        stream: false,
        status: 200,
        error: None,
        tokens: Tokens {
            prompt: 11,
            completion: 7,
            ..Tokens::default()
        },
        source: UsageSource::Provider,
        state: CallState::Settled,
        held: PicoUsd::ZERO,
        price: None,
        tier: None,
        searches: 0,
        cost: PicoUsd::from_pico(1_000_000),
        latency_ms: 120,
        first_byte_ms: Some(80),
        attempts: Vec::new(),
        adapted: None,
        used: None,
        agent: Some("curl/8.0".into()),
    }
}

/// Records a month of traffic of some keys; the answer is the id of a call that was tried twice.
pub(super) async fn traffic(app: &TestApp, question: &Value) -> Value {
    let keys = question["keys"].as_array().expect("a list of keys");
    let keys: Vec<ApiKeyId> = keys
        .iter()
        .map(|id| id.as_str().expect("an id").parse().expect("a key's id"))
        .collect();
    let account = text(question, "account").parse().expect("an account");

    let records = month(&app.catalog().await, account, &keys, app.clock().now(), 30);
    app.store().usage().append(&records).await.expect("the store");

    let mut latest = records.iter().rev();
    let wanted = latest.find(|it| !it.attempts.is_empty() && it.alias.is_some());
    wanted.expect("one that was tried twice").id.to_string().into()
}

/// Records that a key spent an amount, some days ago.
pub(super) async fn spent(app: &TestApp, question: &Value) -> Value {
    let key = stored(app, question).await;
    let days = question["days_ago"].as_u64().unwrap_or_default();
    let at = app.clock().now().minus(Duration::from_secs(days * 86_400));

    spends(app.store(), key.account, key.id, at, text(question, "usd")).await;

    Value::Null
}
