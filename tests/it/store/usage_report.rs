//! Reports: every sum is right, whatever it is asked by, and nobody sees another account's.

use crossmodel::domain::{PicoUsd, Scope, UsageRecord};
use crossmodel::store::{ReportFilter, UsageReport, UsageSums};

use super::minutes;
use crate::harness::seed::{self, NOON};
use crate::harness::traffic::{aliased, failed, record};

const DAY: u64 = 24 * 60;

fn month() -> ReportFilter {
    ReportFilter {
        from: NOON.day() - 29,
        to: NOON.day() + 1,
        ..ReportFilter::default()
    }
}

/// What a report should say, counted one by one.
fn sums<'r>(records: impl IntoIterator<Item = &'r UsageRecord>) -> UsageSums {
    let mut sums = UsageSums::default();
    for it in records {
        sums.add(&UsageSums {
            requests: 1,
            successes: i64::from(it.status < 400),
            prompt: it.tokens.prompt as i64,
            completion: it.tokens.completion as i64,
            cache_read: it.tokens.cache_read as i64,
            cost: it.cost,
        });
    }
    sums
}

fn uncached(sums: UsageSums) -> UsageSums {
    UsageSums { cache_read: 0, ..sums }
}

both_engines!(every_sum_is_that_of_its_records, |store| {
    let [ours, theirs] = [
        seed::account(&store, "ours").await.id,
        seed::account(&store, "theirs").await.id,
    ];
    let a = seed::key(&store, ours, "a").await.0.id;
    let b = seed::key(&store, ours, "b").await.0.id;
    let c = seed::key(&store, theirs, "c").await.0.id;
    let dear = |it: UsageRecord| UsageRecord {
        cost: PicoUsd::from_pico(7_000_000),
        ..it
    };
    let records = vec![
        record(ours, a, minutes(1)),
        dear(aliased(record(ours, a, minutes(2)), "fast", "openai/gpt-5-mini")),
        aliased(record(ours, b, minutes(3)), "fast", "openai/gpt-5-mini"),
        failed(record(ours, b, minutes(4)), 502, "provider_error"),
        record(ours, a, minutes(DAY)),
        dear(record(theirs, c, minutes(5))),
    ];
    store.usage().append(&records[..3]).await.unwrap();
    store.usage().append(&records[3..]).await.unwrap();
    let of = |account| records.iter().filter(move |it| it.account == account);
    let report = |scope, filter: ReportFilter| {
        let store = store.clone();
        async move { store.usage().report(scope, &filter).await.unwrap() }
    };

    let all: UsageReport = report(Scope::All, month()).await;
    assert_eq!(all.totals, sums(&records));
    assert_eq!(
        all.days,
        [
            (NOON.day(), sums(records.iter().filter(|it| it.at.day() == NOON.day()))),
            (
                NOON.day() + 1,
                sums(records.iter().filter(|it| it.at.day() > NOON.day()))
            ),
        ]
    );
    let accounts = all
        .accounts
        .unwrap()
        .rows
        .into_iter()
        .map(|(it, sums)| (it.name, sums))
        .collect::<Vec<_>>();
    assert_eq!(
        accounts,
        [("ours".into(), sums(of(ours))), ("theirs".into(), sums(of(theirs)))]
    );
    let keys = all
        .keys
        .unwrap()
        .rows
        .into_iter()
        .map(|(it, sums)| (it.name.unwrap(), sums))
        .collect::<Vec<_>>();
    let of_key = |key| sums(records.iter().filter(|it| it.key == key));
    assert_eq!(
        keys,
        [
            ("a".into(), uncached(of_key(a))),
            ("c".into(), uncached(of_key(c))),
            ("b".into(), uncached(of_key(b)))
        ]
    );

    let one = report(Scope::Account(ours), month()).await;
    assert_eq!((one.totals, one.accounts), (sums(of(ours)), None));
    let by_model = |model: &'static str| sums(of(ours).filter(|it| it.model == model));
    assert_eq!(
        one.models.rows,
        [
            ("openai/gpt-5-mini".into(), by_model("openai/gpt-5-mini")),
            ("deepseek/deepseek-chat".into(), by_model("deepseek/deepseek-chat")),
        ]
    );
    assert_eq!(one.providers.rows[0], ("openai".into(), by_model("openai/gpt-5-mini")));
    let names = [
        (("fast".into(), "fast".into()), by_model("openai/gpt-5-mini")),
        (
            ("deepseek/deepseek-chat".into(), String::new()),
            by_model("deepseek/deepseek-chat"),
        ),
    ];
    assert_eq!((one.names.rows.as_slice(), one.names.rest), (names.as_slice(), None));

    let of_key = ReportFilter {
        key: Some(a),
        ..month()
    };
    let key = report(Scope::Account(ours), of_key.clone()).await;
    assert_eq!(key.totals, sums(records.iter().filter(|it| it.key == a)));
    assert_eq!(key.days.len(), 2);
    assert_eq!(
        report(Scope::Account(theirs), of_key).await.totals,
        UsageSums::default(),
        "a foreign key has nothing"
    );
});

