//! The list of requests: what it shows, in pages without gaps or doubles; one request; and what is purged.

use std::time::Duration;

use crossmodel::domain::{CallState, RequestId, Scope, Timestamp, UsageRecord};
use crossmodel::store::{NameFilter, Next, ReportFilter, RequestFilter, StatusFilter};

use super::{minutes, raw};
use crate::harness::seed::{self, NOON};
use crate::harness::store::TestStore;
use crate::harness::traffic::{aliased, failed, record};

/// Every id that a list has, page by page, and how many pages it took. Whoever has no patience finds the same.
async fn pages(store: &TestStore, scope: Scope, filter: &RequestFilter, limit: u32) -> (Vec<RequestId>, usize) {
    let (found, count) = walk(store, scope, filter, limit, Duration::MAX).await;
    assert_eq!(
        walk(store, scope, filter, limit, Duration::ZERO).await.0,
        found,
        "{filter:?}"
    );
    (found, count)
}

async fn walk(
    store: &TestStore,
    scope: Scope,
    filter: &RequestFilter,
    limit: u32,
    patience: Duration,
) -> (Vec<RequestId>, usize) {
    let (mut ids, mut count, mut before) = (Vec::new(), 0, None);
    loop {
        let page = store
            .usage()
            .requests(scope, filter, before, limit, patience)
            .await
            .unwrap();
        ids.extend(page.rows.iter().map(|row| row.record.id));
        count += 1;
        assert!(page.rows.len() <= limit as usize && count < 1_000);
        before = match page.next {
            Next::End => return (ids, count),
            Next::Older(id) => {
                assert_eq!(page.rows.len(), limit as usize);
                Some(id)
            }
            Next::Further(id) => Some(id),
        };
    }
}

/// The ids of the records that match, the newest first.
fn ids(records: &[UsageRecord], matches: impl Fn(&UsageRecord) -> bool) -> Vec<RequestId> {
    let mut ids: Vec<RequestId> = records.iter().filter(|it| matches(it)).map(|it| it.id).collect();
    ids.sort_by(|a, b| b.cmp(a));
    ids
}

both_engines!(every_filter_finds_what_matches_and_nothing_else, |store| {
    let [ours, theirs] = [
        seed::account(&store, "ours").await.id,
        seed::account(&store, "theirs").await.id,
    ];
    let a = seed::key(&store, ours, "a").await.0.id;
    let b = seed::key(&store, ours, "b").await.0.id;
    let c = seed::key(&store, theirs, "c").await.0.id;
    let mut records = Vec::new();

    for n in 0..40 {
        let (account, key) = [(ours, a), (ours, b), (theirs, c)][n as usize % 3];
        let plain = record(account, key, minutes(n * 97));
        records.push(match n % 5 {
            0 => aliased(plain, "gpt-fast", "openai/gpt-5-mini"),
            1 => failed(plain, 502, "provider_error"),
            2 => UsageRecord {
                state: CallState::Partial,
                requested: "gpt_fast".into(),
                ..plain
            },
            3 => failed(aliased(plain, "gpt-good", "openai/gpt-5.5"), 429, "rate_limit_exceeded"),
            _ => plain,
        });
    }

    store.usage().append(&records).await.unwrap();
    let none = RequestFilter::default;
    type Check = Box<dyn Fn(&UsageRecord) -> bool>;
    let (from, until) = (minutes(500), minutes(2_000));
    let cases: Vec<(RequestFilter, Check)> = vec![
        (none(), Box::new(|_| true)),
        (
            RequestFilter { key: Some(a), ..none() },
            Box::new(move |it| it.key == a),
        ),
        (
            RequestFilter {
                requested: Some(NameFilter::Exact("gpt-fast".into())),
                ..none()
            },
            Box::new(|it| it.requested == "gpt-fast"),
        ),
        (
            RequestFilter {
                requested: Some(NameFilter::Prefix("gpt-".into())),
                ..none()
            },
            Box::new(|it| it.requested.starts_with("gpt-")),
        ),
        (
            RequestFilter {
                requested: Some(NameFilter::Prefix("gpt_".into())),
                ..none()
            },
            Box::new(|it| it.requested.starts_with("gpt_")),
        ),
        (
            RequestFilter {
                alias: Some("gpt-good".into()),
                ..none()
            },
            Box::new(|it| it.requested == "gpt-good"),
        ),
        (
            RequestFilter {
                alias: Some(String::new()),
                ..none()
            },
            Box::new(|it| it.alias.is_none()),
        ),
        (
            RequestFilter {
                model: Some("openai/gpt-5.5".into()),
                ..none()
            },
            Box::new(|it| it.model == "openai/gpt-5.5"),
        ),
        (
            RequestFilter {
                provider: Some("deepseek".into()),
                ..none()
            },
            Box::new(|it| it.provider.as_str() == "deepseek"),
        ),
        (
            RequestFilter {
                status: Some(StatusFilter::Answered),
                ..none()
            },
            Box::new(|it| it.status < 400),
        ),
        (
            RequestFilter {
                status: Some(StatusFilter::Failed),
                ..none()
            },
            Box::new(|it| it.status >= 400),
        ),
        (
            RequestFilter {
                status: Some(StatusFilter::Client),
                ..none()
            },
            Box::new(|it| it.status == 429),
        ),
        (
            RequestFilter {
                status: Some(StatusFilter::Server),
                ..none()
            },
            Box::new(|it| it.status == 502),
        ),
        (
            RequestFilter {
                status: Some(StatusFilter::Code(429)),
                ..none()
            },
            Box::new(|it| it.status == 429),
        ),
        (
            RequestFilter {
                state: Some(CallState::Partial),
                ..none()
            },
            Box::new(|it| it.state == CallState::Partial),
        ),
        (
            RequestFilter {
                from: Some(from),
                until: Some(until),
                ..none()
            },
            Box::new(move |it| it.at >= from && it.at < until),
        ),
        (
            RequestFilter {
                provider: Some("openai".into()),
                status: Some(StatusFilter::Failed),
                from: Some(from),
                ..none()
            },
            Box::new(move |it| it.provider.as_str() == "openai" && it.status >= 400 && it.at >= from),
        ),
        (
            RequestFilter {
                model: Some("nobody/nothing".into()),
                ..none()
            },
            Box::new(|_| false),
        ),
    ];

    for (filter, matches) in &cases {
        for scope in [Scope::All, Scope::Account(ours), Scope::Account(theirs)] {
            let expected = ids(&records, |it| {
                scope.account().is_none_or(|id| id == it.account) && matches(it)
            });
            for limit in [3, 50] {
                let (found, _) = pages(&store, scope, filter, limit).await;
                assert_eq!(found, expected, "{filter:?} in {scope:?}, {limit} at a time");
            }
        }
    }
});

