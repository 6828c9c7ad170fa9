//! The endpoints that report a client's balance and usage.

use serde_json::json;

use super::penny::{ask_penny, counted, penny};
use crate::gateway::rig::{Rig, test};
use crate::harness::upstream::{answer, json_answer};

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
    rig.without_key().get("/v1/credits").await.is(401);
    rig.client().post("/v1/usage", &json!({})).await.is(404);
});

test!(credits_name_the_money_that_calls_in_flight_have_reserved, |store| {
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
