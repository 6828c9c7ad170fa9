//! Refusals of fields that steer a model, in the words that several servers have for them.

use serde_json::Value;

use super::{Checked, list, text};

/// None of these fields is there.
pub fn without(request: &Value, fields: &[&str], said: impl Fn(&str) -> String) -> Checked {
    match fields.iter().find(|field| request.get(**field).is_some()) {
        Some(field) => Err(said(field)),
        None => Ok(()),
    }
}

/// A number is one of these, if it is there.
pub fn number_is(request: &Value, field: &str, allowed: &[f64]) -> Checked {
    match request[field].as_f64() {
        Some(number) if !allowed.contains(&number) => Err(format!(
            "invalid {field}: only {allowed:?} is allowed for this model, not {number}"
        )),
        _ => Ok(()),
    }
}

/// The effort is one of these, if there is one.
pub fn effort_is(effort: &Value, allowed: &[&str]) -> Checked {
    match effort.as_str() {
        Some(effort) if !allowed.contains(&effort) => Err(format!(
            "Unsupported value: 'reasoning_effort' does not support '{effort}' with this model. Supported values are: {allowed:?}."
        )),
        _ => Ok(()),
    }
}

/// Whether a tool is forced.
pub fn is_forced(request: &Value) -> bool {
    let choice = &request["tool_choice"];
    match choice.as_str() {
        Some(word) => word == "required",
        None => matches!(text(choice, "type"), "any" | "tool" | "function"),
    }
}

/// No tool is forced while the model thinks.
pub fn free_choice(request: &Value, thinks: bool) -> Checked {
    match thinks && is_forced(request) {
        true => {
            Err("The tool_choice parameter does not support being set to required or object in thinking mode".into())
        }
        false => Ok(()),
    }
}

/// The one system message is the first one.
pub fn system_first(request: &Value) -> Checked {
    match list(request, "messages")
        .iter()
        .skip(1)
        .any(|message| message["role"] == "system")
    {
        true => Err("System message must be at the beginning.".into()),
        false => Ok(()),
    }
}
