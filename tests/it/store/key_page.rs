//! The list of keys: filters, order, pages.

use std::time::Duration;

use crossmodel::domain::{
    AccountId, ApiKey, CallState, KeyState, KeyStatus, Limits, Period, Person, PicoUsd, RequestId, Role, Scope,
    SpendLimit, Timestamp, Tokens, UsageRecord, UsageSource,
};
use crossmodel::random;
use crossmodel::store::{KeyFilter, KeyPage, KeySort, NewKey, OwnerFilter};

use super::minutes;
use crate::harness::seed::{self, NOON, exact, prefix};
use crate::harness::store::TestStore;

async fn page(store: &TestStore, scope: Scope, filter: KeyFilter) -> KeyPage {
    store.api_keys().page(scope, &filter, NOON).await.unwrap()
}

fn names(page: &KeyPage) -> Vec<&str> {
    page.rows.iter().map(|row| row.key.name.as_str()).collect()
}

/// A call so many days before noon.
fn call(account: AccountId, key: &ApiKey, days_ago: u64, cost: i64) -> UsageRecord {
    let at: Timestamp = NOON.minus(Duration::from_secs(days_ago * 86_400));
    UsageRecord {
        id: RequestId::new(at, random::bytes()),
        account,
        key: key.id,
        key_revision: 0,
        at,
        requested: "fast".into(),
        alias: None,
        model: "deepseek/deepseek-chat".into(),
        provider: "deepseek".parse().unwrap(),
        protocol: "openai-chat".into(),
        stream: false,
        status: 200,
        error: None,
        tokens: Tokens::default(),
        source: UsageSource::Provider,
        state: CallState::Settled,
        held: PicoUsd::ZERO,
        price: None,
        tier: None,
        searches: 0,
        cost: PicoUsd::from_pico(cost),
        latency_ms: 1,
        first_byte_ms: None,
        attempts: Vec::new(),
        adapted: None,
        used: None,
        agent: None,
    }
}

/// Four keys of one account, one of them Maya's, one switched off and one expired, and a key of another account.
async fn five_keys(store: &TestStore) -> (AccountId, Person) {
    let account = seed::account(store, "acme").await;
    let other = seed::account(store, "other").await;
    let maya = seed::person(store, "maya@example.com", Role::Owner, Some(account.id)).await;
    let (first, _) = seed::key(store, account.id, "Claude Laptop").await;
    let (off, _) = seed::key(store, account.id, "100%_done").await;
    let (over, _) = seed::key(store, account.id, "old cursor").await;
    seed::key(store, other.id, "theirs").await;
    store
        .at_noon()
        .api_keys()
        .set_state(Scope::All, off.id, KeyState::Disabled)
        .await
        .unwrap();
    store
        .at_noon()
        .api_keys()
        .set_expiry(Scope::All, over.id, Some(NOON))
        .await
        .unwrap();
    let mut owned = first.clone();
    owned.id = crossmodel::domain::ApiKeyId::new(NOON, random::bytes());
    (owned.name, owned.owner, owned.display) = (seed::name("hers"), Some(maya.id), "cm-Ab3d\u{2026}x9Zq".into());
    let hash = crossmodel::domain::ApiKeyHash::from_bytes([9; 32]);
    let aliases = vec![
        prefix("claude", "anthropic/claude-opus-4-8"),
        exact("fast", "deepseek/deepseek-chat"),
    ];
    store
        .at_noon()
        .api_keys()
        .create(&NewKey {
            key: owned,
            hash,
            aliases,
        })
        .await
        .unwrap();

    (account.id, maya)
}

both_engines!(keys_are_found_by_name_secret_status_and_owner, |store| {
    let (account, maya) = five_keys(&store).await;
    let scope = Scope::Account(account);
    let by_name = KeyFilter {
        sort: KeySort::Name,
        descending: false,
        ..KeyFilter::default()
    };
    let query = |text: &str| KeyFilter {
        query: Some(text.into()),
        ..by_name.clone()
    };
    let status = |status| KeyFilter {
        status: Some(status),
        ..by_name.clone()
    };
    let owner = |owner| KeyFilter {
        owner: Some(owner),
        ..by_name.clone()
    };

    let all = page(&store, scope, by_name.clone()).await;
    assert_eq!(
        (names(&all), all.total),
        (vec!["100%_done", "Claude Laptop", "hers", "old cursor"], 4)
    );
    assert_eq!(page(&store, Scope::All, by_name.clone()).await.total, 5);

    for text in ["\0", "hers\0", "\u{1b}"] {
        assert_eq!(page(&store, scope, query(text)).await.total, 0, "{text:?}");
    }

    assert_eq!(names(&page(&store, scope, query("LAPTOP")).await), ["Claude Laptop"]);
    assert_eq!(names(&page(&store, scope, query("0%_d")).await), ["100%_done"]);
    assert_eq!(names(&page(&store, scope, query("%_%")).await), [""; 0]);
    assert_eq!(names(&page(&store, scope, query("x9zq")).await), ["hers"]);

    assert_eq!(
        names(&page(&store, scope, status(KeyStatus::Active)).await),
        ["Claude Laptop", "hers"]
    );
    assert_eq!(
        names(&page(&store, scope, status(KeyStatus::Disabled)).await),
        ["100%_done"]
    );
    assert_eq!(
        names(&page(&store, scope, status(KeyStatus::Expired)).await),
        ["old cursor"]
    );

    let hers = page(&store, scope, owner(OwnerFilter::Person(maya.id))).await;
    assert_eq!((names(&hers), hers.total), (vec!["hers"], 1));
    assert_eq!(hers.rows[0].owner_email.as_ref(), Some(&maya.email));
    assert_eq!(hers.rows[0].account_name, "acme");
    let aliases: Vec<&str> = hers.rows[0].aliases.iter().map(|alias| alias.name.as_str()).collect();
    assert_eq!(aliases, ["fast", "claude"]);
    assert_eq!(page(&store, scope, owner(OwnerFilter::Service)).await.total, 3);
});

