//! The facts of the shipped catalog, and how layers win over each other.

use std::collections::BTreeSet;

use super::shipped::{ROWS, matches};
use super::*;
use crate::domain::catalog::Catalog;
use crate::domain::facts::{
    AnswerFormats, DeveloperRole, Effort, FieldFact, ForcedChoice, LimitField, SealBinding, SystemTurns, ThinkingOff,
    ThinkingSwitch, UnknownFields,
};
use crate::domain::samples;

fn shipped_facts(catalog: &Catalog, id: &str, protocol: Protocol) -> Facts {
    let model = catalog.get(id).unwrap_or_else(|| panic!("{id}"));
    facts(catalog.provider(&model.provider).unwrap(), model, protocol)
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
                .filter(|model| Some(&model.provider) == row.provider.as_ref());
            row.template.is_none()
                && !of_provider.any(|model| row.models.iter().any(|p| matches(p, &model.upstream_model)))
        })
        .map(|row| format!("{:?} {:?}", row.provider, row.models))
        .collect();

    assert!(is_file_read && idle.is_empty(), "{idle:#?}");
}

#[test]
fn the_catalog_knows_what_models_take() {
    let catalog = samples::shipped();
    let chat = |id: &str| shipped_facts(&catalog, id, Protocol::OpenaiChat);
    let messages = |id: &str| shipped_facts(&catalog, id, Protocol::AnthropicMessages);

    let gpt = chat("openai/gpt-5.5");
    assert_eq!(
        (gpt.limit_field, gpt.thinking.switch, gpt.roles.developer),
        (
            LimitField::MaxCompletionTokens,
            ThinkingSwitch::Effort,
            DeveloperRole::Native
        )
    );
    assert!(gpt.openai_fields && !gpt.obeys("top_k", false) && !gpt.protocols.is_empty());
    assert_eq!(gpt.field("stop"), &FieldFact::Refused);

    let opus = messages("anthropic/claude-opus-4-8");
    assert_eq!(opus.field("temperature"), &FieldFact::Refused);
    assert_eq!((opus.max_tokens, opus.thinking.least_budget), (Some(128_000), None));
    assert_eq!(opus.roles.system, SystemTurns::Anywhere);
    assert_eq!(messages("anthropic/claude-haiku-4-5").thinking.least_budget, Some(1024));
    for both in ["anthropic/claude-opus-4-5", "anthropic/claude-opus-4-5-20251101"].map(messages) {
        let thinking = both.thinking;
        assert_eq!(thinking.least_budget, Some(1024));
        assert_eq!(thinking.nearest_effort(Effort::Max), Some(Effort::High));
    }
}

#[test]
fn the_rows_that_were_wrong_are_repaired() {
    let catalog = samples::shipped();
    let chat = |id: &str| shipped_facts(&catalog, id, Protocol::OpenaiChat);

    let gemini = chat("google/gemini-3.5-flash");
    assert_eq!(gemini.unknown_fields, UnknownFields::Refused);
    assert_eq!(gemini.field("top_k"), &FieldFact::Refused);

    let kimi = chat("moonshotai/kimi-k3").thinking;
    assert_eq!(
        (kimi.switch, kimi.off),
        (ThinkingSwitch::Effort, ThinkingOff::Impossible)
    );

    let deepseek = chat("deepseek/deepseek-v4-flash");
    assert_eq!(deepseek.schema.formats, AnswerFormats::JsonObject);
    assert_eq!(deepseek.roles.developer, DeveloperRole::System);
    assert_eq!(deepseek.thinking.back_field.as_deref(), Some("reasoning_content"));

    let minimax = chat("minimax/minimax-m3").roles;
    assert_eq!(
        (minimax.developer, minimax.system),
        (DeveloperRole::System, SystemTurns::Once)
    );

    let glm = chat("zai/glm-5.3").thinking;
    assert_eq!(
        (glm.switch, glm.off),
        (ThinkingSwitch::ThinkingTypeAndEffort, ThinkingOff::Impossible)
    );
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
    let mut provider = samples::provider("mine");
    let model = samples::model("mine/m");

    assert_eq!(
        known.into_iter().collect::<Vec<_>>(),
        ["anthropic", "llama.cpp", "ollama", "openai", "openrouter", "vllm"]
    );
    provider.template = Some("llama.cpp".into());
    let facts = facts(&provider, &model, Protocol::OpenaiChat);
    assert_eq!(facts.roles.developer, DeveloperRole::Native);
}

#[test]
fn newer_claude_models_bind_thoughts_and_refuse_a_forced_tool() {
    let catalog = samples::shipped();
    let opus = shipped_facts(&catalog, "anthropic/claude-opus-5-5", Protocol::AnthropicMessages);

    assert_eq!(opus.seals.binding, SealBinding::Prefix);
    assert_eq!(opus.tools.choice_thinking, ForcedChoice::AsSchema);
}