both_engines!(filters_narrow_every_part_of_a_report, |store| {
    let account = seed::account(&store, "ours").await.id;
    let key = seed::key(&store, account, "a").await.0.id;
    let records = [
        record(account, key, minutes(1)),
        aliased(record(account, key, minutes(2)), "fast", "openai/gpt-5-mini"),
        aliased(record(account, key, minutes(3)), "fast", "deepseek/deepseek-chat"),
    ];
    store.usage().append(&records).await.unwrap();
    let text = |text: &str| Some(text.to_owned());
    let cases = [
        (
            ReportFilter {
                requested: text("fast"),
                ..month()
            },
            2,
        ),
        (
            ReportFilter {
                alias: text("fast"),
                model: text("deepseek/deepseek-chat"),
                ..month()
            },
            1,
        ),
        (
            ReportFilter {
                alias: text(""),
                ..month()
            },
            1,
        ),
        (
            ReportFilter {
                provider: text("openai"),
                ..month()
            },
            1,
        ),
        (
            ReportFilter {
                provider: text("nobody"),
                ..month()
            },
            0,
        ),
        (
            ReportFilter {
                to: NOON.day() - 1,
                ..month()
            },
            0,
        ),
    ];

    for (filter, many) in cases {
        for key in [None, Some(key)] {
            let filter = ReportFilter { key, ..filter.clone() };
            let report = store.usage().report(Scope::Account(account), &filter).await.unwrap();
            assert_eq!(report.totals.requests, many, "{filter:?}");
            assert_eq!(
                report.names.rows.iter().map(|(_, sums)| sums.requests).sum::<i64>(),
                many
            );
            assert_eq!(
                report
                    .keys
                    .unwrap()
                    .rows
                    .iter()
                    .map(|(_, sums)| sums.requests)
                    .sum::<i64>(),
                many,
                "{filter:?}"
            );
            let days = store
                .usage()
                .report_days(Scope::Account(account), &filter)
                .await
                .unwrap();
            assert_eq!(days, report.days);
            let day = store.usage().report_day(Scope::All, &filter, NOON.day()).await.unwrap();
            // The day is asked for by itself.
            assert_eq!(
                day.iter().map(|row| row.sums.requests).sum::<i64>(),
                if filter.to < NOON.day() { 3 } else { many }
            );
        }
        let all = store.usage().report(Scope::All, &filter).await.unwrap();
        assert_eq!(all.totals.requests, many);
    }
});

both_engines!(what_is_beyond_fifty_rows_is_everything_else, |store| {
    let account = seed::account(&store, "ours").await.id;
    let key = seed::key(&store, account, "a").await.0.id;
    let records: Vec<UsageRecord> = (0..60)
        .map(|n| UsageRecord {
            requested: format!("name-{n}"),
            cost: PicoUsd::from_pico(1_000 + n),
            ..record(account, key, minutes(1))
        })
        .collect();
    store.usage().append(&records).await.unwrap();

    let report = store.usage().report(Scope::Account(account), &month()).await.unwrap();

    assert_eq!(report.names.rows.len(), 50);
    assert_eq!(report.names.rows[0].0.0, "name-59");
    assert_eq!(report.names.rest, Some(sums(&records[..10])));
    assert_eq!(report.models.rest, None);
});

both_engines!(a_day_is_told_line_by_line, |store| {
    let account = seed::account(&store, "ours").await.id;
    let key = seed::key(&store, account, "a").await.0.id;
    let fast = aliased(record(account, key, minutes(2)), "fast", "openai/gpt-5-mini");
    store
        .usage()
        .append(&[
            record(account, key, minutes(1)),
            fast.clone(),
            fast.clone(),
            record(account, key, minutes(DAY)),
        ])
        .await
        .unwrap();

    let rows = store
        .usage()
        .report_day(Scope::Account(account), &month(), NOON.day())
        .await
        .unwrap();

    let told: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.requested.as_str(),
                row.alias.as_str(),
                row.model.as_str(),
                row.sums.requests,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("deepseek/deepseek-chat", "", "deepseek/deepseek-chat", 1),
            ("fast", "fast", "openai/gpt-5-mini", 1)
        ]
    );
    assert_eq!(
        (rows[0].account.as_str(), rows[0].key_name.as_deref(), rows[1].sums),
        ("ours", Some("a"), sums([&fast]))
    );
    let other = Scope::Account(seed::account(&store, "theirs").await.id);
    assert_eq!(store.usage().report_day(other, &month(), NOON.day()).await.unwrap(), []);
});
