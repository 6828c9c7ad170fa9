//! Who is asked when a provider fails: examples, and what holds for every catalog and order.

use proptest::prelude::*;

use super::*;
use crate::domain::catalog::provider::Provider;
use crate::domain::samples::{model, provider};

fn hosted(id: &str, slug: &str) -> Model {
    Model {
        canonical_slug: Some(slug.into()),
        ..model(id)
    }
}

fn order(names: &[&str]) -> Vec<ProviderId> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

fn catalog(models: Vec<Model>, off: &[&str]) -> Catalog {
    let names: std::collections::BTreeSet<String> = models.iter().map(|m| m.provider.to_string()).collect();
    let providers = names
        .iter()
        .map(|name| Provider {
            enabled: !off.contains(&name.as_str()),
            ..provider(name)
        })
        .collect();
    Catalog::new(models, providers, 1)
}

fn ids<'a>(models: &[&'a Arc<Model>]) -> Vec<&'a str> {
    models.iter().map(|model| model.id.as_str()).collect()
}

#[test]
fn the_providers_follow_in_the_order_that_was_set_and_the_one_that_was_named_is_not_asked_twice() {
    let hosts = ["lab/m", "host/lab/m", "third/lab/m"].map(|id| hosted(id, "lab/m"));
    let shop = catalog([hosts.to_vec(), vec![hosted("third/other", "lab/other")]].concat(), &[]);
    let named = shop.get("host/lab/m").unwrap();

    assert_eq!(
        ids(&fallbacks(
            &shop,
            named,
            &order(&["third", "host", "unknown", "lab"]),
            None
        )),
        ["third/lab/m", "lab/m"]
    );
    assert_eq!(ids(&fallbacks(&shop, named, &[], None)), Vec::<&str>::new());
}

#[test]
fn what_is_switched_off_or_not_allowed_is_left_out() {
    let mut off = hosted("off/m", "lab/m");
    off.enabled = false;
    let shop = catalog(
        vec![
            hosted("lab/m", "lab/m"),
            off,
            hosted("down/m", "lab/m"),
            hosted("up/m", "lab/m"),
        ],
        &["down"],
    );
    let (named, order) = (shop.get("lab/m").unwrap(), order(&["off", "down", "up"]));

    assert_eq!(ids(&fallbacks(&shop, named, &order, None)), ["up/m"]);
    let only_named = ["lab/m".parse().unwrap()];
    assert_eq!(
        ids(&fallbacks(&shop, named, &order, Some(&only_named))),
        Vec::<&str>::new()
    );
}

#[test]
fn an_accounts_own_order_wins_over_everybodys() {
    let [ours, other] = [1, 2].map(|n| AccountId::new(crate::domain::values::Timestamp::from_millis(n), [0; 10]));
    let set = |account, names: &[&str]| ProviderOrder::new("lab/m", account, order(names)).unwrap();
    let orders = ProviderOrders::new(vec![set(None, &["a"]), set(Some(ours), &["b", "c"])]);
    let of = |slug, account| orders.of(&hosted("x/y", slug), account).to_vec();

    assert_eq!(of("lab/m", ours), order(&["b", "c"]));
    assert_eq!(of("lab/m", other), order(&["a"]));
    assert_eq!(of("lab/n", ours), []);
    assert_eq!(orders.of(&model("x/y"), ours), []);
}

#[test]
fn an_order_has_one_to_ten_providers_and_none_twice() {
    let made = |names: &[&str]| {
        ProviderOrder::new("lab/m", None, order(names))
            .map(drop)
            .map_err(|e| e.to_string())
    };

    assert_eq!(made(&["a", "b"]), Ok(()));
    assert_eq!(made(&[]), Err("name at least one provider".into()));
    assert_eq!(made(&["a", "b", "a"]), Err("`a` is named twice".into()));
    assert_eq!(
        made(&["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]),
        Err("name at most 10 providers".into())
    );
}

/// Models of few providers and few slugs, some switched off.
fn any_models() -> impl Strategy<Value = Vec<Model>> {
    let row = ("[abcd]/[mn][12]?", proptest::option::of("lab/[mn]"), any::<bool>());
    proptest::collection::vec(row, 1..16).prop_map(|rows| {
        let unique: std::collections::BTreeMap<_, _> =
            rows.into_iter().map(|(id, slug, on)| (id, (slug, on))).collect();
        let made = unique.into_iter().map(|(id, (canonical_slug, enabled))| Model {
            canonical_slug,
            enabled,
            ..model(&id)
        });
        made.collect()
    })
}

proptest! {
    #[test]
    fn whoever_is_asked_is_on_serves_the_same_model_is_allowed_and_comes_in_order(
        models in any_models(),
        named in any::<prop::sample::Index>(),
        order in Just(["a", "b", "c", "d", "e"]).prop_shuffle(),
        take in 0..=5_usize,
        allowed in proptest::option::of(proptest::collection::vec("[abcd]/[mn][12]?", 0..8)),
    ) {
        let shop = catalog(models, &["d"]);
        let named = Arc::clone(named.get(shop.models()));
        let order: Vec<ProviderId> = order.iter().take(take).map(|name| name.parse().unwrap()).collect();
        let allowed: Option<Vec<ModelId>> = allowed.map(|ids| ids.iter().map(|id| id.parse().unwrap()).collect());

        let asked = fallbacks(&shop, &named, &order, allowed.as_deref());

        let mut places = asked.iter().map(|model| order.iter().position(|p| *p == model.provider).unwrap());
        prop_assert!(places.clone().is_sorted_by(|a, b| a < b), "in order, each provider once");
        prop_assert!(places.all(|place| place < take));
        for model in &asked {
            prop_assert!(shop.is_callable(model) && model.id != named.id);
            prop_assert!(named.canonical_slug.is_some() && model.canonical_slug == named.canonical_slug);
            prop_assert!(allowed.as_ref().is_none_or(|list| list.contains(&model.id)));
        }
        // No provider that could be asked is left out.
        for model in shop.all_callable() {
            let fits = model.canonical_slug.is_some() && model.canonical_slug == named.canonical_slug && model.id != named.id
                && allowed.as_ref().is_none_or(|list| list.contains(&model.id)) && order.contains(&model.provider);
            prop_assert!(!fits || asked.iter().any(|other| other.provider == model.provider));
        }
    }
}
