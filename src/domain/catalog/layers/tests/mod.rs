//! The facts of the shipped catalog, and how layers win over each other.

mod families;
mod listed;
mod repaired;

use std::collections::BTreeSet;

use super::shipped::{ROWS, matches};
use super::*;
use crate::domain::facts::{DeveloperRole, FieldFact, check_facts};
use crate::domain::samples;

/// The facts of a model of the shipped catalog.
fn shipped_facts(id: &str, protocol: Protocol) -> Facts {
    let catalog = samples::shipped();
    let model = catalog.get(id).unwrap_or_else(|| panic!("{id}"));
    facts(catalog.provider(&model.provider).unwrap(), model, protocol)
}

fn chat(id: &str) -> Facts {
    shipped_facts(id, Protocol::OpenaiChat)
}

fn messages(id: &str) -> Facts {
    shipped_facts(id, Protocol::AnthropicMessages)
}

/// A server of one's own, of a kind.
fn own_server(template: &str) -> Provider {
    Provider {
        template: Some(template.into()),
        ..samples::provider("mine")
    }
}

#[test]
fn every_shipped_row_states_facts_that_exist() {
    let file: serde_json::Value = serde_json::from_str(include_str!("../../../../../catalog/facts.json")).unwrap();
    for row in file["data"].as_array().unwrap() {
        check_facts(&row["facts"]).unwrap_or_else(|error| panic!("{row}: {error}"));
        assert!(row["facts"] != serde_json::json!({}), "{row}");
    }
}

#[test]
fn a_pattern_matches_with_stars_anywhere() {
    for (pattern, name, is_match) in [
        ("*", "", true),
        ("gpt-5", "gpt-5", true),
        ("gpt-5", "gpt-5.1", false),
        ("claude-*-4-5*", "claude-opus-4-5-20251101", true),
        ("claude-*-4-5*", "claude-opus-4-6", false),
        ("a*b*c", "abbc", true),
        ("a*b*c", "acb", false),
    ] {
        assert_eq!(matches(pattern, name), is_match, "{pattern} {name}");
    }
}

#[test]
fn every_shipped_row_matches_a_model_of_the_catalog_or_is_a_template() {
    let catalog = samples::shipped();
    let is_file_read = !ROWS.is_empty();

    let idle: Vec<_> = ROWS
        .iter()
        .filter(|row| {
            let mut of_provider = catalog
                .models()
                .iter()
                .filter(|model| row.providers.contains(&model.provider));
            !row.providers.is_empty()
                && !of_provider.any(|model| row.models.iter().any(|p| matches(p, &model.upstream_model)))
        })
        .map(|row| format!("{:?} {:?}", row.providers, row.models))
        .collect();

    assert!(is_file_read && idle.is_empty(), "{idle:#?}");
}

#[test]
fn what_an_admin_states_wins_over_the_row_and_the_row_over_what_ships() {
    let catalog = samples::shipped();
    let model = catalog.get("openai/gpt-5.5").unwrap();
    let mut provider = (**catalog.provider(&model.provider).unwrap()).clone();
    let patch = |json: &str| serde_json::from_str(json).unwrap();
    let stop = |provider: &Provider| facts(provider, model, Protocol::OpenaiChat).field("stop").clone();

    provider.facts = patch(r#"{"fields":{"stop":"ignored"}}"#);
    assert_eq!(stop(&provider), FieldFact::Ignored);

    provider.own_facts = patch(r#"{"fields":{"stop":"ok"}}"#);
    assert_eq!(stop(&provider), FieldFact::Ok);
}

#[test]
fn a_template_gives_a_server_of_ones_own_its_facts() {
    let known: BTreeSet<_> = templates().collect();
    assert_eq!(
        known.into_iter().collect::<Vec<_>>(),
        ["anthropic", "llama.cpp", "ollama", "openai", "openrouter", "vllm"]
    );

    let model = samples::model("mine/m");
    let facts = facts(&own_server("llama.cpp"), &model, Protocol::OpenaiChat);
    assert_eq!(facts.roles.developer, DeveloperRole::Native);
}

#[test]
fn a_proxy_of_a_maker_has_the_facts_of_its_families() {
    let mut model = samples::model("mine/m");

    model.upstream_model = "gpt-5.5".into();
    let proxied = facts(&own_server("openai"), &model, Protocol::OpenaiChat);
    assert_eq!(proxied.field("stop"), &FieldFact::Refused);

    model.upstream_model = "claude-opus-4-8".into();
    let proxied = facts(&own_server("anthropic"), &model, Protocol::AnthropicMessages);
    assert_eq!(proxied.field("temperature"), &FieldFact::Refused);
    assert_eq!(proxied.cache_marks.most, 0);
}

#[test]
fn a_template_that_does_not_exist_is_named_with_those_that_do() {
    assert_eq!(check_template("ollama"), Ok(()));
    let error = check_template("olama").unwrap_err().to_string();
    assert!(error.contains("`olama` (did you mean `ollama`?)"), "{error}");
    assert!(error.contains("vllm, llama.cpp"), "{error}");
}
