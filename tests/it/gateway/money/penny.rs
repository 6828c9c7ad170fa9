//! A model whose calls cost a cent, and spend limits of keys.

use crossmodel::domain::{Limits, Model, Period, PicoUsd, Scope, SpendLimit};
use crossmodel::store::{Actor, CatalogFile, Store};
use serde_json::{Value, json};

use crate::gateway::rig::Rig;
use crate::harness::seed;
use crate::harness::upstream::{Upstream, json_answer};

pub(super) fn usd(text: &str) -> PicoUsd {
    text.parse().unwrap()
}

/// A spend limit alone.
pub(super) fn spend(amount: &str, period: Period) -> Limits {
    Limits {
        spend: Some(SpendLimit {
            amount: usd(amount),
            period,
        }),
        ..Limits::NONE
    }
}

pub(super) async fn limit(rig: &Rig, limits: Limits) {
    let by = Actor::command_line();
    assert!(
        rig.store
            .by(&by, rig.clock.now())
            .api_keys()
            .set_limits(Scope::All, rig.key.id, limits)
            .await
            .unwrap()
    );
}

/// A model whose calls cost a cent: a thousand tokens of output, and nothing else.
pub(super) async fn penny(store: &Store) {
    let model: Model = serde_json::from_value(json!({
        "id": "acme/penny", "name": "Penny", "provider": "acme", "upstream_model": "penny-v1", "type": "chat",
        "protocols": ["openai-chat"], "context_length": 8192, "pricing": {"prompt": "0", "completion": "0.00001"},
    }))
    .unwrap();
    seed::at_noon(store)
        .catalog()
        .import(&CatalogFile::new(vec![model], Vec::new()))
        .await
        .unwrap();
}

pub(super) fn ask_penny() -> Value {
    json!({"model": "acme/penny", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1000})
}

pub(super) fn costs_a_penny(upstream: &Upstream) {
    upstream.answers(|_| json_answer(200, &counted(7, 1000)));
}

pub(super) fn counted(prompt: u64, completion: u64) -> Value {
    json!({
        "id": "c1", "object": "chat.completion",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion},
    })
}

/// Checks that the balance is the sum of the ledger, and the credit less the costs of the records.
pub(super) async fn adds_up(rig: &Rig) -> PicoUsd {
    let records = rig.records().await;
    let wallets = rig.store.wallets();
    let balance = wallets
        .balance(rig.account.id)
        .await
        .unwrap()
        .unwrap_or_default()
        .balance;

    assert_eq!(wallets.sum(rig.account.id).await.unwrap(), balance);

    let cost: i64 = records.iter().map(|record| record.cost.pico()).sum();
    assert_eq!(usd("100000").pico() - cost, balance.pico());

    balance
}
