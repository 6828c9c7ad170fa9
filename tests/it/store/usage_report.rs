//! Reports: every sum is right with every filter, and no account sees another's.

use crossmodel::domain::{AccountId, ApiKeyId, PicoUsd, Scope, UsageRecord};
use crossmodel::store::{ReportFilter, UsageReport, UsageSums};

use super::minutes;
use crate::harness::seed::{self, NOON};
use crate::harness::store::TestStore;
use crate::harness::traffic::{aliased, failed, record};

const DAY: u64 = 24 * 60;

fn month() -> ReportFilter {
    ReportFilter {
        from: NOON.day() - 29,
        to: NOON.day() + 1,
        ..ReportFilter::default()
    }
}

/// The sums of records, added up one by one.
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

/// Two accounts with calls, on two days.
struct Seeded {
    ours: AccountId,
    theirs: AccountId,
    /// Two keys of ours, and one of theirs.
    keys: [ApiKeyId; 3],
    records: Vec<UsageRecord>,
}

impl Seeded {
    async fn new(store: &TestStore) -> Self {
        let [ours, theirs] = [
            seed::account(store, "ours").await.id,
            seed::account(store, "theirs").await.id,
        ];
        let a = seed::key(store, ours, "a").await.0.id;
        let b = seed::key(store, ours, "b").await.0.id;
        let c = seed::key(store, theirs, "c").await.0.id;
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

        Self {
            ours,
            theirs,
            keys: [a, b, c],
            records,
        }
    }

    fn of(&self, account: AccountId) -> impl Iterator<Item = &UsageRecord> {
        self.records.iter().filter(move |it| it.account == account)
    }

    fn of_key(&self, key: ApiKeyId) -> UsageSums {
        sums(self.records.iter().filter(|it| it.key == key))
    }
}

async fn report(store: &TestStore, scope: Scope, filter: &ReportFilter) -> UsageReport {
    store.usage().report(scope, filter).await.unwrap()
}

both_engines!(every_sum_is_that_of_its_records, |store| {
    let seeded = Seeded::new(&store).await;
    let ([a, b, c], records) = (seeded.keys, &seeded.records);

    let all: UsageReport = report(&store, Scope::All, &month()).await;
    assert_eq!(all.totals, sums(records));
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
        [
            ("ours".into(), sums(seeded.of(seeded.ours))),
            ("theirs".into(), sums(seeded.of(seeded.theirs)))
        ]
    );

    let keys = all
        .keys
        .unwrap()
        .rows
        .into_iter()
        .map(|(it, sums)| (it.name.unwrap(), sums))
        .collect::<Vec<_>>();
    assert_eq!(
        keys,
        [
            ("a".into(), uncached(seeded.of_key(a))),
            ("c".into(), uncached(seeded.of_key(c))),
            ("b".into(), uncached(seeded.of_key(b)))
        ]
    );
});

both_engines!(a_report_of_one_account_has_its_records_only, |store| {
    let seeded = Seeded::new(&store).await;

    let one = report(&store, Scope::Account(seeded.ours), &month()).await;
    assert_eq!((one.totals, one.accounts), (sums(seeded.of(seeded.ours)), None));
    let by_model = |model: &'static str| sums(seeded.of(seeded.ours).filter(|it| it.model == model));

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
});

both_engines!(a_report_of_one_key_has_its_records_only, |store| {
    let seeded = Seeded::new(&store).await;
    let [a, ..] = seeded.keys;
    let of_key = ReportFilter {
        key: Some(a),
        ..month()
    };
    let key = report(&store, Scope::Account(seeded.ours), &of_key).await;
    assert_eq!(key.totals, seeded.of_key(a));
    assert_eq!(key.days.len(), 2);
    assert_eq!(
        report(&store, Scope::Account(seeded.theirs), &of_key).await.totals,
        UsageSums::default(),
        "a foreign key has nothing"
    );
});

/// Filters, and how many of three calls each leaves.
fn filters() -> Vec<(ReportFilter, i64)> {
    let text = |text: &str| Some(text.to_owned());
    vec![
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
                provider: text("unknown"),
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
    ]
}

/// How many requests some rows have together.
fn requests<T>(rows: &[(T, UsageSums)]) -> i64 {
    rows.iter().map(|(_, sums)| sums.requests).sum()
}

both_engines!(filters_narrow_every_part_of_a_report, |store| {
    let account = seed::account(&store, "ours").await.id;
    let key = seed::key(&store, account, "a").await.0.id;
    let records = [
        record(account, key, minutes(1)),
        aliased(record(account, key, minutes(2)), "fast", "openai/gpt-5-mini"),
        aliased(record(account, key, minutes(3)), "fast", "deepseek/deepseek-chat"),
    ];
    store.usage().append(&records).await.unwrap();

    for (filter, many) in filters() {
        for key in [None, Some(key)] {
            let filter = ReportFilter { key, ..filter.clone() };
            let report = store.usage().report(Scope::Account(account), &filter).await.unwrap();
            assert_eq!(report.totals.requests, many, "{filter:?}");
            assert_eq!(requests(&report.names.rows), many);
            assert_eq!(requests(&report.keys.unwrap().rows), many, "{filter:?}");

            let days = store
                .usage()
                .report_days(Scope::Account(account), &filter)
                .await
                .unwrap();
            assert_eq!(days, report.days);
            let day = store.usage().report_day(Scope::All, &filter, NOON.day()).await.unwrap();
            // This report is of the day alone.
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