both_engines!(something_rare_is_found_without_reading_everything, |store| {
    let account = seed::account(&store, "ours").await.id;
    let other = seed::account(&store, "theirs").await.id;
    let key = seed::key(&store, account, "a").await.0.id;
    let busy = seed::key(&store, other, "b").await.0.id;
    // 9,000 calls over 75 days, among which every 450th is of the kind that is looked for.
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
    // More names in one hour than are summed up apart, then enough others that the first look does not reach them.
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

both_engines!(one_request_comes_with_all_that_belongs_to_it, |store| {
    let [ours, theirs] = [
        seed::account(&store, "ours").await.id,
        seed::account(&store, "theirs").await.id,
    ];
    let aliases = vec![seed::exact("fast", "openai/gpt-5-mini")];
    let key = seed::key_with(&store, ours, "a", aliases.clone()).await.0.id;
    let one = aliased(record(ours, key, minutes(5)), "fast", "openai/gpt-5-mini");
    store
        .usage()
        .append(&[one.clone(), record(ours, key, minutes(6))])
        .await
        .unwrap();

    let found = store
        .usage()
        .request(Scope::Account(ours), one.id)
        .await
        .unwrap()
        .unwrap();

    assert_eq!(
        (&found.record, found.key_name.as_deref(), found.account_name.as_str()),
        (&one, Some("a"), "ours")
    );
    let entry = found.entry.unwrap();
    assert_eq!((entry.requests, entry.amount.pico()), (2, -2 * one.cost.pico()));
    assert_eq!(
        found
            .rules
            .iter()
            .map(|saved| (saved.version, saved.aliases.clone()))
            .collect::<Vec<_>>(),
        [(1, aliases)]
    );
    let foreign = store.usage().request(Scope::Account(theirs), one.id).await.unwrap();
    let missing = store
        .usage()
        .request(Scope::Account(theirs), RequestId::floor(NOON))
        .await
        .unwrap();
    assert_eq!((foreign, missing), (None, None));
});

both_engines!(a_purge_takes_old_records_and_leaves_every_sum, |store| {
    let account = seed::account(&store, "ours").await.id;
    let key = seed::key(&store, account, "a").await.0.id;
    let records: Vec<UsageRecord> = (0..1_300).map(|n| record(account, key, minutes(n))).collect();
    store.usage().append(&records).await.unwrap();
    let month = ReportFilter {
        from: NOON.day() - 1,
        to: NOON.day() + 5,
        ..ReportFilter::default()
    };
    let before = store.usage().report(Scope::All, &month).await.unwrap();
    let balance = store.wallets().balance(account).await.unwrap();
    let end: Timestamp = minutes(1_200);

    assert_eq!(store.usage().purge(end, 700).await.unwrap(), 700);
    assert_eq!(raw::count(&store, "usage_record", "1 = 1").await, 600);
    let left = store
        .usage()
        .requests(Scope::All, &RequestFilter::default(), None, 700, Duration::MAX)
        .await
        .unwrap();
    assert_eq!(
        left.rows.last().unwrap().record.id,
        ids(&records, |it| it.at >= minutes(700)).pop().unwrap()
    );
    assert_eq!(store.usage().purge(end, 10_000).await.unwrap(), 500);
    assert_eq!(store.usage().purge(end, 10_000).await.unwrap(), 0);
    assert_eq!(raw::count(&store, "usage_record", "1 = 1").await, 100);

    assert_eq!(store.usage().report(Scope::All, &month).await.unwrap(), before);
    assert_eq!(store.wallets().balance(account).await.unwrap(), balance);
    assert_eq!(store.wallets().sum(account).await.unwrap(), balance.unwrap().balance);
    // A record that comes late is taken all the same, and goes with the next purge.
    let late = record(account, key, NOON.minus(Duration::from_secs(60)));
    store.usage().append(&[late]).await.unwrap();
    assert_eq!(store.usage().purge(end, 10).await.unwrap(), 1);
});
