//! Usage records: each stored once, and counted once.

use crossmodel::domain::{
    AccountId, ApiKeyId, CallState, Feature, Match, PicoUsd, RequestId, RequestUse, Scope, Timestamp, Tokens,
    UsageRecord, UsageSource,
};
use crossmodel::random;
use crossmodel::store::KeyFilter;

use super::{minutes, raw};
use crate::harness::seed::{self, NOON};

pub(super) fn record(account: AccountId, key: ApiKeyId, at: Timestamp, alias: Option<&str>) -> UsageRecord {
    UsageRecord {
        id: RequestId::new(at, random::bytes()),
        account,
        key,
        key_revision: 3,
        at,
        requested: alias.unwrap_or("deepseek/deepseek-chat").into(),
        alias: alias.map(|name| (name.parse().unwrap(), Match::Exact)),
        model: "deepseek/deepseek-chat".into(),
        provider: "deepseek".parse().unwrap(),
        protocol: "openai-chat".into(),
        stream: true,
        status: 200,
        error: None,
        tokens: Tokens {
            prompt: 100,
            completion: 20,
            cache_read: 40,
            cache_write: 10,
            cache_write_1h: 5,
            reasoning: 7,
        },
        source: UsageSource::Provider,
        state: CallState::Settled,
        held: PicoUsd::ZERO,
        price: None,
        tier: None,
        searches: 0,
        cost: PicoUsd::from_pico(1_234_567),
        latency_ms: 900,
        first_byte_ms: Some(120),
        attempts: Vec::new(),
        adapted: Some("max_tokens, dropped:seed".into()),
        used: Some(RequestUse::of_size(120).with(Feature::Tools)),
        agent: Some("curl/8".into()),
    }
}

both_engines!(a_batch_written_twice_leaves_each_record_once, |store| {
    let account = seed::account(&store, "acme").await.id;
    let key = seed::key(&store, account, "ci").await.0.id;
    // More than one statement's worth, and one record twice in the batch.
    let mut batch: Vec<UsageRecord> = (0..120)
        .map(|n| record(account, key, minutes(n), Some("fast")))
        .collect();
    batch.push(batch[0].clone());

    assert_eq!(store.usage().append(&batch).await.unwrap(), 120);
    assert_eq!(store.usage().append(&batch).await.unwrap(), 0);

    assert_eq!(raw::count(&store, "usage_record", "1 = 1").await, 120);
    let page = store
        .api_keys()
        .page(Scope::All, &KeyFilter::default(), minutes(120))
        .await
        .unwrap();
    assert_eq!(page.rows[0].daily_requests, [0, 0, 0, 0, 0, 0, 120]);
    assert_eq!(page.rows[0].spend_30d, PicoUsd::from_pico(120 * 1_234_567));
    assert_eq!(page.rows[0].key.last_used_at, Some(minutes(119)));
    assert_eq!(page.rows[0].key.last_used_agent.as_deref(), Some("curl/8"));
    assert_eq!(page.rows[0].key.revision, 0);
    assert_eq!(store.api_keys().requests_since(key, minutes(100)).await.unwrap(), 120);
    assert_eq!(store.api_keys().requests_since(key, minutes(24 * 60)).await.unwrap(), 0);
});

both_engines!(a_record_comes_back_as_it_was, |store| {
    let account = seed::account(&store, "acme").await.id;
    let key = seed::key(&store, account, "ci").await.0.id;
    let full = record(account, key, minutes(1), Some("fast"));
    let bare = UsageRecord {
        error: Some("provider_error".into()),
        status: 502,
        source: UsageSource::None,
        tokens: Tokens::default(),
        stream: false,
        first_byte_ms: None,
        attempts: Vec::new(),
        agent: None,
        adapted: None,
        used: None,
        ..record(account, key, minutes(2), None)
    };
    store.usage().append(&[full.clone(), bare.clone()]).await.unwrap();

    assert_eq!(
        store.usage().recent(Scope::All, None, 10).await.unwrap(),
        [bare.clone(), full.clone()]
    );
    assert_eq!(
        store
            .usage()
            .recent(Scope::Account(account), Some(key), 1)
            .await
            .unwrap()
            .first(),
        Some(&bare)
    );
    assert_eq!(
        store.usage().recent(Scope::Account(account), None, 10).await.unwrap(),
        [bare, full]
    );
    let other = Scope::Account(seed::account(&store, "other").await.id);
    assert_eq!(store.usage().recent(other, Some(key), 10).await.unwrap(), []);
    assert_eq!(store.usage().recent(other, None, 10).await.unwrap(), []);
});

both_engines!(names_models_and_last_matches_are_counted, |store| {
    let account = seed::account(&store, "acme").await.id;
    let key = seed::key(&store, account, "ci").await.0.id;
    let mut records = vec![
        record(account, key, minutes(1), Some("fast")),
        record(account, key, minutes(5), Some("fast")),
        record(account, key, minutes(3), Some("good")),
        record(account, key, minutes(4), None),
        record(account, key, minutes(4), None),
        record(account, key, minutes(4), None),
    ];
    for record in &mut records[..3] {
        record.model = "anthropic/claude-opus-4-8".into();
    }
    records[5].model = "anthropic/claude-opus-4-8".into();
    store.usage().append(&records).await.unwrap();
    let usage = store.usage();

    let names = usage.names_sent(key, NOON).await.unwrap();
    assert_eq!(
        names,
        [
            ("deepseek/deepseek-chat".into(), 3),
            ("fast".into(), 2),
            ("good".into(), 1)
        ]
    );
    assert_eq!(usage.names_sent(key, minutes(60)).await.unwrap(), []);
    let models = usage.most_used_models(account, NOON, 5).await.unwrap();
    assert_eq!(
        models,
        [
            "anthropic/claude-opus-4-8".parse().unwrap(),
            "deepseek/deepseek-chat".parse().unwrap()
        ]
    );
    let matches = usage.last_match(key).await.unwrap();
    assert_eq!(
        matches,
        [
            ("fast".parse().unwrap(), minutes(5)),
            ("good".parse().unwrap(), minutes(3))
        ]
    );
    assert_eq!(usage.append(&[]).await.unwrap(), 0);
});
