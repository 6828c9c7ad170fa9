//! What calls cost and what they may: balances, spend limits, and what is written down of both.

use std::time::Duration;

use crossmodel::domain::{
    CallState, LedgerId, Limits, Model, Period, PicoUsd, Scope, SpendLimit, UsageRecord, UsageSource,
};
use crossmodel::random;
use crossmodel::store::{Actor, CatalogFile, Store};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::rig::{Rig, options, question, serve, stream_question, test};
use crate::harness::client::Client;
use crate::harness::seed::{self, NOON};
use crate::harness::upstream::{Upstream, answer, json_answer};

fn usd(text: &str) -> PicoUsd {
    text.parse().unwrap()
}

/// A spend limit alone.
fn spend(amount: &str, period: Period) -> Limits {
    Limits {
        spend: Some(SpendLimit {
            amount: usd(amount),
            period,
        }),
        ..Limits::NONE
    }
}

async fn limit(rig: &Rig, limits: Limits) {
    let by = Actor::command_line();
    assert!(
        rig.store
            .api_keys()
            .set_limits(Scope::All, rig.key.id, limits, &by, rig.clock.now())
            .await
            .unwrap()
    );
}

/// A model whose calls cost a cent: a thousand tokens of output, and nothing else.
async fn penny(store: &Store) {
    let model: Model = serde_json::from_value(json!({
        "id": "acme/penny", "name": "Penny", "provider": "acme", "upstream_model": "penny-v1", "type": "chat",
        "protocols": ["openai-chat"], "context_length": 8192, "pricing": {"prompt": "0", "completion": "0.00001"},
    }))
    .unwrap();
    let by = Actor::command_line();
    store
        .catalog()
        .import(&CatalogFile::new(vec![model], Vec::new()), &by, NOON)
        .await
        .unwrap();
}

fn ask_penny() -> Value {
    json!({"model": "acme/penny", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 1000})
}

fn costs_a_penny(upstream: &Upstream) {
    upstream.answers(|_| json_answer(200, &counted(7, 1000)));
}

fn counted(prompt: u64, completion: u64) -> Value {
    json!({
        "id": "c1", "object": "chat.completion",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion},
    })
}

/// The balance is the sum of the ledger, and what is missing of the credit is what the records cost.
async fn adds_up(rig: &Rig) -> PicoUsd {
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

both_engines!(
    a_dollar_admits_exactly_a_hundred_calls_of_a_cent_through_two_gateways,
    |store| {
        let rig = Rig::start(store).await;
        penny(&rig.store).await;
        costs_a_penny(&rig.upstream);
        limit(&rig, spend("1", Period::Total)).await;
        let other = rig.store.another().await;
        other.listen();
        let (gateway, url) = serve(&rig.store, other, options(&rig.clock, &rig.upstream)).await;
        let clients = [rig.client(), Client::new(&url).bearer(rig.secret.expose())];
        let question = ask_penny();

        let calls = (0..200).map(|n| clients[n % 2].post("/v1/chat/completions", &question));
        let answers = join_all(calls).await;

        let admitted = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(admitted, 100);
        for refused in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!(
                (refused.status.as_u16(), refused.json()["error"]["code"].as_str()),
                (402, Some("key_limit_reached"))
            );
        }
        gateway.flush().await;
        let records = rig.records().await;
        assert_eq!(records.len(), 100);
        assert_eq!(
            records.iter().map(|record| record.cost.pico()).sum::<i64>(),
            usd("1").pico()
        );
        assert_eq!(rig.upstream.seen().len(), 100);
        assert_eq!(adds_up(&rig).await, usd("99999"));
    }
);

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

test!(whoever_flushes_a_gateway_that_has_stopped_does_not_wait, |store| {
    let rig = Rig::start(store).await;
    rig.gateway.stop().await;

    tokio::time::timeout(Duration::from_secs(60), rig.gateway.flush())
        .await
        .expect("an answer");
});

