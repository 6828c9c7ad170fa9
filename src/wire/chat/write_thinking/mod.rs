//! How the gateway switches thinking at a provider that speaks chat.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::{Effort, Facts, ThinkingSwitch};
use crate::wire::neutral::Thinking;

/// The fields of a request that switch thinking. All of them are absent if the provider decides.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Thought {
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<Kind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_thinking: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_template_kwargs: Option<Enabled>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_template_args: Option<Enabled>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning: Option<Reasoning>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Kind {
    r#type: &'static str,
}

#[derive(Debug, PartialEq, Serialize)]
struct Enabled {
    enable_thinking: bool,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Reasoning {
    Enabled(bool),
    Effort(&'static str),
}

impl Thought {
    /// Nothing is sent for a model that is not known to think: Claude Code asks every model to think, and hosts refuse the
    /// field for models that cannot.
    pub(super) fn new(thinking: Option<Thinking>, facts: &Facts) -> Self {
        let thinks = facts.thinking.thinks.unwrap_or(facts.thinking.efforts.is_some());
        let Some(thinking) = thinking.filter(|_| thinks) else {
            return Self::default();
        };

        let on = thinking != Thinking::Off;
        let has_efforts = matches!(
            facts.thinking.switch,
            ThinkingSwitch::Effort | ThinkingSwitch::ReasoningEffort
        );
        if !on && facts.thinking.must_think() && !has_efforts {
            return Self::default();
        }

        let kind = Some(Kind {
            r#type: if on { "enabled" } else { "disabled" },
        });

        match facts.thinking.switch {
            ThinkingSwitch::Effort => Self {
                reasoning_effort: effort(thinking, facts),
                ..Self::default()
            },
            ThinkingSwitch::ThinkingType => Self {
                thinking: kind,
                ..Self::default()
            },
            ThinkingSwitch::ThinkingTypeAndEffort => {
                let stated = on && thinking != Thinking::Adaptive;
                let reasoning_effort = if stated { effort(thinking, facts) } else { None };
                Self {
                    thinking: kind,
                    reasoning_effort,
                    ..Self::default()
                }
            }
            ThinkingSwitch::EnableThinking => Self {
                enable_thinking: Some(on),
                ..Self::default()
            },
            ThinkingSwitch::ChatTemplateKwargs => Self {
                chat_template_kwargs: Some(Enabled { enable_thinking: on }),
                ..Self::default()
            },
            ThinkingSwitch::ChatTemplateArgs => Self {
                chat_template_args: Some(Enabled { enable_thinking: on }),
                ..Self::default()
            },
            ThinkingSwitch::ReasoningEnabled => Self {
                reasoning: Some(Reasoning::Enabled(on)),
                ..Self::default()
            },
            ThinkingSwitch::ReasoningEffort => {
                let none = (!on && !facts.thinking.must_think()).then_some("none");
                let reasoning = none.or_else(|| effort(thinking, facts)).map(Reasoning::Effort);
                Self {
                    reasoning,
                    ..Self::default()
                }
            }
            ThinkingSwitch::None => Self::default(),
        }
    }
}

/// The fields that switch thinking of a model, by name.
pub fn thinking_fields(thinking: Option<Thinking>, facts: &Facts) -> Map<String, Value> {
    match serde_json::to_value(Thought::new(thinking, facts)) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// The word for the effort nearest to the wanted one that the model knows.
fn effort(thinking: Thinking, facts: &Facts) -> Option<&'static str> {
    let wanted = match thinking {
        Thinking::Off => match &facts.thinking.efforts {
            Some(known) if !facts.thinking.must_think() && known.iter().any(|effort| effort == "none") => {
                return Some("none");
            }
            // Thinking cannot be switched off: the least effort is nearest.
            Some(_) => Effort::Minimal,
            None => return None,
        },
        Thinking::Adaptive => Effort::Medium,
        Thinking::Effort(effort) => effort,
        Thinking::Budget(tokens) => Effort::of_budget(tokens),
    };

    // Every model that takes efforts knows these three.
    let wanted = if facts.thinking.efforts.is_none() {
        wanted.clamp(Effort::Low, Effort::High)
    } else {
        wanted
    };
    facts.thinking.nearest_effort(wanted).map(Effort::as_str)
}

#[cfg(test)]
mod tests;
