//! Claude, which speaks Messages.

use serde_json::Value;

use super::checks::{block_pairs, blocks, comes_back, only, prefix, roles};
use super::steering::{is_forced, without};
use super::{Checked, Made, list, text};

/// The fields of Messages that every server knows.
const MESSAGES: [&str; 16] = [
    "model",
    "max_tokens",
    "system",
    "messages",
    "tools",
    "tool_choice",
    "thinking",
    "output_config",
    "stop_sequences",
    "temperature",
    "top_p",
    "top_k",
    "metadata",
    "stream",
    "cache_control",
    "context_management",
];

/// What differs between the models.
#[derive(Clone, Copy, Default)]
pub struct Claude {
    /// A signature is bound to the conversation before it.
    pub binds: bool,
    /// System turns may stand within the conversation.
    pub system_inside: bool,
    /// The kinds of `thinking` that are taken.
    pub thinking: &'static [&'static str],
    /// `temperature`, `top_p` and `top_k` are taken.
    pub sampling: bool,
    /// The conversation may end with the model's own words.
    pub prefill: bool,
    /// A tool may be forced: never, or while the model does not think.
    pub forced: bool,
}

/// Claude 4.5.
pub const CLAUDE_4_5: Claude = Claude {
    thinking: &["enabled", "disabled"],
    sampling: true,
    prefill: true,
    forced: true,
    binds: false,
    system_inside: false,
};
/// Claude 4.6.
pub const CLAUDE_4_6: Claude = Claude {
    thinking: &["enabled", "adaptive", "disabled"],
    prefill: false,
    ..CLAUDE_4_5
};
/// Claude Opus 4.8.
pub const CLAUDE_4_8: Claude = Claude {
    thinking: &["adaptive", "disabled"],
    sampling: false,
    system_inside: true,
    ..CLAUDE_4_6
};
/// Claude Opus 5.5.
pub const CLAUDE_5_5: Claude = Claude {
    thinking: &["adaptive"],
    forced: false,
    binds: true,
    ..CLAUDE_4_8
};

/// Claude.
pub fn claude(request: &Value, said: &[Made], model: Claude) -> Checked {
    let binds = model.binds;
    steered(request, model)?;
    tools(request)?;
    only(request, &MESSAGES, |key| {
        format!("{key}: Extra inputs are not permitted")
    })?;
    if !model.system_inside {
        roles(request)?;
    }
    block_pairs(request)?;
    for (index, at, block) in blocks(request) {
        let place = format!("messages.{index}.content.{at}");
        match text(block, "type") {
            "thinking" => {
                only(block, &["type", "thinking", "signature"], |key| {
                    format!("{place}.{key}: Extra inputs are not permitted")
                })?;
                let signature = text(block, "signature");
                if !signature.starts_with("claude-") {
                    return Err(format!("{place}: Invalid `signature` in `thinking` block"));
                }
                let own = said.iter().find(|made| made.seal == signature);
                if binds && own.is_some_and(|own| own.before != prefix(request, index, at)) {
                    return Err(format!("{place}: The block is bound to a different conversation"));
                }
                if own.is_some_and(|own| own.words != text(block, "thinking")) {
                    return Err(format!("{place}: `thinking` blocks cannot be modified"));
                }
            }
            "tool_use" => legal_id(text(block, "id"), &format!("{place}.tool_use.id"))?,
            "tool_result" => legal_id(text(block, "tool_use_id"), &format!("{place}.tool_result.tool_use_id"))?,
            "text" if text(block, "text").is_empty() => {
                return Err("messages: text content blocks must be non-empty".into());
            }
            _ => {}
        }
    }
    thoughts_before_calls(request)?;
    comes_back(
        said,
        |made| &made.seal,
        |seal| blocks(request).any(|(_, _, block)| text(block, "signature") == seal),
    )
}

fn legal_id(id: &str, place: &str) -> Checked {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    match !id.is_empty() && id.chars().all(is_word) {
        true => Ok(()),
        false => Err(format!("{place}: String should match pattern '^[a-zA-Z0-9_-]+$'")),
    }
}

/// Within a budget the calls that are being answered have thoughts before the first of them.
fn thoughts_before_calls(request: &Value) -> Checked {
    let messages = list(request, "messages");
    let has_result = |message: &Value| {
        list(message, "content")
            .iter()
            .any(|block| block["type"] == "tool_result")
    };
    let begin = messages
        .iter()
        .rposition(|message| message["role"] == "user" && !has_result(message));
    let mut rounds = messages.iter().skip(begin.map_or(0, |begin| begin + 1));
    let first = rounds.find(|message| message["role"] == "assistant");
    let blocks = first.map(|first| list(first, "content")).unwrap_or_default();
    let has_calls = blocks.iter().any(|block| block["type"] == "tool_use");
    let has_thoughts = blocks.first().is_some_and(|block| block["type"] == "thinking");
    match request["thinking"]["type"] == "enabled" && has_calls && !has_thoughts {
        true => Err(
            "Expected `thinking` or `redacted_thinking`, but found `tool_use`. When `thinking` is enabled, a final \
             `assistant` message must start with a thinking block"
                .into(),
        ),
        false => Ok(()),
    }
}

/// The fields that steer the model.
fn steered(request: &Value, model: Claude) -> Checked {
    let kind = text(&request["thinking"], "type");
    if !kind.is_empty() && !model.thinking.contains(&kind) {
        return Err(format!("\"thinking.type.{kind}\" is not supported for this model."));
    }
    if request["temperature"].is_number() && request["top_p"].is_number() {
        return Err("`temperature` and `top_p` cannot both be specified for this model. Please use only one.".into());
    }
    if request["temperature"].as_f64().is_some_and(|number| number > 1.0) {
        return Err("temperature: range: 0..1".into());
    }
    if !model.sampling {
        without(request, &["temperature", "top_p", "top_k"], |field| {
            format!("`{field}` is deprecated for this model.")
        })?;
    }
    if is_forced(request) && !model.forced {
        return Err("tool_choice: type \"tool\" and \"any\" are not supported for this model".into());
    }
    if is_forced(request) && matches!(kind, "enabled" | "adaptive") {
        return Err("Thinking may not be enabled when tool_choice forces tool use.".into());
    }
    let last = list(request, "messages").last();
    match !model.prefill && last.is_some_and(|last| last["role"] == "assistant") {
        true => Err(
            "This model does not support assistant message prefill. The conversation must end with a user message."
                .into(),
        ),
        false => Ok(()),
    }
}

/// The tools, and how many marks for caching there are.
fn tools(request: &Value) -> Checked {
    for (index, tool) in list(request, "tools").iter().enumerate() {
        let union = ["oneOf", "anyOf", "allOf"]
            .iter()
            .any(|key| tool["input_schema"].get(*key).is_some());
        if union {
            return Err(format!(
                "tools.{index}.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level"
            ));
        }
    }
    match request.to_string().matches("\"cache_control\"").count() {
        0..=4 => Ok(()),
        marks => Err(format!(
            "A maximum of 4 blocks with cache_control may be provided. Found {marks}."
        )),
    }
}