both_engines!(keys_are_sorted_by_every_column_both_ways, |store| {
    let account = seed::account(&store, "acme").await.id;
    let mut keys = Vec::new();
    for name in ["a", "B", "c"] {
        keys.push(seed::key(&store, account, name).await.0);
    }
    // a: three calls, long ago and cheap; B: none; c: one call today, dear.
    let calls = [
        call(account, &keys[0], 6, 1),
        call(account, &keys[0], 6, 1),
        call(account, &keys[0], 5, 1),
    ];
    store.usage().append(&calls).await.unwrap();
    store
        .usage()
        .append(&[call(account, &keys[2], 0, 50), call(account, &keys[0], 40, 999)])
        .await
        .unwrap();
    store
        .at_noon()
        .api_keys()
        .set_expiry(Scope::All, keys[1].id, Some(minutes(9)))
        .await
        .unwrap();
    store
        .at_noon()
        .api_keys()
        .set_expiry(Scope::All, keys[0].id, Some(minutes(10)))
        .await
        .unwrap();

    let sorted = async |sort, descending| {
        let filter = KeyFilter {
            sort,
            descending,
            ..KeyFilter::default()
        };
        let page = store.api_keys().page(Scope::All, &filter, NOON).await.unwrap();
        page.rows.iter().map(|row| row.key.name.to_string()).collect::<String>()
    };
    assert_eq!(
        (sorted(KeySort::Name, false).await, sorted(KeySort::Name, true).await),
        ("aBc".into(), "cBa".into())
    );
    assert_eq!(sorted(KeySort::LastUsed, true).await, "caB");
    assert_eq!(sorted(KeySort::LastUsed, false).await, "Bac");
    assert_eq!(sorted(KeySort::Expires, false).await, "Bac");
    assert_eq!(sorted(KeySort::Requests, true).await, "acB");
    assert_eq!(sorted(KeySort::Spend, true).await, "caB");
    // All made at once: then by name.
    assert_eq!(sorted(KeySort::Created, true).await, "aBc");
    let rows = page(
        &store,
        Scope::All,
        KeyFilter {
            sort: KeySort::Name,
            descending: false,
            ..Default::default()
        },
    )
    .await;
    assert_eq!(rows.rows[0].daily_requests, [2, 1, 0, 0, 0, 0, 0]);
    assert_eq!(rows.rows[0].spend_30d, PicoUsd::from_pico(3));
    assert_eq!(rows.rows[2].daily_requests, [0, 0, 0, 0, 0, 0, 1]);
});

both_engines!(pages_hold_so_many_and_count_all, |store| {
    let account = seed::account(&store, "acme").await.id;
    for n in 0..7 {
        seed::key(&store, account, &format!("key {n}")).await;
    }
    let at = |page| KeyFilter {
        sort: KeySort::Name,
        descending: false,
        page,
        per_page: 3,
        ..KeyFilter::default()
    };

    let last = page(&store, Scope::All, at(3)).await;
    assert_eq!((names(&last), last.total), (vec!["key 6"], 7));
    assert_eq!(
        names(&page(&store, Scope::All, at(2)).await),
        ["key 3", "key 4", "key 5"]
    );
    let beyond = page(&store, Scope::All, at(9)).await;
    assert_eq!((beyond.rows.len(), beyond.total), (0, 7));
});

both_engines!(what_was_spent_of_a_limit_counts_from_the_start_of_its_period, |store| {
    let account = seed::account(&store, "acme").await.id;
    // NOON is Sunday, the 22nd: its week began six days ago, its month 21 days ago.
    for (name, period) in [
        ("a day", Period::Day),
        ("a week", Period::Week),
        ("a month", Period::Month),
        ("all", Period::Total),
    ] {
        let key = seed::key(&store, account, name).await.0;
        let spend = Some(SpendLimit {
            amount: PicoUsd::from_pico(5),
            period,
        });
        let limits = Limits { spend, ..Limits::NONE };
        store
            .at_noon()
            .api_keys()
            .set_limits(Scope::All, key.id, limits)
            .await
            .unwrap();
        let calls = [(0, 1), (6, 20), (7, 300), (21, 4000), (22, 50_000)];
        store
            .usage()
            .append(&calls.map(|(days, cost)| call(account, &key, days, cost)))
            .await
            .unwrap();
    }
    let free = seed::key(&store, account, "b none").await.0;
    store.usage().append(&[call(account, &free, 0, 7)]).await.unwrap();

    let by_name = KeyFilter {
        sort: KeySort::Name,
        descending: false,
        ..KeyFilter::default()
    };
    let found = page(&store, Scope::Account(account), by_name).await;

    let spent: Vec<(&str, i64)> = found
        .rows
        .iter()
        .map(|row| (row.key.name.as_str(), row.spent.pico()))
        .collect();
    assert_eq!(
        spent,
        [
            ("a day", 1),
            ("a month", 4321),
            ("a week", 21),
            ("all", 54_321),
            ("b none", 0)
        ]
    );
    assert_eq!(
        store
            .api_keys()
            .spent_since(found.rows[2].key.id, NOON.day() - 6)
            .await
            .unwrap()
            .pico(),
        21
    );
    assert_eq!(
        store
            .api_keys()
            .spent_together_since(account, NOON.day())
            .await
            .unwrap()
            .pico(),
        11
    );
});
