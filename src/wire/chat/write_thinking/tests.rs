//! Each switch of thinking, and each effort.

use crate::domain::{ThinkingFacts, ThinkingOff};
use serde_json::{Value, json};

use super::*;

fn fields(thinking: Thinking, facts: &Facts) -> Value {
    serde_json::to_value(Thought::new(Some(thinking), facts)).unwrap()
}

fn facts(switch: ThinkingSwitch, efforts: Option<&[&str]>) -> Facts {
    let efforts = efforts.map(|list| list.iter().map(|effort| (*effort).to_owned()).collect());
    Facts {
        thinking: ThinkingFacts {
            switch,
            thinks: Some(true),
            efforts,
            ..ThinkingFacts::default()
        },
        ..Facts::default()
    }
}

#[test]
fn every_way_to_switch_thinking_is_spoken() {
    let high = Thinking::Effort(Effort::High);
    for (switch, on, off) in [
        (ThinkingSwitch::Effort, json!({"reasoning_effort": "high"}), json!({})),
        (
            ThinkingSwitch::ThinkingType,
            json!({"thinking": {"type": "enabled"}}),
            json!({"thinking": {"type": "disabled"}}),
        ),
        (
            ThinkingSwitch::ThinkingTypeAndEffort,
            json!({"reasoning_effort": "high", "thinking": {"type": "enabled"}}),
            json!({"thinking": {"type": "disabled"}}),
        ),
        (
            ThinkingSwitch::EnableThinking,
            json!({"enable_thinking": true}),
            json!({"enable_thinking": false}),
        ),
        (
            ThinkingSwitch::ChatTemplateKwargs,
            json!({"chat_template_kwargs": {"enable_thinking": true}}),
            json!({"chat_template_kwargs": {"enable_thinking": false}}),
        ),
        (
            ThinkingSwitch::ChatTemplateArgs,
            json!({"chat_template_args": {"enable_thinking": true}}),
            json!({"chat_template_args": {"enable_thinking": false}}),
        ),
        (
            ThinkingSwitch::ReasoningEnabled,
            json!({"reasoning": {"enabled": true}}),
            json!({"reasoning": {"enabled": false}}),
        ),
        (
            ThinkingSwitch::ReasoningEffort,
            json!({"reasoning": {"effort": "high"}}),
            json!({"reasoning": {"effort": "none"}}),
        ),
        (ThinkingSwitch::None, json!({}), json!({})),
    ] {
        assert_eq!(fields(high, &facts(switch, None)), on, "{switch:?}");
        assert_eq!(fields(Thinking::Off, &facts(switch, None)), off, "{switch:?}");
    }
}

#[test]
fn the_effort_is_one_that_the_model_knows() {
    let word = |thinking, efforts: Option<&[&str]>| {
        fields(thinking, &facts(ThinkingSwitch::Effort, efforts))["reasoning_effort"].clone()
    };

    assert_eq!(word(Thinking::Off, Some(&["none", "low"])), "none");
    assert_eq!(word(Thinking::Off, Some(&["low", "high"])), "low");
    assert_eq!(word(Thinking::Effort(Effort::Max), Some(&["low", "xhigh"])), "xhigh");
    assert_eq!(word(Thinking::Effort(Effort::Max), None), "high");
    assert_eq!(word(Thinking::Effort(Effort::Minimal), None), "low");
    assert_eq!(word(Thinking::Adaptive, None), "medium");
    assert_eq!(word(Thinking::Budget(16_000), None), "high");
}

#[test]
fn a_model_that_must_think_is_told_to_think_least() {
    let off = |switch, efforts| {
        fields(
            Thinking::Off,
            &Facts {
                thinking: ThinkingFacts {
                    off: ThinkingOff::Impossible,
                    ..facts(switch, efforts).thinking
                },
                ..facts(switch, efforts)
            },
        )
    };

    assert_eq!(
        off(ThinkingSwitch::Effort, Some(&["none", "low"])),
        json!({"reasoning_effort": "low"})
    );
    assert_eq!(
        off(ThinkingSwitch::ReasoningEffort, Some(&["low"])),
        json!({"reasoning": {"effort": "low"}})
    );
    assert_eq!(off(ThinkingSwitch::ReasoningEffort, None), json!({}));
    assert_eq!(off(ThinkingSwitch::ThinkingType, None), json!({}));
}

#[test]
fn a_model_that_is_not_known_to_think_is_not_told_to() {
    for thinks in [Some(false), None] {
        let facts = Facts {
            thinking: ThinkingFacts {
                thinks,
                ..ThinkingFacts::default()
            },
            ..Facts::default()
        };

        assert_eq!(fields(Thinking::Effort(Effort::High), &facts), json!({}));
    }
}
