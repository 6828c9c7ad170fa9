//! How a model of Anthropic's is told to think.

use serde::Serialize;

use crate::wire::neutral::{Capabilities, Effort, Thinking};

/// `thinking`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Mode {
    Adaptive { display: &'static str },
    Enabled { budget_tokens: u64 },
    Disabled,
}

/// `thinking`, and `output_config.effort`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) mode: Option<Mode>,
    pub(super) effort: Option<Effort>,
}

/// Writes what was asked for, in the way that the model knows.
///
/// | asked | model with efforts | model with a least budget |
/// |---|---|---|
/// | off | `disabled`; nothing if the model has to think | the same |
/// | adaptive | `adaptive` | a budget as for medium |
/// | an effort | `adaptive` and the nearest effort | the effort's budget: 1,024 (low) to 16,384 (max) |
/// | a budget | `adaptive` and the effort that it stands for | the budget |
///
/// A model that does not think, or of which no way is known, is told nothing. Thoughts are asked for in words
/// (`display: summarized`): a client of another protocol expects to see some.
///
/// A budget is at least the model's least, and leaves half of the answer's limit to the answer where that is possible;
/// Anthropic wants it below the limit. If the limit is not above the least budget, nothing is thought.
pub(super) fn written(asked: Option<Thinking>, capabilities: &Capabilities, max_tokens: u64) -> Written {
    let Some(asked) = asked else { return Written::default() };
    let has_efforts = capabilities.efforts.as_ref().is_some_and(|efforts| !efforts.is_empty());
    let known = has_efforts || capabilities.least_budget.is_some() || capabilities.thinks == Some(true);
    if capabilities.thinks == Some(false) || !known {
        return Written::default();
    }
    let wanted = match asked {
        Thinking::Off => {
            return Written {
                mode: (!capabilities.must_think).then_some(Mode::Disabled),
                effort: None,
            };
        }
        Thinking::Adaptive => None,
        Thinking::Effort(effort) => Some(effort),
        Thinking::Budget(tokens) => Some(Effort::of_budget(tokens)),
    };
    if has_efforts && capabilities.least_budget.is_none() {
        return Written {
            mode: Some(Mode::Adaptive { display: "summarized" }),
            effort: wanted.and_then(|effort| capabilities.nearest_effort(effort)),
        };
    }
    let least = capabilities.least_budget.unwrap_or(LEAST_BUDGET);
    let budget = match asked {
        Thinking::Budget(tokens) => tokens,
        _ => wanted.unwrap_or(Effort::Medium).budget(),
    };
    let budget = budget.min(max_tokens / 2).max(least);
    let effort = if has_efforts {
        wanted.and_then(|effort| capabilities.nearest_effort(effort))
    } else {
        None
    };
    Written {
        mode: (budget < max_tokens).then_some(Mode::Enabled { budget_tokens: budget }),
        effort,
    }
}

/// The least budget of every Claude model that takes one.
const LEAST_BUDGET: u64 = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn with_efforts() -> Capabilities {
        Capabilities {
            efforts: Some(vec!["low".into(), "medium".into(), "high".into()]),
            thinks: Some(true),
            ..Capabilities::default()
        }
    }

    fn with_budget() -> Capabilities {
        Capabilities {
            least_budget: Some(1024),
            thinks: Some(true),
            ..Capabilities::default()
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
                Written { mode, effort },
                "{asked:?}"
            );
        }
    }

    #[test]
    fn a_model_that_knows_both_is_told_a_budget_and_an_effort() {
        let both = Capabilities {
            least_budget: Some(1024),
            ..with_efforts()
        };

        let told = written(Some(Thinking::Effort(Effort::High)), &both, 64_000);

        assert_eq!(
            told,
            Written {
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
    fn who_may_not_think_is_told_so_if_that_can_be_said() {
        let off = |capabilities: Capabilities| written(Some(Thinking::Off), &capabilities, 100).mode;

        assert_eq!(off(with_efforts()), Some(Mode::Disabled));
        assert_eq!(
            off(Capabilities {
                must_think: true,
                ..with_efforts()
            }),
            None
        );
        assert_eq!(off(Capabilities::default()), None);
    }

    #[test]
    fn a_model_that_does_not_think_is_told_nothing() {
        for capabilities in [
            Capabilities::default(),
            Capabilities {
                thinks: Some(false),
                ..with_efforts()
            },
        ] {
            assert_eq!(
                written(Some(Thinking::Effort(Effort::High)), &capabilities, 9_000),
                Written::default()
            );
        }
        assert_eq!(written(None, &with_efforts(), 9_000), Written::default());
    }
}