test!(nothing_is_sent_to_the_provider_once_the_balance_is_used_up, |store| {
    let rig = Rig::start(store).await;
    penny(&rig.store).await;
    costs_a_penny(&rig.upstream);
    let take = |amount: &'static str| {
        let (id, by) = (LedgerId::new(NOON, random::bytes()), Actor::command_line());
        let (wallets, account) = (rig.store.wallets(), rig.account.id);
        async move {
            wallets
                .credit(id, account, usd(amount), "a test", &by, NOON)
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

test!(an_account_that_never_had_credit_is_told_so, |store| {
    let rig = Rig::start(store).await;
    let name = seed::name("penniless");
    let account =
        crossmodel::domain::Account::new(crossmodel::domain::AccountId::new(NOON, random::bytes()), name, NOON);
    rig.store
        .accounts()
        .create(&account, &Actor::command_line(), NOON)
        .await
        .unwrap();
    let (_, secret) = seed::key(&rig.store, account.id, "ci").await;

    let refused = rig
        .nobody()
        .bearer(secret.expose())
        .post("/v1/chat/completions", &question("acme/fast"))
        .await
        .is(402);

    assert_eq!(refused.json()["error"]["code"], "no_wallet");
    assert_eq!(rig.upstream.seen().len(), 0);
});

both_engines!(what_was_reserved_for_a_call_that_fails_is_free_again, |store| {
    let rig = Rig::start(store).await;
    penny(&rig.store).await;
    limit(&rig, spend("0.01", Period::Total)).await;
    rig.upstream.answers(|_| answer(500, &[], "oh no"));
    for _ in 0..3 {
        rig.client().post("/v1/chat/completions", &ask_penny()).await.is(502);
    }
    costs_a_penny(&rig.upstream);

    rig.client().post("/v1/chat/completions", &ask_penny()).await.is(200);
    rig.client().post("/v1/chat/completions", &ask_penny()).await.is(402);

    let states: Vec<CallState> = rig.records().await.iter().map(|record| record.state).collect();
    assert_eq!(states.iter().filter(|state| **state == CallState::Released).count(), 3);
    assert_eq!(states.iter().filter(|state| **state == CallState::Settled).count(), 1);
});

both_engines!(
    a_daily_limit_starts_again_at_midnight_and_counts_each_call_in_its_own_day,
    |store| {
        let rig = Rig::start(store).await;
        penny(&rig.store).await;
        costs_a_penny(&rig.upstream);
        limit(&rig, spend("0.02", Period::Day)).await;
        let ask = || async { rig.client().post("/v1/chat/completions", &ask_penny()).await };
        for expected in [200, 200, 402] {
            ask().await.is(expected);
        }
        assert_eq!(
            ask().await.json()["error"]["message"],
            "This API key's spend limit of $0.02 a day is reached. It starts again on 23 Nov 2026, 00:00 UTC."
        );

        rig.clock.advance(Duration::from_secs(12 * 60 * 60));

        for expected in [200, 200, 402] {
            ask().await.is(expected);
        }
        rig.gateway.flush().await;
        // Found again from the tables alone.
        let (_, url) = serve(
            &rig.store,
            rig.store.another().await,
            options(&rig.clock, &rig.upstream),
        )
        .await;
        let elsewhere = Client::new(&url).bearer(rig.secret.expose());
        elsewhere.post("/v1/chat/completions", &ask_penny()).await.is(402);
    }
);

both_engines!(a_spend_limit_of_the_account_holds_for_all_its_keys_together, |store| {
    let rig = Rig::start(store).await;
    penny(&rig.store).await;
    costs_a_penny(&rig.upstream);
    let by = Actor::command_line();
    rig.store
        .accounts()
        .set_limits(rig.account.id, spend("0.03", Period::Month), &by, NOON)
        .await
        .unwrap();
    let (_, second) = seed::key(&rig.store, rig.account.id, "second").await;
    let second = rig.nobody().bearer(second.expose());

    let mut statuses = Vec::new();
    for n in 0..5 {
        let client = if n % 2 == 0 { &rig.client() } else { &second };
        statuses.push(client.post("/v1/chat/completions", &ask_penny()).await.status.as_u16());
    }

    assert_eq!(statuses, [200, 200, 200, 402, 402]);
});

test!(a_higher_limit_is_live_at_once, |store| {
    let rig = Rig::start(store).await;
    penny(&rig.store).await;
    costs_a_penny(&rig.upstream);
    limit(&rig, spend("0.01", Period::Total)).await;
    rig.client().post("/v1/chat/completions", &ask_penny()).await.is(200);
    rig.client().post("/v1/chat/completions", &ask_penny()).await.is(402);

    limit(&rig, spend("0.02", Period::Total)).await;
    rig.client().post("/v1/chat/completions", &ask_penny()).await.is(200);
    rig.client().post("/v1/chat/completions", &ask_penny()).await.is(402);
    limit(&rig, Limits::NONE).await;

    rig.client().post("/v1/chat/completions", &ask_penny()).await.is(200);
});

#[test]
fn what_a_gateway_leased_and_does_not_use_goes_to_the_one_that_needs_it() {
    // Only on Postgres do gateways hear of each other.
    crate::harness::store::on(crate::harness::database::Engine::Postgres, |store| async move {
        let rig = Rig::start(store).await;
        penny(&rig.store).await;
        rig.store.listen();
        limit(&rig, spend("1", Period::Total)).await;
        // It reserves a cent and uses a tenth of it: the rest stays leased here.
        rig.upstream.answers(|_| json_answer(200, &counted(7, 100)));
        let all = (0..100).map(|_| {
            let (client, question) = (rig.client(), ask_penny());
            async move { client.post("/v1/chat/completions", &question).await.status.as_u16() }
        });
        let first = join_all(all).await;
        assert!(first.iter().all(|status| *status == 200), "{first:?}");
        rig.gateway.flush().await;
        let other = rig.store.another().await;
        other.listen();
        let (_, url) = serve(&rig.store, other, options(&rig.clock, &rig.upstream)).await;
        let elsewhere = Client::new(&url).bearer(rig.secret.expose());

        for _ in 0..50 {
            elsewhere.post("/v1/chat/completions", &ask_penny()).await.is(200);
        }
    });
}

test!(a_model_without_a_price_is_not_called, |store| {
    let rig = Rig::start(store).await;
    let model: Model = serde_json::from_value(json!({
        "id": "acme/gift", "name": "Gift", "provider": "acme", "upstream_model": "gift", "type": "chat",
        "protocols": ["openai-chat"], "context_length": 8192, "pricing": {},
    }))
    .unwrap();
    rig.store
        .catalog()
        .import(&CatalogFile::new(vec![model], Vec::new()), &Actor::command_line(), NOON)
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

both_engines!(clients_can_ask_what_the_account_has_and_what_it_used, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(|_| json_answer(200, &counted(1_000, 500)));
    rig.asks("fast").await.is(200);
    rig.upstream.answers(|_| answer(500, &[], ""));
    rig.asks("fast").await.is(502);
    rig.gateway.flush().await;

    let credits = rig.client().get("/v1/credits").await.is(200).json();
    let usage = rig.client().get("/v1/usage").await.is(200).json();

    assert_eq!(
        credits,
        json!({"currency": "USD", "balance_micro": 99_999_998_000_i64, "uncollected_micro": 0})
    );
    let used = json!({
        "cost_micro": 2000, "prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500, "request_count": 2,
        "success_count": 1,
    });
    assert_eq!(
        usage,
        json!({"currency": "USD", "daily": used, "weekly": used, "monthly": used})
    );
    rig.nobody().get("/v1/credits").await.is(401);
    rig.client().post("/v1/usage", &json!({})).await.is(404);
});

test!(what_calls_in_flight_have_reserved_is_told, |store| {
    let rig = Rig::start(store).await;
    penny(&rig.store).await;
    let go_on = std::sync::Arc::new(tokio::sync::Notify::new());
    let wait = std::sync::Arc::clone(&go_on);
    rig.upstream.answers(move |_| {
        let mut steps = vec![crate::harness::upstream::Step::Wait(std::sync::Arc::clone(&wait))];
        steps.extend(json_answer(200, &counted(7, 1000)));
        steps
    });
    let client = rig.client();
    let call = tokio::spawn(async move { client.post("/v1/chat/completions", &ask_penny()).await });
    rig.upstream.was_asked(1).await;

    let held = rig.client().get("/v1/credits").await.is(200).json();
    go_on.notify_one();
    call.await.unwrap().is(200);
    let after = rig.client().get("/v1/credits").await.is(200).json();

    assert_eq!(
        (&held["balance_micro"], &held["uncollected_micro"]),
        (&json!(100_000_000_000_i64), &json!(10_000))
    );
    assert_eq!(
        (&after["balance_micro"], &after["uncollected_micro"]),
        (&json!(99_999_990_000_i64), &json!(0))
    );
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

both_engines!(
    calls_that_a_crashed_gateway_left_are_written_once_and_those_in_flight_are_unknown,
    |store| {
        let rig = Rig::start(store).await;
        let folder = seed::spool();
        let mut crashing = options(&rig.clock, &rig.upstream);
        crashing.spool.folder.clone_from(&folder);
        let lost = crossmodel::gateway::Gateway::start(rig.store.another().await, crashing.clone())
            .await
            .unwrap();
        rig.upstream.answers(|_| json_answer(200, &counted(1_000, 500)));
        let url = super::rig::listen(&rig.store, &lost).await;
        let client = Client::new(&url).bearer(rig.secret.expose());
        client.post("/v1/chat/completions", &question("fast")).await.is(200);
        rig.upstream.answers(|_| vec![crate::harness::upstream::Step::Hold]);
        let in_flight = tokio::spawn(async move { client.post("/v1/chat/completions", &question("fast")).await });
        rig.upstream.was_asked(2).await;
        // What the gateway has written by now is all that a crash leaves: its folder as it is.
        let left = seed::spool();
        copy(&folder, &left);
        in_flight.abort();
        drop(in_flight.await);
        lost.stop().await;

        let mut again = crashing.clone();
        again.spool.folder = left.clone();
        let next = crossmodel::gateway::Gateway::start(rig.store.another().await, again)
            .await
            .unwrap();
        for _ in 0..500 {
            if std::fs::read_dir(&left).unwrap().count() == 1 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        next.stop().await;

        let records = rig.records().await;
        assert_eq!(records.len(), 2);
        assert_eq!(
            records
                .iter()
                .filter(|record| record.state == CallState::Settled)
                .count(),
            1
        );
        adds_up(&rig).await;
        assert_eq!(
            std::fs::read_dir(&left).unwrap().count(),
            0,
            "nothing is left of either run"
        );
    }
);

/// Copies the folders of runs, but for their locks.
fn copy(from: &std::path::Path, to: &std::path::Path) {
    for run in std::fs::read_dir(from).unwrap() {
        let run = run.unwrap();
        let target = to.join(run.file_name());
        std::fs::create_dir_all(&target).unwrap();
        for file in std::fs::read_dir(run.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), target.join(file.file_name())).unwrap();
        }
    }
}
