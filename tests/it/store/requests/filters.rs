//! Every filter finds what matches, and nothing else.

use crossmodel::domain::{AccountId, ApiKeyId, CallState, Scope, UsageRecord};
use crossmodel::store::{NameFilter, RequestFilter, StatusFilter};

use super::{ids, pages};
use crate::harness::seed;
use crate::harness::traffic::{aliased, failed, record};
use crate::store::minutes;

/// Whether a record is one that a filter has to find.
type Check = Box<dyn Fn(&UsageRecord) -> bool>;

/// Calls of every kind, with each of these keys in turn.
fn calls(keys: [(AccountId, ApiKeyId); 3]) -> Vec<UsageRecord> {
    let mut records = Vec::new();

    for n in 0..40 {
        let (account, key) = keys[n as usize % 3];
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

    records
}

/// Filters by requested name, alias, model and provider.
fn by_name(key: ApiKeyId) -> Vec<(RequestFilter, Check)> {
    let none = RequestFilter::default;
    vec![
        (none(), Box::new(|_| true)),
        (
            RequestFilter {
                key: Some(key),
                ..none()
            },
            Box::new(move |it| it.key == key),
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
    ]
}

/// Filters by status, state and time.
fn by_outcome() -> Vec<(RequestFilter, Check)> {
    let none = RequestFilter::default;
    let (from, until) = (minutes(500), minutes(2_000));
    vec![
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
                model: Some("no/such-model".into()),
                ..none()
            },
            Box::new(|_| false),
        ),
    ]
}

both_engines!(every_filter_finds_what_matches_and_nothing_else, |store| {
    let [ours, theirs] = [
        seed::account(&store, "ours").await.id,
        seed::account(&store, "theirs").await.id,
    ];
    let a = seed::key(&store, ours, "a").await.0.id;
    let b = seed::key(&store, ours, "b").await.0.id;
    let c = seed::key(&store, theirs, "c").await.0.id;
    let records = calls([(ours, a), (ours, b), (theirs, c)]);
    store.usage().append(&records).await.unwrap();

    for (filter, matches) in by_name(a).iter().chain(&by_outcome()) {
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
