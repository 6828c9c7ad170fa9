//! Gemini at Google's OpenAI address.

use serde_json::Value;

use super::checks::{chat_pairs, comes_back, only};
use super::{Checked, Made, list};

/// Gemini 3 at Google's OpenAI address.
pub fn gemini(request: &Value, said: &[Made]) -> Checked {
    let unknown = |key: &str| format!("Invalid JSON payload received. Unknown name \"{key}\": Cannot find field.");
    only(
        request,
        &[
            "model",
            "messages",
            "tools",
            "tool_choice",
            "max_tokens",
            "max_completion_tokens",
            "reasoning_effort",
            "stream",
            "stream_options",
            "temperature",
            "top_p",
            "stop",
            "n",
            "response_format",
            "seed",
            "user",
            "parallel_tool_calls",
        ],
        unknown,
    )?;
    if request["reasoning_effort"] == "none" {
        return Err("Budget 0 is invalid. This model only works in thinking mode.".into());
    }
    let messages = list(request, "messages");
    for message in messages {
        only(
            message,
            &["role", "content", "name", "tool_calls", "tool_call_id", "extra_content"],
            unknown,
        )?;
        let seal = |call: &Value| {
            call["extra_content"]["google"]["thought_signature"]
                .as_str()
                .map(str::to_owned)
        };
        let calls = list(message, "tool_calls");
        for call in calls {
            only(call, &["index", "id", "type", "function", "extra_content"], unknown)?;
            let is_known =
                |seal: &str| seal == "skip_thought_signature_validator" || said.iter().any(|made| made.seal == seal);
            if seal(call).is_some_and(|seal| !is_known(&seal)) {
                return Err("Corrupted thought signature.".into());
            }
        }
        if calls.first().is_some_and(|first| seal(first).is_none()) {
            return Err("Function call is missing a thought_signature in functionCall parts.".into());
        }
    }
    chat_pairs(
        messages,
        "Please ensure that function call turn comes immediately before a function response turn",
        "function response without a call",
    )?;
    let body = request.to_string();
    let signed = said.iter().filter(|made| made.has_calls);
    comes_back(signed, |made| &made.seal, |seal| body.contains(seal))
}
