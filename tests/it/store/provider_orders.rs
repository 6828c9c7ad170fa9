//! The orders of providers: one for each model and account, and one for all accounts.

use crossmodel::domain::{Account, ProviderOrder, Scope};
use crossmodel::store::Change;

use crate::harness::seed;

fn order(model: &str, account: Option<&Account>, providers: &[&str]) -> ProviderOrder {
    let providers = providers.iter().map(|name| name.parse().unwrap()).collect();
    ProviderOrder::new(model, account.map(|account| account.id), providers).unwrap()
}

both_engines!(orders_are_set_replaced_and_removed, |store| {
    let acme = seed::account(&store, "acme").await;
    let set = async |order: &ProviderOrder| store.at_noon().catalog().set_provider_order(order).await.unwrap();
    let all = [
        order("a/x", None, &["q"]),
        order("a/x", Some(&acme), &["r"]),
        order("b/y", Some(&acme), &["q", "r"]),
    ];
    for order in all.iter().rev() {
        assert!(set(order).await);
        assert!(!set(order).await, "it is as before");
    }
    assert_eq!(store.catalog().provider_orders().await.unwrap(), all);

    assert!(set(&order("a/x", Some(&acme), &["s", "r"])).await);
    let removed = store
        .at_noon()
        .catalog()
        .remove_provider_order("a/x", None)
        .await
        .unwrap();
    let again = store
        .at_noon()
        .catalog()
        .remove_provider_order("a/x", None)
        .await
        .unwrap();

    assert_eq!((removed, again), (true, false));
    let left = [
        order("a/x", Some(&acme), &["s", "r"]),
        order("b/y", Some(&acme), &["q", "r"]),
    ];
    assert_eq!(store.catalog().provider_orders().await.unwrap(), left);
});

both_engines!(each_change_of_an_order_is_told_and_written_down, |store| {
    let acme = seed::account(&store, "acme").await;
    let (mut changes, before) = (store.changes(), store.catalog().revision().await.unwrap());

    store
        .at_noon()
        .catalog()
        .set_provider_order(&order("a/x", Some(&acme), &["q"]))
        .await
        .unwrap();
    store
        .at_noon()
        .catalog()
        .set_provider_order(&order("a/x", Some(&acme), &["r"]))
        .await
        .unwrap();
    store
        .at_noon()
        .catalog()
        .set_provider_order(&order("a/x", Some(&acme), &["r"]))
        .await
        .unwrap();
    store
        .at_noon()
        .catalog()
        .remove_provider_order("a/x", Some(acme.id))
        .await
        .unwrap();
    store
        .at_noon()
        .catalog()
        .remove_provider_order("a/x", Some(acme.id))
        .await
        .unwrap();

    let told: Vec<Change> = std::iter::from_fn(|| changes.try_recv().ok()).collect();
    assert_eq!(told, [Change::Catalog; 3]);
    assert_eq!(
        store.catalog().revision().await.unwrap(),
        before + 3,
        "for those who miss the notice"
    );
    let log = store.audit().list(Scope::Account(acme.id), 3).await.unwrap();
    let log: Vec<(&str, &str)> = log
        .iter()
        .map(|entry| (entry.action.as_str(), entry.detail.as_str()))
        .collect();
    assert_eq!(
        log,
        [
            ("provider_order.remove", r#"{"before":["r"]}"#),
            ("provider_order.set", r#"{"before":["q"],"after":["r"]}"#),
            ("provider_order.set", r#"{"before":null,"after":["q"]}"#),
        ]
    );
});
