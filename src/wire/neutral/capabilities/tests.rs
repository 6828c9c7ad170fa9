//! Capabilities of the shipped catalog.

use super::*;

#[test]
fn the_catalog_knows_the_capabilities_of_a_model() {
    let catalog = crate::domain::samples::shipped();
    let capabilities = |id: &str| {
        let model = catalog.callable(id).unwrap();
        Capabilities::of(catalog.provider(&model.provider).unwrap(), model)
    };

    let gpt = capabilities("openai/gpt-5.5");

    assert_eq!(
        (gpt.max_tokens_field, gpt.thinking),
        (MaxTokensField::MaxCompletionTokens, ThinkingSwitch::Effort)
    );
    assert!(gpt.developer_role && gpt.openai_fields && !gpt.top_k);

    let deepseek = capabilities("deepseek/deepseek-chat");
    assert_eq!(
        (deepseek.max_tokens_field, deepseek.openai_fields),
        (MaxTokensField::MaxTokens, false)
    );
    assert_eq!(deepseek.thinking, ThinkingSwitch::ThinkingTypeAndEffort);

    let claude = capabilities("anthropic/claude-opus-4-8");
    assert_eq!(
        (claude.sampling, claude.max_tokens, claude.least_budget),
        (false, Some(128_000), None)
    );
    assert_eq!(capabilities("anthropic/claude-haiku-4-5").least_budget, Some(1024));
    for both in ["anthropic/claude-opus-4-5", "anthropic/claude-opus-4-5-20251101"].map(capabilities) {
        assert_eq!(
            (both.least_budget, both.nearest_effort(Effort::Max)),
            (Some(1024), Some(Effort::High))
        );
    }
}

#[test]
fn every_name_that_the_shipped_catalog_gives_is_known() {
    let catalog = crate::domain::samples::shipped();
    for provider in catalog.providers() {
        let known = |name: &Option<String>, is: fn(&str) -> bool| name.as_deref().is_none_or(is);
        assert!(
            known(&provider.thinking_switch, |n| named::<ThinkingSwitch>(n).is_some()),
            "{}",
            provider.id
        );
        assert!(
            known(&provider.max_tokens_field, |n| named::<MaxTokensField>(n).is_some()),
            "{}",
            provider.id
        );
    }
}

#[test]
fn an_effort_that_the_model_lacks_becomes_the_next_lower_one() {
    let capabilities = |list: &[&str]| Capabilities {
        efforts: Some(list.iter().map(|e| (*e).to_owned()).collect()),
        ..Capabilities::default()
    };

    assert_eq!(
        capabilities(&["low", "high"]).nearest_effort(Effort::Max),
        Some(Effort::High)
    );
    assert_eq!(
        capabilities(&["low", "high"]).nearest_effort(Effort::Medium),
        Some(Effort::Low)
    );
    assert_eq!(
        capabilities(&["medium"]).nearest_effort(Effort::Minimal),
        Some(Effort::Medium)
    );
    assert_eq!(capabilities(&["none"]).nearest_effort(Effort::Low), None);
    assert_eq!(
        Capabilities::default().nearest_effort(Effort::XHigh),
        Some(Effort::XHigh)
    );
}
