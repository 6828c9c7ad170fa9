//! The rows of the catalog that were wrong: one test for each.

use super::{chat, messages};
use crate::domain::facts::{
    AnswerFormats, DeveloperRole, Effort, FieldFact, ForcedChoice, Prefill, ProtocolCondition, SystemTurns,
    ThinkingOff, ThinkingSwitch, ToolParameters, UnknownFields,
};
use crate::domain::values::Protocol;

#[test]
fn google_s_openai_address_refuses_what_it_does_not_know() {
    let gemini = chat("google/gemini-3.5-flash");

    assert_eq!(gemini.unknown_fields, UnknownFields::Refused);
    assert!(!gemini.openai_fields);
    for field in [
        "top_k",
        "frequency_penalty",
        "presence_penalty",
        "reasoning",
        "extra_body",
    ] {
        assert_eq!(gemini.field(field), &FieldFact::Refused, "{field}");
    }
}

#[test]
fn kimi_k3_has_efforts_and_always_thinks() {
    for id in ["moonshotai/kimi-k3", "moonshotai/kimi-k3.1-pro"] {
        let thinking = chat(id).thinking;
        assert_eq!(
            (thinking.switch, thinking.off),
            (ThinkingSwitch::Effort, ThinkingOff::Impossible),
            "{id}"
        );
        assert_eq!(thinking.nearest_effort(Effort::Medium), Some(Effort::Low));
    }
}

#[test]
fn kimi_k2_7_code_always_thinks_and_has_no_switch() {
    let kimi = chat("moonshotai/kimi-k2.7-code");

    assert_eq!(
        (kimi.thinking.switch, kimi.thinking.off),
        (ThinkingSwitch::None, ThinkingOff::Impossible)
    );
    assert_eq!(kimi.tools.choice_thinking, ForcedChoice::AsSchema);
    assert_eq!(
        chat("moonshotai/kimi-k2.6").tools.choice_thinking,
        ForcedChoice::ThinkOff
    );
}

#[test]
fn deepseek_takes_no_schema_and_its_newest_has_a_field_for_thoughts() {
    for id in ["deepseek/deepseek-v4-pro", "deepseek/deepseek-flash"] {
        let deepseek = chat(id);
        assert_eq!(deepseek.schema.formats, AnswerFormats::JsonObject, "{id}");
        assert_eq!(deepseek.roles.developer, DeveloperRole::System, "{id}");
        assert_eq!(
            deepseek.thinking.back_field.as_deref(),
            Some("reasoning_content"),
            "{id}"
        );
    }
}

#[test]
fn minimax_takes_one_system_message_and_tools_with_parameters() {
    let minimax = chat("minimax/minimax-m3");

    assert_eq!(
        (minimax.roles.developer, minimax.roles.system),
        (DeveloperRole::System, SystemTurns::Once)
    );
    assert_eq!(minimax.tools.parameters, ToolParameters::Needed);
}

#[test]
fn mistral_takes_a_cache_key_and_its_own_words_with_a_flag() {
    let mistral = chat("mistral/mistral-small-latest");

    assert_eq!(mistral.unknown_fields, UnknownFields::Refused);
    assert!(mistral.fields.get("prompt_cache_key") == Some(&FieldFact::Ok));
    assert_eq!(mistral.prefill, Prefill::PrefixFlag);
    assert_eq!(mistral.field("seed"), &FieldFact::Named("random_seed".into()));
}

#[test]
fn glm_5_3_cannot_be_kept_from_thinking() {
    let glm = chat("zai/glm-5.3").thinking;

    assert_eq!(
        (glm.switch, glm.off),
        (ThinkingSwitch::ThinkingTypeAndEffort, ThinkingOff::Impossible)
    );
    assert_eq!(glm.back_field.as_deref(), Some("reasoning_content"));
}

#[test]
fn glm_5_2_has_efforts_beside_its_switch() {
    let glm = chat("zai/glm-5.2").thinking;

    assert_eq!(
        (glm.switch, glm.off),
        (ThinkingSwitch::ThinkingTypeAndEffort, ThinkingOff::Possible)
    );
    assert_eq!(glm.nearest_effort(Effort::Low), Some(Effort::High));
}

#[test]
fn cerebras_takes_developer_from_gpt_oss_alone() {
    assert_eq!(chat("cerebras/gpt-oss-120b").roles.developer, DeveloperRole::Native);
    assert_eq!(chat("cerebras/qwen-3.8-27b").roles.developer, DeveloperRole::System);
}

#[test]
fn openai_s_chat_refuses_tools_while_a_newer_model_thinks() {
    let rule = |id: &str| {
        let mut rules = chat(id).protocols;
        (rules.len() == 1).then(|| rules.remove(0)).map(|rule| {
            assert_eq!(rule.not, Protocol::OpenaiChat);
            rule.when
        })
    };
    let (tools, effort, thinks) = (
        ProtocolCondition::Tools,
        ProtocolCondition::EffortStated,
        ProtocolCondition::Thinks,
    );

    assert_eq!(rule("openai/gpt-5.1"), None);
    for id in ["openai/gpt-5.2", "openai/gpt-5.3-codex", "openai/gpt-5.4"] {
        assert_eq!(rule(id), Some(vec![tools, effort]), "{id}");
    }
    for id in ["openai/gpt-5.5", "openai/gpt-5.6-sol", "openai/gpt-6.1-terra"] {
        assert_eq!(rule(id), Some(vec![tools, thinks]), "{id}");
    }
}

#[test]
fn an_effort_that_sources_differ_about_is_not_sent() {
    let efforts = chat("openai/gpt-5.6").thinking;
    assert_eq!(efforts.nearest_effort(Effort::Max), Some(Effort::XHigh));
}

#[test]
fn deepseek_and_minimax_take_no_system_turn_inside_a_conversation() {
    for id in ["deepseek/deepseek-v4-pro", "minimax/minimax-m3"] {
        assert_eq!(messages(id).roles.system, SystemTurns::Field, "{id}");
    }
}
