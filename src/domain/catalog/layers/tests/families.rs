//! What families of models take, as their makers and those who call them say.

use super::{chat, messages, shipped_facts};
use crate::domain::facts::{
    DeveloperRole, Effort, FieldFact, ForcedChoice, LimitField, Overflow, SealBinding, SystemTurns, ThinkingOff,
    ThinkingSwitch, ThoughtsBack, WholeAnswers,
};
use crate::domain::values::Protocol;

#[test]
fn the_models_of_openai_and_anthropic_take_what_their_makers_say() {
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
fn newer_claude_models_bind_thoughts_and_refuse_a_forced_tool() {
    let opus = messages("anthropic/claude-opus-5-5");

    assert_eq!(opus.seals.binding, SealBinding::Prefix);
    assert_eq!(opus.tools.choice_thinking, ForcedChoice::AsSchema);
}

#[test]
fn older_claude_models_think_only_if_asked_and_newer_ones_unless_told() {
    for (id, is_on) in [
        ("anthropic/claude-sonnet-4-5", Some(false)),
        ("anthropic/claude-opus-4-8", Some(false)),
        ("anthropic/claude-opus-5", Some(true)),
        ("anthropic/claude-sonnet-5-5", Some(true)),
    ] {
        assert_eq!(messages(id).thinking.default_on, is_on, "{id}");
    }
    assert_eq!(
        messages("anthropic/claude-sonnet-5-5").thinking.off,
        ThinkingOff::BetweenTools
    );
}

#[test]
fn a_family_s_newest_model_takes_what_the_family_takes() {
    let haiku = messages("anthropic/claude-haiku-5-5");
    assert_eq!(haiku.field("temperature"), &FieldFact::Refused);

    assert!(!chat("openai/gpt-6-sol").protocols.is_empty());
    let gemini = chat("google/gemini-flash-latest").thinking;
    assert_eq!(gemini.off, ThinkingOff::Impossible);
    assert_eq!(gemini.nearest_effort(Effort::Minimal), Some(Effort::Low));
}

#[test]
fn the_pro_models_of_openai_always_think() {
    let pro = chat("openai/gpt-5.4-pro").thinking;
    assert_eq!((pro.off, pro.default_on), (ThinkingOff::Impossible, Some(true)));
    assert_eq!(pro.nearest_effort(Effort::Low), Some(Effort::Medium));

    let plain = chat("openai/gpt-5.4").thinking;
    assert_eq!((plain.off, plain.default_on), (ThinkingOff::Possible, Some(false)));
}

#[test]
fn open_models_that_always_think_do_so_at_every_host() {
    for id in ["groq/openai/gpt-oss-120b", "cerebras/gpt-oss-120b"] {
        assert_eq!(chat(id).thinking.off, ThinkingOff::Impossible, "{id}");
    }
}

#[test]
fn thoughts_go_back_to_models_that_have_a_field_for_them() {
    let back = |id: &str| {
        let thinking = chat(id).thinking;
        (thinking.back, thinking.back_field)
    };
    let field = || Some("reasoning_content".to_owned());

    assert_eq!(
        back("deepseek/deepseek-v4-pro"),
        (ThoughtsBack::NeededWithCalls, field())
    );
    assert_eq!(back("together/moonshotai/kimi-k3"), (ThoughtsBack::Kept, field()));
    assert_eq!(back("openai/gpt-5.5").0, ThoughtsBack::Ignored);
    assert_eq!(back("mistral/mistral-small-latest").0, ThoughtsBack::Refused);
}

#[test]
fn servers_of_the_messages_protocol_have_signatures_of_their_own() {
    for (id, domain) in [
        ("anthropic/claude-opus-5", "anthropic"),
        ("deepseek/deepseek-v4-pro", "deepseek"),
        ("moonshotai/kimi-k3", "moonshotai"),
        ("minimax/minimax-m3", "minimax"),
    ] {
        assert_eq!(messages(id).seals.domain, domain, "{id}");
    }
    assert_eq!(chat("moonshotai/kimi-k3").seals.domain, "");
    let google = chat("google/gemini-3.5-flash").seals;
    assert_eq!(google.missing.as_deref(), Some("skip_thought_signature_validator"));
}

#[test]
fn what_a_server_does_with_a_prompt_that_is_too_long_is_known() {
    for (id, overflow) in [
        ("zai/glm-4.6", Overflow::Silent),
        ("xiaomi/mimo-v2.6-pro", Overflow::Truncates),
        ("fireworks/kimi-k3", Overflow::LowersLimit),
        ("openai/gpt-5.5", Overflow::Error),
    ] {
        assert_eq!(chat(id).answers.overflow, overflow, "{id}");
    }
}

#[test]
fn the_media_of_a_model_are_those_of_its_row() {
    let gemini = chat("google/gemini-3.5-flash").media;
    assert_eq!((gemini.image, gemini.audio), (Some(true), Some(true)));
    let deepseek = chat("deepseek/deepseek-v4-pro").media;
    assert_eq!((deepseek.image, deepseek.audio), (Some(false), Some(false)));
}

#[test]
fn some_models_think_in_streams_only_and_take_no_forced_tool_while_they_think() {
    let qwen = chat("alibaba/qwen3-32b");
    assert_eq!(qwen.thinking.whole_answers, WholeAnswers::StreamOnly);
    assert_eq!(qwen.tools.choice_thinking, ForcedChoice::ThinkOff);
    assert_eq!(
        chat("alibaba/qwen3.8-max").tools.choice_thinking,
        ForcedChoice::ThinkOff
    );
}

#[test]
fn thinking_tags_are_of_minimax_s_chat_address_alone() {
    assert!(chat("minimax/minimax-m3").answers.think_tags);
    assert!(!messages("minimax/minimax-m3").answers.think_tags);
    assert_eq!(messages("minimax/minimax-m3").roles.system, SystemTurns::Field);
}

#[test]
fn xai_s_model_without_efforts_is_sent_none() {
    let grok = chat("xai/grok-4.20-0309-reasoning");
    assert_eq!(grok.thinking.switch, ThinkingSwitch::None);
    assert_eq!(grok.field("reasoning_effort"), &FieldFact::Refused);
    assert_eq!(
        shipped_facts("xai/grok-4.5", Protocol::OpenaiResponses).seals.domain,
        "xai"
    );
}
