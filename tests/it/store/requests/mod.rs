//! The list of requests: what it shows, in pages without gaps or doubles; one request; and what is purged.

mod detail;
mod filters;
mod purge;
mod search;

use std::time::Duration;

use crossmodel::domain::{RequestId, Scope, UsageRecord};
use crossmodel::store::{Next, RequestFilter};

use crate::harness::store::TestStore;

/// Every id that a list has, page by page, and how many pages it took. A search without patience finds the same.
pub async fn pages(store: &TestStore, scope: Scope, filter: &RequestFilter, limit: u32) -> (Vec<RequestId>, usize) {
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
pub fn ids(records: &[UsageRecord], matches: impl Fn(&UsageRecord) -> bool) -> Vec<RequestId> {
    let mut ids: Vec<RequestId> = records.iter().filter(|it| matches(it)).map(|it| it.id).collect();
    ids.sort_by(|a, b| b.cmp(a));
    ids
}
