//! Mistral.

use serde_json::Value;

use super::checks::{chat_pairs, chat_roles, only};
use super::{Checked, list, text};

/// Mistral.
pub fn mistral(request: &Value) -> Checked {
    let extra = |key: &str| format!("extra_forbidden: {key}: Extra inputs are not permitted");
    only(
        request,
        &[
            "model",
            "messages",
            "tools",
            "tool_choice",
            "max_tokens",
            "stream",
            "temperature",
            "top_p",
            "random_seed",
            "stop",
            "response_format",
            "parallel_tool_calls",
            "prompt_cache_key",
            "reasoning_effort",
            "n",
            "prediction",
            "presence_penalty",
            "frequency_penalty",
            "stream_options",
        ],
        extra,
    )?;
    chat_roles(request)?;
    if request["tools"].as_array().is_some_and(Vec::is_empty) {
        return Err("tools: List should have at least 1 item after validation".into());
    }
    let messages = list(request, "messages");
    let nine = |id: &str| match id.len() == 9 && id.chars().all(|c| c.is_ascii_alphanumeric()) {
        true => Ok(()),
        false => Err(format!(
            "Tool call id was {id} but must be a-z, A-Z, 0-9, with a length of 9."
        )),
    };
    for (before, message) in [&Value::Null].into_iter().chain(messages).zip(messages) {
        only(
            message,
            &["role", "content", "name", "tool_calls", "tool_call_id", "prefix"],
            extra,
        )?;
        if before["role"] == "tool" && message["role"] == "user" {
            return Err("Unexpected role 'user' after role 'tool'".into());
        }
        for call in list(message, "tool_calls") {
            only(call, &["index", "id", "type", "function"], extra)?;
            nine(text(call, "id"))?;
        }
        if message["role"] == "tool" {
            nine(text(message, "tool_call_id"))?;
        }
    }
    chat_pairs(
        messages,
        "Not the same number of function calls and responses",
        "Unexpected tool call id in tool results",
    )?;
    match messages
        .last()
        .is_some_and(|last| last["role"] == "assistant" && last["prefix"] != true)
    {
        true => {
            Err("Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant".into())
        }
        false => Ok(()),
    }
}
