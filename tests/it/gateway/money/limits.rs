//! Spend limits of keys and accounts, also through several gateways.

use std::time::Duration;

use crossmodel::domain::{CallState, Limits, Period};
use futures_util::future::join_all;

use super::penny::{adds_up, ask_penny, costs_a_penny, counted, limit, penny, spend, usd};
use crate::gateway::rig::{Rig, options, serve, test};
use crate::harness::client::Client;
use crate::harness::seed;
use crate::harness::upstream::{answer, json_answer};

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
    rig.store
        .at_noon()
        .accounts()
        .set_limits(rig.account.id, spend("0.03", Period::Month))
        .await
        .unwrap();
    let (_, second) = seed::key(&rig.store, rig.account.id, "second").await;
    let second = rig.without_key().bearer(second.expose());

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
