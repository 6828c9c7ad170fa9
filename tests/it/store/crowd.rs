//! Many programs on one database, and copies of it that are made meanwhile.

use std::time::Duration;

use crossmodel::domain::{AccountId, ApiKey, ApiKeyHash, ApiKeyId, Scope};
use crossmodel::random;
use crossmodel::store::{NewKey, Store};
use futures_util::future::join_all;

use super::raw;
use crate::harness::database::{Engine, Folder};
use crate::harness::seed::{self, NOON, exact};
use crate::harness::store::on;

/// Adds a key with an alias, and says when that is done.
async fn adds_key(store: &Store, account: AccountId, like: &ApiKey, name: &str) {
    let key = ApiKey {
        id: ApiKeyId::new(NOON, random::bytes()),
        account,
        name: seed::name(name),
        ..like.clone()
    };
    let hash = ApiKeyHash::from_bytes(random::bytes());
    let new = NewKey {
        key,
        hash,
        aliases: vec![exact("one", "openai/gpt-5")],
    };
    seed::at_noon(store)
        .api_keys()
        .create(&new)
        .await
        .expect("to be served");
}

both_engines!(sixteen_programs_that_write_at_once_are_all_served, |store| {
    let account = seed::account(&store, "acme").await;
    let (like, _) = seed::key(&store, account.id, "first").await;

    let programs = (0..16).map(async |program| {
        let own = store.another().await;
        for n in 0..10 {
            adds_key(&own, account.id, &like, &format!("{program}-{n}")).await;
        }
        own.close().await;
    });
    join_all(programs).await;

    assert_eq!(store.api_keys().all(Scope::All).await.unwrap().len(), 161);
});

#[test]
fn a_copy_of_sqlite_made_while_it_is_written_is_whole() {
    on(Engine::Sqlite, |store| async move {
        let account = seed::account(&store, "acme").await;
        let (like, _) = seed::key(&store, account.id, "first").await;
        let folder = Folder::fresh();
        let copy = folder.as_ref().join("copy.db");
        let written = std::sync::atomic::AtomicUsize::new(0);

        let writing = async {
            for n in 0..60 {
                adds_key(&store, account.id, &like, &format!("key {n}")).await;
                written.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            }
        };
        let copying = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let before = written.load(std::sync::atomic::Ordering::SeqCst);
            raw::run(&store, &format!("VACUUM INTO '{}'", copy.display()))
                .await
                .unwrap();
            before
        };
        let ((), before) = tokio::join!(writing, copying);

        let copied = Store::open(&format!("sqlite://{}", copy.display()).parse().unwrap())
            .await
            .unwrap();
        copied.migrate().await.unwrap();
        let keys = copied.api_keys().all(Scope::All).await.unwrap();
        assert!(
            keys.len() > before,
            "{} keys of {before} that were answered",
            keys.len()
        );
        for key in keys.iter().filter(|key| key.name.as_str() != "first") {
            let aliases = copied.aliases().list(Scope::All, key.id).await.unwrap().unwrap();
            assert_eq!(aliases.aliases.len(), 1, "{}", key.name);
        }
        copied.close().await;
    });
}
