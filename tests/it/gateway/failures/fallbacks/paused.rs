//! Providers that are paused after repeated failures.

use std::time::Duration;

use super::hosts::{Hosts, fails, ran};
use crate::gateway::polyglot::polyglot;
use crate::gateway::rig::test;

test!(the_same_provider_is_asked_again_before_the_next_one_is, |store| {
    let hosts = Hosts::with(store, |options| {
        options.retries.tries = 3;
        options.retries.first_pause = Duration::from_millis(1);
    })
    .await;
    hosts.order(None, &["second"]).await;
    hosts.rig.upstream.answers(fails(503));

    assert_eq!(ran(&hosts.asks().await), "second/m");

    assert_eq!((hosts.rig.upstream.seen().len(), hosts.second.seen().len()), (3, 1));
    // The fifth failure in a row pauses the provider, also for the call that saw it.
    assert_eq!(ran(&hosts.asks().await), "second/m");
    assert_eq!((hosts.rig.upstream.seen().len(), hosts.second.seen().len()), (5, 2));
});

test!(a_paused_provider_is_passed_over_at_once_until_it_recovers, |store| {
    let hosts = Hosts::start(store).await;
    hosts.order(None, &["second"]).await;
    let open = async || {
        let metrics = hosts.rig.without_key().get("/metrics").await.is(200);
        let line = metrics
            .text()
            .lines()
            .find(|line| line.starts_with("crossmodel_provider_left_alone{provider=\"acme\"}"));
        line.unwrap_or_else(|| panic!("{}", metrics.text())).ends_with(" 1")
    };
    hosts.rig.upstream.answers(fails(500));

    assert!(!open().await);

    for _ in 0..5 {
        assert_eq!(ran(&hosts.asks().await), "second/m");
    }
    assert!(open().await);

    assert_eq!(ran(&hosts.asks().await), "second/m");

    assert_eq!((hosts.rig.upstream.seen().len(), hosts.second.seen().len()), (5, 6));

    let (model, _, attempts) = hosts.recorded().await;
    assert_eq!(
        (model.as_str(), attempts),
        ("second/m", vec!["acme/m - left_alone".into(), "second/m 200 -".into()])
    );

    hosts.rig.upstream.answers(polyglot);
    hosts.rig.clock.advance(Duration::from_secs(2));
    assert_eq!(ran(&hosts.asks().await), "acme/m");
    assert!(!open().await);
});

test!(paused_providers_are_asked_when_all_others_have_failed, |store| {
    let hosts = Hosts::start(store).await;
    hosts.order(None, &["second"]).await;
    hosts.rig.upstream.answers(fails(500));
    for _ in 0..5 {
        hosts.asks().await.is(200);
    }
    hosts.second.answers(fails(500));
    hosts.rig.upstream.answers(polyglot);

    assert_eq!(ran(&hosts.asks().await), "acme/m");

    assert_eq!(
        hosts.recorded().await.2,
        ["acme/m - left_alone", "second/m 500 provider_error", "acme/m 200 -"]
    );
});
