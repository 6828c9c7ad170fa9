//! A purge of old records, which leaves every sum.

use std::time::Duration;

use crossmodel::domain::{Scope, Timestamp, UsageRecord};
use crossmodel::store::{ReportFilter, RequestFilter};

use super::ids;
use crate::harness::seed::{self, NOON};
use crate::harness::traffic::record;
use crate::store::{minutes, raw};

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
    // A record that comes late is stored, and goes with the next purge.
    let late = record(account, key, NOON.minus(Duration::from_secs(60)));
    store.usage().append(&[late]).await.unwrap();
    assert_eq!(store.usage().purge(end, 10).await.unwrap(), 1);
});
