//! A small catalog and other values for the tests of this room.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::aliases::{Alias, DraftRow, split_marks};
use super::catalog::{Catalog, Model, ModelId, Provider};
use super::facts::FieldFact;
use super::values::{AliasName, Match, Strictness};

pub(crate) fn provider(id: &str) -> Provider {
    let json = format!(
        r#"{{"id":"{id}","name":"{id} Inc","protocol":"openai-chat","base_url":"https://{id}.example/v1","endpoints":[]}}"#
    );
    serde_json::from_str(&json).unwrap()
}

/// A chat model of the provider that its id names, at $1 in and $2 out per million tokens, context 128,000.
pub(crate) fn model(id: &str) -> Model {
    let (provider, rest) = id.split_once('/').unwrap();
    let json = format!(
        r#"{{"id":"{id}","name":"{rest}","provider":"{provider}","upstream_model":"{rest}","type":"chat","protocols":["openai-chat"],
            "context_length":128000,"pricing":{{"prompt":"0.000001","completion":"0.000002"}}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

/// A catalog of these models and the providers that their ids name.
pub(crate) fn catalog(models: Vec<Model>) -> Catalog {
    let providers = models.iter().map(|model| provider(model.provider.as_str())).collect();
    Catalog::new(models, providers, 1)
}

/// The catalog that ships with the product.
pub(crate) fn shipped() -> Catalog {
    #[derive(serde::Deserialize)]
    struct File<T> {
        data: Vec<T>,
    }
    let models: File<Model> = serde_json::from_str(include_str!("../../catalog/models.json")).unwrap();
    let providers: File<Provider> = serde_json::from_str(include_str!("../../catalog/providers.json")).unwrap();
    Catalog::new(models.data, providers.data, 1)
}

/// `name = target`, or `prefix* = target`; ` keep-name` and ` adapt=strict` may follow.
pub(crate) fn alias(line: &str) -> Alias {
    let (name, target) = line.split_once(" = ").unwrap();
    let (target, marks) = split_marks(target);
    let (name, matching) = match name.strip_suffix('*') {
        Some(prefix) => (prefix, Match::Prefix),
        None => (name, Match::Exact),
    };
    Alias {
        name: name.parse().unwrap(),
        matching,
        target: target.parse().unwrap(),
        keep_name: marks.keep_name,
        adapt: marks.adapt,
    }
}

pub(crate) fn row(name: &str, matching: &str, target: &str) -> DraftRow {
    DraftRow {
        name: name.into(),
        matching: matching.into(),
        target: target.into(),
        ..DraftRow::default()
    }
}

/// A few short names that often are prefixes of one another, so that rules meet.
pub(crate) fn any_name() -> impl Strategy<Value = AliasName> {
    "[ab][ab./:-]{0,5}|[a-z0-9._:/-]{1,64}".prop_map(|name| name.parse().unwrap())
}

/// A key's aliases: up to 20, names unique, in no order.
pub(crate) fn any_aliases() -> impl Strategy<Value = Vec<Alias>> {
    let target = "lab/[abc]".prop_map(|id| id.parse::<ModelId>().unwrap());
    let rule = (
        prop_oneof![Just(Match::Exact), Just(Match::Prefix)],
        target,
        any::<bool>(),
        proptest::option::of(proptest::sample::select(Strictness::ALL.to_vec())),
    );
    proptest::collection::hash_map(any_name(), rule, 0..=Alias::LIMIT).prop_map(|map| {
        let alias = |(name, (matching, target, keep_name, adapt))| Alias {
            name,
            matching,
            target,
            keep_name,
            adapt,
        };
        map.into_iter().map(alias).collect()
    })
}

/// The facts of a model that refuses these fields.
pub(crate) fn refused(fields: &[&str]) -> BTreeMap<String, FieldFact> {
    let refused = |name: &&str| ((*name).to_owned(), FieldFact::Refused);
    fields.iter().map(refused).collect()
}
