//! Writers that are dropped half-way: the change is whole or absent, and no connection stays in a transaction.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use crossmodel::domain::{ApiKey, ApiKeyHash, ApiKeyId, Scope};
use crossmodel::random;
use crossmodel::store::{NewKey, Store};
use tokio::time::timeout;

use super::raw;
use crate::harness::cluster::Cluster;
use crate::harness::database::Engine;
use crate::harness::seed::{self, NOON, exact, prefix};
use crate::harness::store::run;

/// Drives a future a little and drops it.
async fn abandon<T>(steps: usize, future: impl Future<Output = T>) {
    let mut future = pin!(future);
    for _ in 0..steps {
        if future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

both_engines!(a_writer_dropped_half_way_leaves_all_or_nothing, |store| {
    let account = seed::account(&store, "acme").await;
    let (first, _) = seed::key(&store, account.id, "first").await;

    for n in 0..200 {
        let key = ApiKey {
            id: ApiKeyId::new(NOON, random::bytes()),
            name: seed::name(&format!("key {n}")),
            ..first.clone()
        };
        let hash = ApiKeyHash::from_bytes(random::bytes());
        let aliases = vec![exact("one", "openai/gpt-5"), prefix("two", "openai/gpt-5")];
        let new = NewKey { key, hash, aliases };
        abandon(n % 23, store.at_noon().api_keys().create(&new)).await;
    }

    // Every writer that was begun ends by itself.
    let begun = 200 - 200usize.div_ceil(23);
    let keys = async || raw::count(&store, "api_key", "name <> 'first'").await;
    timeout(Duration::from_secs(60), async {
        while keys().await < begun {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .unwrap();
    assert_eq!(keys().await, begun);
    assert_eq!(raw::count(&store, "api_key_secret", "1 = 1").await, begun + 1);
    assert_eq!(raw::count(&store, "alias", "1 = 1").await, 2 * begun);
    assert_eq!(raw::count(&store, "alias_version", "1 = 1").await, begun);
    assert_eq!(
        raw::count(&store, "audit_log", "action = 'api_key.create'").await,
        begun + 1
    );
    if store.engine() == Engine::Postgres {
        let idle = raw::count(
            &store,
            "pg_stat_activity",
            "datname = current_database() AND state LIKE 'idle in%'",
        )
        .await;
        assert_eq!(idle, 0, "connections left in a transaction");
    }
    store.check_statements().await.unwrap();
});

/// A server's log that fills with warnings hides those that matter.
#[test]
fn the_log_of_postgres_stays_free_of_transactions_that_are_none() {
    run(async {
        let cluster = Cluster::start();
        let store = Store::open(&cluster.url().parse().unwrap()).await.unwrap();
        store.migrate().await.unwrap();
        let account = seed::account(&store, "acme").await;
        let (key, _) = seed::key(&store, account.id, "first").await;

        for n in 0..20 {
            store.api_keys().get(Scope::All, key.id).await.unwrap();
            seed::at_noon(&store)
                .api_keys()
                .rename(Scope::All, key.id, &seed::name(&format!("key {n}")))
                .await
                .unwrap();
            // Refused half-way: the name is taken, and all of it is undone.
            assert!(seed::at_noon(&store).accounts().create(&account).await.is_err());
            abandon(
                n,
                seed::at_noon(&store)
                    .api_keys()
                    .rename(Scope::All, key.id, &seed::name("left")),
            )
            .await;
        }
        store.close().await;

        assert_eq!(cluster.complaints("transaction in progress"), Vec::<String>::new());
    });
}

both_engines!(what_was_answered_is_there_for_another_process, |store| {
    let account = seed::account(&store, "acme").await;
    let (key, _) = seed::key(&store, account.id, "ci").await;
    seed::at_noon(&store)
        .aliases()
        .add(Scope::All, key.id, &exact("fast", "openai/gpt-5"))
        .await
        .unwrap();

    let other = store.another().await;
    let aliases = other.aliases().list(Scope::All, key.id).await.unwrap().unwrap().aliases;
    other.close().await;

    assert_eq!(aliases, [exact("fast", "openai/gpt-5")]);
});
