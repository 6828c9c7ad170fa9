//! Thinking for newer and older models.

use super::*;
use crate::domain::{ThinkingFacts, ThinkingOff};

fn with_efforts() -> Facts {
    Facts {
        thinking: ThinkingFacts {
            efforts: Some(vec!["low".into(), "medium".into(), "high".into()]),
            thinks: Some(true),
            ..ThinkingFacts::default()
        },
        ..Facts::default()
    }
}

fn with_budget() -> Facts {
    Facts {
        thinking: ThinkingFacts {
            least_budget: Some(1024),
            thinks: Some(true),
            ..ThinkingFacts::default()
        },
        ..Facts::default()
    }
}

#[test]
fn newer_models_are_told_an_effort() {
    let mode = Some(Mode::Adaptive { display: "summarized" });
    for (asked, effort) in [
        (Thinking::Adaptive, None),
        (Thinking::Effort(Effort::Max), Some(Effort::High)),
        (Thinking::Effort(Effort::Minimal), Some(Effort::Low)),
        (Thinking::Budget(2048), Some(Effort::Medium)),
    ] {
        assert_eq!(
            written(Some(asked), &with_efforts(), 100),
            WrittenThinking { mode, effort },
            "{asked:?}"
        );
    }
}

#[test]
fn a_model_that_knows_both_is_told_a_budget_and_an_effort() {
    let both = Facts {
        thinking: ThinkingFacts {
            least_budget: Some(1024),
            ..with_efforts().thinking
        },
        ..with_efforts()
    };

    let thinking = written(Some(Thinking::Effort(Effort::High)), &both, 64_000);

    assert_eq!(
        thinking,
        WrittenThinking {
            mode: Some(Mode::Enabled { budget_tokens: 4096 }),
            effort: Some(Effort::High)
        }
    );
}

#[test]
fn older_models_are_told_a_budget_below_the_limit() {
    for (asked, max_tokens, budget) in [
        (Thinking::Effort(Effort::High), 64_000, Some(4096)),
        (Thinking::Effort(Effort::Low), 64_000, Some(1024)),
        (Thinking::Adaptive, 64_000, Some(2048)),
        (Thinking::Budget(31_999), 64_000, Some(31_999)),
        (Thinking::Budget(10), 64_000, Some(1024)),
        (Thinking::Effort(Effort::Max), 8_000, Some(4_000)),
        (Thinking::Effort(Effort::Max), 1_025, Some(1_024)),
        (Thinking::Effort(Effort::Max), 1_024, None),
    ] {
        let mode = budget.map(|budget_tokens| Mode::Enabled { budget_tokens });
        assert_eq!(
            written(Some(asked), &with_budget(), max_tokens).mode,
            mode,
            "{asked:?} {max_tokens}"
        );
    }
}

#[test]
fn a_model_that_may_not_think_is_told_so_if_it_can_obey() {
    let off = |facts: Facts| written(Some(Thinking::Off), &facts, 100).mode;

    assert_eq!(off(with_efforts()), Some(Mode::Disabled));
    assert_eq!(
        off(Facts {
            thinking: ThinkingFacts {
                off: ThinkingOff::Impossible,
                ..with_efforts().thinking
            },
            ..with_efforts()
        }),
        None
    );
    assert_eq!(off(Facts::default()), None);
}

#[test]
fn a_model_that_does_not_think_is_told_nothing() {
    for facts in [
        Facts::default(),
        Facts {
            thinking: ThinkingFacts {
                thinks: Some(false),
                ..with_efforts().thinking
            },
            ..with_efforts()
        },
    ] {
        assert_eq!(
            written(Some(Thinking::Effort(Effort::High)), &facts, 9_000),
            WrittenThinking::default()
        );
    }
    assert_eq!(written(None, &with_efforts(), 9_000), WrittenThinking::default());
}
