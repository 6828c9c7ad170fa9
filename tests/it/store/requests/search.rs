//! A search for something rare is quick, and a search that cannot be quick stops and says where.

use std::time::Duration;

use crossmodel::domain::{CallState, Scope, UsageRecord};
use crossmodel::store::{NameFilter, Next, RequestFilter, StatusFilter};

use super::{ids, pages};
use crate::harness::seed;
use crate::harness::traffic::{aliased, record};
use crate::store::minutes;

both_engines!(something_rare_is_found_without_reading_everything, |store| {
    let account = seed::account(&store, "ours").await.id;
    let other = seed::account(&store, "theirs").await.id;
    let key = seed::key(&store, account, "a").await.0.id;
    let busy = seed::key(&store, other, "b").await.0.id;
    // 9,000 calls over 75 days, among which every 450th matches.
    let records: Vec<UsageRecord> = (0..9_000)
        .map(|n| {
            let at = minutes(n * 12);
            match n % 450 {
                7 => aliased(record(account, key, at), "rare", "openai/o3-pro"),
                300 => UsageRecord {
                    status: 503,
                    ..aliased(record(other, busy, at), "rare", "openai/o3-pro")
                },
                n if n % 2 == 0 => record(account, key, at),
                _ => record(other, busy, at),
            }
        })
        .collect();
    store.usage().append(&records).await.unwrap();
    let model = RequestFilter {
        model: Some("openai/o3-pro".into()),
        ..RequestFilter::default()
    };
    let is_rare = |it: &UsageRecord| it.model == "openai/o3-pro";

    for (scope, of_key) in [
        (Scope::All, None),
        (Scope::Account(account), None),
        (Scope::Account(account), Some(key)),
        (Scope::Account(other), None),
    ] {
        let filter = RequestFilter {
            key: of_key,
            ..model.clone()
        };
        let mine = |it: &UsageRecord| is_rare(it) && scope.account().is_none_or(|id| id == it.account);
        for limit in [4, 7, 100] {
            let (found, _) = pages(&store, scope, &filter, limit).await;
            assert_eq!(found, ids(&records, mine), "{scope:?} {of_key:?}, {limit} at a time");
        }
    }
    let failed = RequestFilter {
        status: Some(StatusFilter::Failed),
        ..model.clone()
    };
    assert_eq!(
        pages(&store, Scope::All, &failed, 7).await.0,
        ids(&records, |it| it.status == 503)
    );
    let range = RequestFilter {
        from: Some(minutes(20_000)),
        until: Some(minutes(60_000)),
        ..model
    };
    let inside = |it: &UsageRecord| is_rare(it) && it.at >= minutes(20_000) && it.at < minutes(60_000);
    assert_eq!(pages(&store, Scope::All, &range, 3).await.0, ids(&records, inside));
    let nothing = RequestFilter {
        requested: Some(NameFilter::Exact("never".into())),
        ..RequestFilter::default()
    };
    assert_eq!(pages(&store, Scope::All, &nothing, 50).await, (vec![], 1));
});

both_engines!(a_search_that_the_sums_cannot_help_stops_and_says_where, |store| {
    let account = seed::account(&store, "ours").await.id;
    let key = seed::key(&store, account, "a").await.0.id;
    let mut records: Vec<UsageRecord> = (0..7_000).map(|n| record(account, key, minutes(n / 10))).collect();
    records[0].state = CallState::Unknown;
    for batch in records.chunks(5_000) {
        store.usage().append(batch).await.unwrap();
    }
    let unknown = RequestFilter {
        state: Some(CallState::Unknown),
        ..RequestFilter::default()
    };

    let first = store
        .usage()
        .requests(Scope::Account(account), &unknown, None, 50, Duration::MAX)
        .await
        .unwrap();

    assert_eq!(first.rows, []);
    let Next::Further(id) = first.next else {
        panic!("{:?}", first.next)
    };
    let all = ids(&records, |_| true);
    assert_eq!(all.iter().filter(|it| **it >= id).count(), 6_000);
    let second = store
        .usage()
        .requests(Scope::Account(account), &unknown, Some(id), 50, Duration::MAX)
        .await
        .unwrap();
    assert_eq!(
        (second.rows.len(), second.rows[0].record.id, second.next),
        (1, records[0].id, Next::End)
    );
});

both_engines!(names_that_were_not_told_apart_are_found_all_the_same, |store| {
    let account = seed::account(&store, "ours").await.id;
    let key = seed::key(&store, account, "a").await.0.id;
    // More names in one hour than are summed up apart, then so many others that the first look does not reach them.
    let mut records: Vec<UsageRecord> = (0..260)
        .map(|n| UsageRecord {
            requested: format!("name-{n}"),
            ..record(account, key, minutes(1))
        })
        .collect();
    records.extend((0..2_500).map(|n| record(account, key, minutes(70 + n))));
    store.usage().append(&records).await.unwrap();

    for scope in [Scope::All, Scope::Account(account)] {
        let filter = RequestFilter {
            requested: Some(NameFilter::Exact("name-259".into())),
            ..RequestFilter::default()
        };
        assert_eq!(pages(&store, scope, &filter, 50).await.0, [records[259].id]);
    }
});
