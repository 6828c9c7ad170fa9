//! What calls cost: the balance, the ledger, and calls that it does not cover.

use crossmodel::domain::{CallState, LedgerId, Model, PicoUsd, UsageRecord, UsageSource};
use crossmodel::random;
use crossmodel::store::CatalogFile;
use serde_json::json;

use super::penny::{adds_up, ask_penny, costs_a_penny, counted, penny, usd};
use crate::gateway::rig::{Rig, question, stream_question, test};
use crate::harness::seed::{self, NOON};
use crate::harness::upstream::json_answer;

both_engines!(
    what_a_call_costs_is_taken_from_the_balance_once_and_written_down_with_its_price,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(|_| json_answer(200, &counted(1_000, 500)));

        rig.asks("fast").await.is(200);
        rig.asks("fast").await.is(200);

        let records = rig.records().await;
        assert_eq!(adds_up(&rig).await, usd("99999.996"));

        let record = &records[0];
        assert_eq!(
            (record.cost, record.state, record.source),
            (usd("0.002"), CallState::Settled, UsageSource::Provider)
        );

        let price = record.price.unwrap();
        assert_eq!(
            (price.prompt, price.completion),
            (Some(usd("0.000001")), Some(usd("0.000002")))
        );
        assert!(record.held >= usd("0.002048"), "{}", record.held);

        let entries = rig.store.wallets().entries(rig.account.id, None, 10).await.unwrap();
        let usage: Vec<_> = entries.iter().filter(|entry| entry.requests > 0).collect();
        assert_eq!(usage.iter().map(|entry| entry.requests).sum::<i64>(), 2);
        assert_eq!(
            usage.iter().map(|entry| entry.amount.pico()).sum::<i64>(),
            -usd("0.004").pico()
        );
    }
);

test!(nothing_is_sent_to_the_provider_once_the_balance_is_used_up, |store| {
    let rig = Rig::start(store).await;
    penny(&rig.store).await;
    costs_a_penny(&rig.upstream);
    let take = |amount: &'static str| {
        let id = LedgerId::new(NOON, random::bytes());
        let (store, account) = (&rig.store, rig.account.id);
        async move {
            store
                .at_noon()
                .wallets()
                .credit(id, account, usd(amount), "a test")
                .await
                .unwrap()
                .unwrap()
        }
    };
    assert_eq!(take("-99999.985").await, usd("0.015"));

    rig.client().post("/v1/chat/completions", &ask_penny()).await.is(200);
    let short = rig.client().post("/v1/chat/completions", &ask_penny()).await.is(402);
    assert_eq!(short.json()["error"]["code"], "insufficient_balance");
    assert_eq!(
        short.json()["error"]["message"],
        "This call may cost up to $0.01, and $0.005 of the account's balance is free. Add credit, or ask for fewer tokens."
    );
    assert_eq!(short.header("x-should-retry"), "false");

    let anthropic = json!({"model": "acme/penny", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1000});
    let refused = rig.client().post("/v1/messages", &anthropic).await.is(402).json();
    assert_eq!(refused["error"]["type"], "billing_error");

    rig.gateway.flush().await;
    take("-0.005").await;
    let empty = rig.client().post("/v1/chat/completions", &ask_penny()).await.is(402);

    assert_eq!(
        empty.json()["error"]["message"],
        "The account's balance is used up. Add credit to go on."
    );
    assert_eq!(rig.upstream.seen().len(), 1);

    take("5").await;
    rig.client().post("/v1/chat/completions", &ask_penny()).await.is(200);
});

test!(an_account_that_never_had_credit_gets_an_error_of_its_own, |store| {
    let rig = Rig::start(store).await;
    let name = seed::name("penniless");
    let account =
        crossmodel::domain::Account::new(crossmodel::domain::AccountId::new(NOON, random::bytes()), name, NOON);
    rig.store.at_noon().accounts().create(&account).await.unwrap();
    let (_, secret) = seed::key(&rig.store, account.id, "ci").await;

    let refused = rig
        .without_key()
        .bearer(secret.expose())
        .post("/v1/chat/completions", &question("acme/fast"))
        .await
        .is(402);

    assert_eq!(refused.json()["error"]["code"], "no_wallet");
    assert_eq!(rig.upstream.seen().len(), 0);
});

test!(a_model_without_a_price_is_not_called, |store| {
    let rig = Rig::start(store).await;
    let model: Model = serde_json::from_value(json!({
        "id": "acme/gift", "name": "Gift", "provider": "acme", "upstream_model": "gift", "type": "chat",
        "protocols": ["openai-chat"], "context_length": 8192, "pricing": {},
    }))
    .unwrap();
    rig.store
        .at_noon()
        .catalog()
        .import(&CatalogFile::new(vec![model], Vec::new()))
        .await
        .unwrap();

    let refused = rig.asks("acme/gift").await.is(400).json();

    assert_eq!(
        (&refused["error"]["code"], &refused["error"]["param"]),
        (&json!("unsupported_parameter"), &json!("model"))
    );
    assert!(
        refused["error"]["message"]
            .as_str()
            .unwrap()
            .starts_with("Model 'acme/gift' has no price here")
    );
    assert_eq!(rig.upstream.seen().len(), 0);
});

test!(a_stream_is_charged_before_its_end_is_seen, |store| {
    let rig = Rig::start(store).await;
    let before = rig
        .store
        .wallets()
        .balance(rig.account.id)
        .await
        .unwrap()
        .unwrap()
        .balance;

    let streamed = rig
        .client()
        .post("/v1/chat/completions", &stream_question("fast"))
        .await
        .is(200);
    assert!(streamed.text().ends_with("data: [DONE]\n\n"));

    let record: UsageRecord = rig.records().await.remove(0);
    assert_eq!(record.state, CallState::Settled);
    let after = rig
        .store
        .wallets()
        .balance(rig.account.id)
        .await
        .unwrap()
        .unwrap()
        .balance;
    assert_eq!(before.pico() - after.pico(), record.cost.pico());
    assert!(record.cost > PicoUsd::ZERO);
});
