//! Facts one by one.

use serde_json::json;

use super::super::*;
use super::own_server;
use crate::domain::facts::fact_specs;
use crate::domain::samples;

#[test]
fn each_fact_is_listed_once_with_the_layer_that_wins() {
    let mut provider = own_server("ollama");
    provider.facts = serde_json::from_str(r#"{"roles":{"developer":"native"},"fields":{"stop":"ok"}}"#).unwrap();
    provider.own_facts = serde_json::from_str(r#"{"fields":{"stop":"refused","a.b":"ok"}}"#).unwrap();
    let model = samples::model("mine/m");

    let list = list_facts(&fact_layers(&provider, &model, Protocol::OpenaiChat));
    let of = |path: &str| {
        let mut found = list.iter().filter(|fact| fact.fact == path);
        let fact = found.next().unwrap_or_else(|| panic!("{path}"));
        assert!(found.next().is_none(), "{path}");
        (fact.value.clone(), fact.source, fact.refs.len())
    };

    assert_eq!(of("fields.stop"), (json!("refused"), FactSource::Own, 0));
    assert_eq!(of("fields.a.b"), (json!("ok"), FactSource::Own, 0));
    assert_eq!(of("roles.developer"), (json!("native"), FactSource::Row, 0));
    assert_eq!(of("answers.overflow"), (json!("truncates"), FactSource::Shipped, 1));
    assert_eq!(of("limit_field").1, FactSource::Protocol);
    for spec in fact_specs().iter().filter(|spec| !spec.is_map()) {
        of(&spec.path);
    }
}

#[test]
fn a_list_tells_the_facts_that_a_call_obeys() {
    let catalog = samples::shipped();
    for model in catalog.models() {
        let provider = catalog.provider(&model.provider).unwrap();
        for endpoint in &provider.endpoints {
            let facts = serde_json::to_value(facts(provider, model, endpoint.protocol)).unwrap();
            for fact in list_facts(&fact_layers(provider, model, endpoint.protocol)) {
                let (group, member) = fact.fact.split_once('.').unwrap_or((&fact.fact, ""));
                let value = match member {
                    "" => &facts[group],
                    member => &facts[group][member],
                };
                assert_eq!(*value, fact.value, "{} {}", model.id, fact.fact);
            }
        }
    }
}

#[test]
fn what_all_models_of_a_provider_share_is_known_without_a_model() {
    let catalog = samples::shipped();
    let mistral = catalog.provider(&"mistral".parse().unwrap()).unwrap();

    let list = list_facts(&provider_fact_layers(mistral, Protocol::OpenaiChat));
    let ids = list.iter().find(|fact| fact.fact == "ids.call").unwrap();
    assert_eq!(
        (&ids.value, ids.source),
        (&json!("nine_alphanumeric"), FactSource::Shipped)
    );
    let efforts = list.iter().find(|fact| fact.fact == "thinking.efforts").unwrap();
    assert_eq!(efforts.value, json!(null), "only some of its models have efforts");
}
