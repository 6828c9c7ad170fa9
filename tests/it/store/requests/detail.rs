//! One request with everything that belongs to it.

use crossmodel::domain::{RequestId, Scope};

use crate::harness::seed::{self, NOON};
use crate::harness::traffic::{aliased, record};
use crate::store::minutes;

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
