//! How the gateway switches thinking of a model at Anthropic.

use serde::Serialize;
use serde_json::Value;

use crate::domain::{Effort, Facts};
use crate::wire::neutral::Thinking;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Mode {
    Adaptive { display: &'static str },
    Enabled { budget_tokens: u64 },
    Disabled,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct WrittenThinking {
    pub(super) mode: Option<Mode>,
    /// The value of `output_config.effort`.
    pub(super) effort: Option<Effort>,
}

/// Writes the client's wish in the way that the model knows.
///
/// | asked | model with efforts | model with a least budget |
/// |---|---|---|
/// | off | `disabled`; nothing if the model has to think | the same |
/// | adaptive | `adaptive` | a budget as for medium |
/// | an effort | `adaptive` and the nearest effort | the effort's budget: 1,024 (low) to 16,384 (max) |
/// | a budget | `adaptive` and the effort that it stands for | the budget |
///
/// Nothing is sent for a model that does not think, or whose way to think is unknown. The thoughts come as text
/// (`display: summarized`), since a client of another protocol expects to see some.
///
/// A budget is at least the model's least, and leaves half of the answer's limit to the answer if possible. Anthropic wants
/// it below the limit: if the limit is not above the least budget, the model does not think.
pub(super) fn written(asked: Option<Thinking>, facts: &Facts, max_tokens: u64) -> WrittenThinking {
    let Some(asked) = asked else {
        return WrittenThinking::default();
    };

    let has_efforts = facts
        .thinking
        .efforts
        .as_ref()
        .is_some_and(|efforts| !efforts.is_empty());
    let known = has_efforts || facts.thinking.least_budget.is_some() || facts.thinking.thinks == Some(true);
    if facts.thinking.thinks == Some(false) || !known {
        return WrittenThinking::default();
    }

    let wanted = match asked {
        Thinking::Off => {
            return WrittenThinking {
                mode: (!facts.thinking.must_think()).then_some(Mode::Disabled),
                effort: None,
            };
        }
        Thinking::Adaptive => None,
        Thinking::Effort(effort) => Some(effort),
        Thinking::Budget(tokens) => Some(Effort::of_budget(tokens)),
    };
    if has_efforts && facts.thinking.least_budget.is_none() {
        return WrittenThinking {
            mode: Some(Mode::Adaptive { display: "summarized" }),
            effort: wanted.and_then(|effort| facts.thinking.nearest_effort(effort)),
        };
    }

    let least = facts.thinking.least_budget.unwrap_or(LEAST_BUDGET);
    let budget = match asked {
        Thinking::Budget(tokens) => tokens,
        _ => wanted.unwrap_or(Effort::Medium).budget(),
    };
    let budget = budget.min(max_tokens / 2).max(least);
    let effort = if has_efforts {
        wanted.and_then(|effort| facts.thinking.nearest_effort(effort))
    } else {
        None
    };

    WrittenThinking {
        mode: (budget < max_tokens).then_some(Mode::Enabled { budget_tokens: budget }),
        effort,
    }
}

/// The value of `thinking` for a model, and its effort. `max_tokens`: the limit of the answer.
pub fn thinking_form(asked: Thinking, facts: &Facts, max_tokens: u64) -> (Option<Value>, Option<Effort>) {
    let written = written(Some(asked), facts, max_tokens);
    let mode = written.mode.and_then(|mode| serde_json::to_value(mode).ok());
    (mode, written.effort)
}

/// The least budget of every Claude model that takes one.
const LEAST_BUDGET: u64 = 1024;

#[cfg(test)]
mod tests;
