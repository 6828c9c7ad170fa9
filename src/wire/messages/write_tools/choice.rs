//! The choice among tools, as Anthropic takes it.

use serde::Serialize;

use super::search;
use crate::wire::messages::forced;
use crate::wire::neutral::{Choice, Request, ToolNames};

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(in crate::wire::messages) enum WrittenChoice<'a> {
    Auto {
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        disable_parallel_tool_use: bool,
    },
    Any {
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        disable_parallel_tool_use: bool,
    },
    Tool {
        name: &'a str,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        disable_parallel_tool_use: bool,
    },
    None,
}

impl<'a> WrittenChoice<'a> {
    /// The client's choice. `None` if the model may choose as it does anyway.
    pub(super) fn of(request: &'a Request<'_>, names: &'a ToolNames, has_tools: bool) -> Option<Self> {
        let disable_parallel_tool_use = request.parallel_tools == Some(false);
        match request.choice.as_ref().filter(|_| has_tools) {
            Some(Choice::Never) => Some(Self::None),
            Some(Choice::Any) => Some(Self::Any {
                disable_parallel_tool_use,
            }),
            Some(Choice::Tool(name)) => {
                let tool = request.tools.iter().find(|tool| tool.name == *name);
                let group = tool.and_then(|tool| tool.namespace.as_deref());
                Some(Self::Tool {
                    name: names.provider(group, name),
                    disable_parallel_tool_use,
                })
            }
            Some(Choice::WebSearch(_)) => Some(Self::Tool {
                name: search::NAME,
                disable_parallel_tool_use,
            }),
            Some(Choice::Auto) => Some(Self::Auto {
                disable_parallel_tool_use,
            }),
            None if has_tools && disable_parallel_tool_use => Some(Self::Auto {
                disable_parallel_tool_use,
            }),
            None => None,
        }
    }

    /// The choice of the tool whose arguments are the answer.
    pub(super) const fn only_answer() -> Self {
        Self::Tool {
            name: forced::NAME,
            disable_parallel_tool_use: true,
        }
    }

    /// Whether the model has to call a tool. Anthropic refuses to think then.
    pub(in crate::wire::messages) const fn is_forced(&self) -> bool {
        matches!(self, Self::Any { .. } | Self::Tool { .. })
    }
}
