//! Which providers of an order are asked, and which are passed over.

use crossmodel::domain::Scope;
use crossmodel::store::Actor;

use super::hosts::{Hosts, fails, ran};
use crate::gateway::rig::{question, test};
use crate::harness::seed::{self};

test!(an_accounts_own_order_wins, |store| {
    let hosts = Hosts::start(store).await;
    let other = seed::account(&hosts.rig.store, "other").await;
    hosts.rig.upstream.answers(fails(429));
    hosts.order(None, &["second"]).await;
    hosts.order(Some(other.id), &["silent"]).await;
    assert_eq!(ran(&hosts.asks().await), "second/m");

    hosts.order(Some(hosts.rig.account.id), &["third"]).await;

    assert_eq!(ran(&hosts.asks().await), "third/m");
});

both_engines!(an_order_is_live_on_the_next_request, |store| {
    let hosts = Hosts::start(store).await;
    hosts.rig.upstream.answers(fails(429));
    for _ in 0..5 {
        hosts.order(None, &["second"]).await;
        assert_eq!(ran(&hosts.asks().await), "second/m");

        let (by, now) = (Actor::command_line(), hosts.rig.clock.now());
        assert!(
            hosts
                .rig
                .store
                .by(&by, now)
                .catalog()
                .remove_provider_order("lab/m", None)
                .await
                .unwrap()
        );
        hosts.asks().await.is(429);
    }
});

test!(without_an_order_no_other_provider_is_asked, |store| {
    let hosts = Hosts::start(store).await;
    hosts.rig.upstream.answers(fails(500));

    hosts.asks().await.is(502);

    assert_eq!(hosts.second.seen().len() + hosts.third.seen().len(), 0);
});

test!(only_models_that_the_key_may_use_are_asked, |store| {
    let hosts = Hosts::start(store).await;
    hosts.order(None, &["second", "third"]).await;
    hosts.rig.upstream.answers(fails(500));
    for (allowed, runs) in [(vec!["acme/m"], None), (vec!["acme/m", "third/m"], Some("third/m"))] {
        let allowed: Vec<_> = allowed.into_iter().map(|id| id.parse().unwrap()).collect();
        let (by, now) = (Actor::command_line(), hosts.rig.clock.now());
        hosts
            .rig
            .store
            .by(&by, now)
            .api_keys()
            .set_allowed(Scope::All, hosts.rig.key.id, Some(&allowed), &[])
            .await
            .unwrap();

        let reply = hosts.asks().await;

        assert_eq!(reply.status.as_u16(), if runs.is_some() { 200 } else { 502 });
        assert_eq!(reply.header("x-crossmodel-model"), runs.unwrap_or("acme/m"));
    }
    assert_eq!(hosts.second.seen().len(), 0);
});

test!(
    providers_that_are_switched_off_or_have_no_credential_are_passed_over,
    |store| {
        let hosts = Hosts::start(store).await;
        hosts.order(None, &["down", "poor", "second"]).await;
        hosts.rig.upstream.answers(fails(500));

        assert_eq!(ran(&hosts.asks().await), "second/m");

        // If it is the one that was named that has no credential, the next one is asked at once.
        assert_eq!(ran(&hosts.rig.asks("poor/m").await), "second/m");
        hosts.rig.asks("down/m").await.is(404);
    }
);

test!(
    a_provider_whose_protocol_cannot_say_the_request_is_passed_over_and_recorded,
    |store| {
        let hosts = Hosts::start(store).await;
        hosts.order(None, &["third", "second"]).await;
        hosts.rig.upstream.answers(fails(500));
        let mut body = question("acme/m");
        body["n"] = 2.into();

        let reply = hosts.rig.client().post("/v1/chat/completions", &body).await;

        assert_eq!((ran(&reply).as_str(), hosts.third.seen().len()), ("second/m", 0));

        let (_, _, attempts) = hosts.recorded().await;
        let passed_over = "third/m - unsupported_parameter".to_owned();
        assert_eq!(attempts.get(1), Some(&passed_over), "{attempts:?}");
    }
);

test!(a_named_model_that_cannot_take_the_request_is_passed_over_too, |store| {
    let hosts = Hosts::start(store).await;
    hosts.order(None, &["third", "second"]).await;
    let mut body = question("third/m");
    body["n"] = 2.into();

    let reply = hosts.rig.client().post("/v1/chat/completions", &body).await;

    assert_eq!((ran(&reply).as_str(), hosts.third.seen().len()), ("second/m", 0));
    let (model, _, attempts) = hosts.recorded().await;
    assert_eq!(model, "second/m");
    assert_eq!(
        attempts.first().map(String::as_str),
        Some("third/m - unsupported_parameter")
    );
});

test!(
    a_request_that_no_model_takes_is_refused_for_the_reason_of_the_first,
    |store| {
        let hosts = Hosts::start(store).await;
        hosts.order(None, &["third"]).await;
        let mut body = question("third/m");
        body["n"] = 2.into();

        let reply = hosts.rig.client().post("/v1/chat/completions", &body).await.is(400);

        assert_eq!(reply.json()["error"]["param"], "n");
        assert_eq!(reply.header("x-crossmodel-model"), "third/m");
    }
);
