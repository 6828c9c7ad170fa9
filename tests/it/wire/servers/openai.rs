//! OpenAI.

use serde_json::Value;

use super::checks::{chat_pairs, comes_back, only};
use super::steering::{effort_is, without};
use super::{Checked, Made, list, text};

/// What differs between the models.
pub struct Gpt {
    /// The efforts that are taken.
    pub efforts: &'static [&'static str],
    /// The texts at which an answer ends are taken.
    pub stop: bool,
    /// It thinks unless it is told not to.
    pub thinks: bool,
    /// Chat takes no tools while the model thinks.
    pub tools_elsewhere: bool,
}

/// GPT-5.5.
pub const GPT_5_5: Gpt = Gpt {
    efforts: &["none", "low", "medium", "high", "xhigh"],
    stop: true,
    thinks: true,
    tools_elsewhere: true,
};
/// GPT-5.1.
pub const GPT_5_1: Gpt = Gpt {
    efforts: &["none", "low", "medium", "high"],
    stop: false,
    thinks: false,
    tools_elsewhere: false,
};
/// The o-series.
pub const O_SERIES: Gpt = Gpt {
    efforts: &["low", "medium", "high"],
    stop: false,
    thinks: true,
    tools_elsewhere: false,
};

/// The models on chat.
pub fn chat(request: &Value, model: &Gpt) -> Checked {
    without(request, &["max_tokens"], |field| {
        format!(
            "Unsupported parameter: '{field}' is not supported with this model. Use 'max_completion_tokens' instead."
        )
    })?;
    if !model.stop {
        without(request, &["stop"], |field| {
            format!("Unsupported parameter: '{field}' is not supported with this model.")
        })?;
    }
    let effort = &request["reasoning_effort"];
    steered(request, effort, model)?;
    if model.tools_elsewhere && !list(request, "tools").is_empty() && effort != "none" {
        return Err(
            "Function tools with reasoning_effort are not supported for this model in /v1/chat/completions. Please use \
             /v1/responses instead."
                .into(),
        );
    }
    let messages = list(request, "messages");
    let calls = messages.iter().flat_map(|message| list(message, "tool_calls"));
    if let Some(call) = calls.map(|call| text(call, "id")).find(|id| id.len() > 64) {
        return Err(format!("Invalid 'tool_calls[].id': string too long: {call}"));
    }
    chat_pairs(
        messages,
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'",
        "messages with role 'tool' must be a response to a preceeding message with 'tool_calls'",
    )
}

/// The effort, and what only a model that does not think takes.
fn steered(request: &Value, effort: &Value, model: &Gpt) -> Checked {
    effort_is(effort, model.efforts)?;
    let thinks = effort.as_str().map_or(model.thinks, |effort| effort != "none");
    match request["temperature"].as_f64() {
        Some(number) if number != 1.0 && thinks => Err(format!(
            "Unsupported value: 'temperature' does not support {number} with this model. Only the default (1) value is supported."
        )),
        _ => Ok(()),
    }
}

/// The models on Responses, with `store: false`.
pub fn gpt(request: &Value, said: &[Made], model: &Gpt) -> Checked {
    steered(request, &request["reasoning"]["effort"], model)?;
    without(
        request,
        &[
            "stop",
            "n",
            "logprobs",
            "max_tokens",
            "max_completion_tokens",
            "messages",
        ],
        |field| format!("Unknown parameter: '{field}'."),
    )?;
    let items = list(request, "input");
    let mut open: Vec<&str> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let id = text(item, "id");
        let kind = item["type"].as_str().unwrap_or("message");
        let start = match kind {
            "message" => "msg",
            "function_call" => "fc",
            "reasoning" => "rs",
            "custom_tool_call" => "ctc",
            _ => "",
        };
        if !id.is_empty() && !id.starts_with(start) {
            return Err(format!(
                "Invalid 'input[{index}].id': '{id}'. Expected an ID that begins with '{start}'."
            ));
        }
        let call = text(item, "call_id");
        if call.len() > 64 {
            return Err(format!(
                "Invalid 'input[{index}].call_id': string too long. Expected a string with maximum length 64"
            ));
        }
        match kind {
            "reasoning" => {
                let seal = text(item, "encrypted_content");
                if seal.is_empty() {
                    return Err(format!(
                        "Item with id '{id}' not found. Items are not persisted when `store` is set to false."
                    ));
                }
                if !said.iter().any(|made| made.seal == seal) {
                    return Err(format!("The encrypted content for item {id} could not be verified."));
                }
            }
            "message" => only(item, &["type", "id", "status", "role", "content", "phase"], |key| {
                unknown(index, key)
            })?,
            "function_call" => {
                only(item, &["type", "id", "status", "call_id", "name", "arguments"], |key| {
                    unknown(index, key)
                })?;
                open.push(call);
            }
            "custom_tool_call" => open.push(call),
            "function_call_output" | "custom_tool_call_output" => {
                let at = open.iter().position(|known| *known == call);
                open.remove(at.ok_or(format!(
                    "No tool call found for function call output with call_id {call}."
                ))?);
            }
            other => return Err(format!("Invalid value: '{other}'.")),
        }
    }
    if let Some(call) = open.first() {
        return Err(format!("No tool output found for function call {call}."));
    }
    comes_back(
        said,
        |made| &made.seal,
        |seal| items.iter().any(|item| text(item, "encrypted_content") == seal),
    )
}

fn unknown(index: usize, key: &str) -> String {
    format!("Unknown parameter: 'input[{index}].{key}'.")
}
