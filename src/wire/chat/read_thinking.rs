//! How a client's request asks the model to think.

use serde_json::{Map, Value};

use crate::domain::Effort;
use crate::wire::neutral::{Node, Thinking, Untranslatable};

/// The fields by which clients ask for thoughts that they mean to show, beside OpenAI's own field.
const EXTENSIONS: [&str; 4] = ["reasoning", "thinking", "enable_thinking", "include_reasoning"];

/// Whether the client wants to see the thoughts.
pub(super) fn asks_to_show(body: &Node<'_, '_>) -> bool {
    EXTENSIONS.iter().any(|key| body.get(key).is_some())
}

/// Reads `reasoning_effort`, or else the first extension that is there.
pub(super) fn thinking(body: &Node<'_, '_>) -> Result<Option<Thinking>, Untranslatable> {
    // The word `default` asks for nothing.
    let effort = body.get("reasoning_effort").filter(|effort| effort.value != "default");
    if let Some(effort) = effort {
        return effort_of(effort.text()?)
            .map(Some)
            .ok_or_else(|| effort.wanted("one of none, minimal, low, medium, high, xhigh and max"));
    }

    // The other fields are not OpenAI's: a value that is not understood is dropped, as any unknown field is.
    let text = |object: &str, key: &str| body.value.get(object)?.get(key)?.as_str();
    let flag = |object: &str, key: &str| body.value.get(object)?.get(key)?.as_bool();
    let count = |object: &str, key: &str| body.value.get(object)?.get(key)?.as_u64();
    let switch = |on: bool| if on { Thinking::Adaptive } else { Thinking::Off };

    let openrouter = text("reasoning", "effort")
        .and_then(effort_of)
        .or_else(|| count("reasoning", "max_tokens").map(Thinking::Budget))
        .or_else(|| flag("reasoning", "enabled").map(switch));
    let claude = || match text("thinking", "type")? {
        "disabled" => Some(Thinking::Off),
        "enabled" => Some(count("thinking", "budget_tokens").map_or(Thinking::Adaptive, Thinking::Budget)),
        "adaptive" => Some(Thinking::Adaptive),
        _ => None,
    };
    let qwen = || {
        let enabled = body.value.get("enable_thinking").and_then(Value::as_bool);
        enabled
            .or_else(|| flag("chat_template_kwargs", "enable_thinking"))
            .map(switch)
    };

    Ok(openrouter.or_else(claude).or_else(qwen))
}

/// What the fields of a request that ask for thoughts ask for; `None` if they ask for nothing, or in no known way.
pub fn asked_thinking(fields: &Map<String, Value>) -> Option<Thinking> {
    let body = Value::Object(fields.clone());
    thinking(&Node::root(&body)).ok().flatten()
}

fn effort_of(text: &str) -> Option<Thinking> {
    if text == "none" {
        Some(Thinking::Off)
    } else {
        Effort::parse(text).map(Thinking::Effort)
    }
}
