//! The traffic of a key's clients, read from the sums of usage.

use std::time::Duration;

use crossmodel::domain::{PicoUsd, Ran, Timestamp, Tokens, Traffic, TrafficWindow, UsageRecord, UsageSource};

use super::usage::record;
use crate::harness::seed::{self, NOON};

fn hours_before(hours: u64) -> Timestamp {
    NOON.minus(Duration::from_secs(hours * 3600))
}

/// How often each name was sent.
fn counts(traffic: &Traffic) -> Vec<(&str, u64)> {
    traffic
        .names
        .iter()
        .map(|sent| (sent.name.as_str(), sent.requests()))
        .collect()
}

both_engines!(traffic_is_told_by_name_and_by_what_ran, |store| {
    let account = seed::account(&store, "acme").await.id;
    let key = seed::key(&store, account, "ci").await.0.id;
    let other = seed::key(&store, account, "other").await.0.id;
    let sent = |name: &str, model: &str, hours: u64| UsageRecord {
        requested: name.into(),
        model: model.into(),
        ..record(account, key, hours_before(hours), None)
    };
    let failed = UsageRecord {
        status: 502,
        source: UsageSource::None,
        tokens: Tokens::default(),
        cost: PicoUsd::ZERO,
        agent: None,
        ..sent("fast", "lab/a", 0)
    };
    let agent = |agent: &str, record: UsageRecord| UsageRecord {
        agent: Some(agent.into()),
        ..record
    };
    let records = [
        agent("claude-cli/2", sent("fast", "lab/a", 2)),
        agent("curl/8", sent("fast", "lab/b", 5)),
        failed,
        sent("rare", "lab/b", 3),
        UsageRecord {
            key: other,
            ..sent("theirs", "lab/a", 1)
        },
    ];
    store.usage().append(&records).await.unwrap();

    let traffic = store.usage().traffic(key, TrafficWindow::Day, NOON).await.unwrap();

    assert_eq!(counts(&traffic), [("fast", 3), ("rare", 1)]);
    assert_eq!(traffic.others, None);
    let fast = &traffic.names[0];
    assert_eq!(
        fast.agent.as_deref(),
        Some("claude-cli/2"),
        "of the last request that had one, whichever model ran"
    );
    let one = Ran {
        model: "lab/b".into(),
        requests: 1,
        successes: 1,
        tokens: records[0].tokens,
        cost: PicoUsd::from_pico(1_234_567),
    };
    assert_eq!(
        fast.ran,
        [
            Ran {
                model: "lab/a".into(),
                requests: 2,
                ..one.clone()
            },
            one
        ]
    );
    assert_eq!(traffic.cost(), PicoUsd::from_pico(3 * 1_234_567));
    let theirs = store.usage().traffic(other, TrafficWindow::Day, NOON).await.unwrap();
    assert_eq!(counts(&theirs), [("theirs", 1)]);
});

both_engines!(a_window_is_so_many_hours_or_days, |store| {
    let account = seed::account(&store, "acme").await.id;
    let key = seed::key(&store, account, "ci").await.0.id;
    let ages = [
        ("now", 0),
        ("23-hours", 23),
        ("24-hours", 24),
        ("6-days", 6 * 24),
        ("7-days", 7 * 24),
        ("29-days", 29 * 24),
    ];
    let older = [("30-days", 30 * 24)];
    let records: Vec<UsageRecord> = ages
        .iter()
        .chain(&older)
        .map(|(name, hours)| UsageRecord {
            requested: (*name).into(),
            ..record(account, key, hours_before(*hours), None)
        })
        .collect();
    store.usage().append(&records).await.unwrap();
    let names = async |window| {
        let traffic = store.usage().traffic(key, window, NOON).await.unwrap();
        let mut names: Vec<String> = traffic.names.into_iter().map(|sent| sent.name).collect();
        names.sort_by_key(|name| ages.iter().position(|(age, _)| age == name));
        names
    };

    assert_eq!(names(TrafficWindow::Day).await, ["now", "23-hours"]);
    assert_eq!(
        names(TrafficWindow::Week).await,
        ["now", "23-hours", "24-hours", "6-days"]
    );
    assert_eq!(names(TrafficWindow::Month).await, ages.map(|(age, _)| age));
});

both_engines!(two_hundred_names_are_told_apart_and_the_rest_summed_up, |store| {
    let account = seed::account(&store, "acme").await.id;
    let key = seed::key(&store, account, "ci").await.0.id;
    // Two hours of 150 names of their own, so that no hour reaches its own limit; the first ten are sent twice.
    let twice = (0..10).map(|n| (n, 1));
    let names = (0..150).map(|n| (n, 1)).chain((150..300).map(|n| (n, 2)));
    let records: Vec<UsageRecord> = names
        .chain(twice)
        .map(|(n, hours)| UsageRecord {
            requested: format!("name-{n:03}"),
            ..record(account, key, hours_before(hours), None)
        })
        .collect();
    store.usage().append(&records).await.unwrap();

    let traffic = store.usage().traffic(key, TrafficWindow::Day, NOON).await.unwrap();

    assert_eq!(traffic.names.len(), 200);
    assert_eq!(counts(&traffic)[..11].iter().map(|(_, count)| *count).sum::<u64>(), 21);
    let others = traffic.others.clone().unwrap();
    assert_eq!(
        (others.model.as_str(), others.requests, others.successes),
        ("", 100, 100)
    );
    assert_eq!(
        (others.tokens.prompt, others.cost),
        (100 * 100, PicoUsd::from_pico(100 * 1_234_567))
    );
    assert_eq!(traffic.cost(), PicoUsd::from_pico(310 * 1_234_567));

    // The names beyond the limit of one hour are kept under one name, which is not a name itself.
    let flood: Vec<UsageRecord> = (0..205)
        .map(|n| UsageRecord {
            requested: format!("flood-{n}"),
            ..record(account, key, hours_before(30), None)
        })
        .collect();
    store.usage().append(&flood).await.unwrap();
    let traffic = store.usage().traffic(key, TrafficWindow::Week, NOON).await.unwrap();
    assert!(traffic.names.iter().all(|sent| sent.is_a_name()));
    let sent: u64 = traffic.names.iter().map(|sent| sent.requests()).sum();
    assert_eq!(sent + traffic.others.unwrap().requests, 310 + 205);
});
