//! How a provider is told to think.

use serde::Serialize;

use crate::wire::neutral::{Capabilities, Effort, Thinking, ThinkingSwitch};

/// The fields of a request that switch thinking. All are left out where nothing is to be said.
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
    /// What to say of it. Nothing to a model that is not known to think: Claude Code asks every model to, and hosts refuse
    /// the field for those that cannot.
    pub(super) fn new(thinking: Option<Thinking>, capabilities: &Capabilities) -> Self {
        let thinks = capabilities.thinks.unwrap_or(capabilities.efforts.is_some());
        let Some(thinking) = thinking.filter(|_| thinks) else {
            return Self::default();
        };
        let on = thinking != Thinking::Off;
        let has_efforts = matches!(
            capabilities.thinking,
            ThinkingSwitch::Effort | ThinkingSwitch::ReasoningEffort
        );
        if !on && capabilities.must_think && !has_efforts {
            return Self::default();
        }
        let kind = Some(Kind {
            r#type: if on { "enabled" } else { "disabled" },
        });
        match capabilities.thinking {
            ThinkingSwitch::Effort => Self {
                reasoning_effort: effort(thinking, capabilities),
                ..Self::default()
            },
            ThinkingSwitch::ThinkingType => Self {
                thinking: kind,
                ..Self::default()
            },
            ThinkingSwitch::ThinkingTypeAndEffort => {
                let stated = on && thinking != Thinking::Adaptive;
                let reasoning_effort = if stated { effort(thinking, capabilities) } else { None };
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
                let none = (!on && !capabilities.must_think).then_some("none");
                let reasoning = none.or_else(|| effort(thinking, capabilities)).map(Reasoning::Effort);
                Self {
                    reasoning,
                    ..Self::default()
                }
            }
            ThinkingSwitch::None => Self::default(),
        }
    }
}

/// The effort in a word that the model knows.
fn effort(thinking: Thinking, capabilities: &Capabilities) -> Option<&'static str> {
    let wanted = match thinking {
        Thinking::Off => match &capabilities.efforts {
            Some(known) if !capabilities.must_think && known.iter().any(|effort| effort == "none") => {
                return Some("none");
            }
            // It cannot be switched off; the least is nearest.
            Some(_) => Effort::Minimal,
            None => return None,
        },
        Thinking::Adaptive => Effort::Medium,
        Thinking::Effort(effort) => effort,
        Thinking::Budget(tokens) => Effort::of_budget(tokens),
    };
    // Where the efforts are not known, these three are the ones that everybody has.
    let wanted = if capabilities.efforts.is_none() {
        wanted.clamp(Effort::Low, Effort::High)
    } else {
        wanted
    };
    capabilities.nearest_effort(wanted).map(Effort::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn said(thinking: Thinking, capabilities: &Capabilities) -> Value {
        serde_json::to_value(Thought::new(Some(thinking), capabilities)).unwrap()
    }

    fn capabilities(switch: ThinkingSwitch, efforts: Option<&[&str]>) -> Capabilities {
        let efforts = efforts.map(|list| list.iter().map(|effort| (*effort).to_owned()).collect());
        Capabilities {
            thinking: switch,
            thinks: Some(true),
            efforts,
            ..Capabilities::default()
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
            assert_eq!(said(high, &capabilities(switch, None)), on, "{switch:?}");
            assert_eq!(said(Thinking::Off, &capabilities(switch, None)), off, "{switch:?}");
        }
    }

    #[test]
    fn the_effort_is_one_that_the_model_knows() {
        let word = |thinking, efforts: Option<&[&str]>| {
            said(thinking, &capabilities(ThinkingSwitch::Effort, efforts))["reasoning_effort"].clone()
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
            said(
                Thinking::Off,
                &Capabilities {
                    must_think: true,
                    ..capabilities(switch, efforts)
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
            let capabilities = Capabilities {
                thinks,
                ..Capabilities::default()
            };

            assert_eq!(said(Thinking::Effort(Effort::High), &capabilities), json!({}));
        }
    }
}
