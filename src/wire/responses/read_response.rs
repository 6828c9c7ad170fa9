//! Reads a provider's whole answer into the neutral form.

use serde_json::Value;

use super::read_item::{Commentary, read_item, text};
use super::usage::{of_usage, served};
use crate::wire::neutral::{NotAnAnswer, Part, Response, Stop, settle_arguments};

/// Reads an answer. Items that other protocols have no place for are skipped: searches of the provider, for example, whose
/// results stand in the text.
///
/// # Errors
/// If it is no `Response`, or one that failed or has not ended.
pub fn read_response(answer: &Value, commentary: Commentary) -> Result<Response<'_>, NotAnAnswer> {
    let output = answer.get("output").and_then(Value::as_array).ok_or(NotAnAnswer)?;
    let status = answer.get("status").and_then(Value::as_str).unwrap_or("completed");
    if matches!(status, "failed" | "cancelled" | "queued" | "in_progress") {
        return Err(NotAnAnswer);
    }

    let mut parts = Vec::new();
    let mut before = 0;
    for item in output {
        read_item(item, commentary, &mut before, &mut |part| parts.push(part));
    }
    settle_arguments(&mut parts);

    let called = parts.iter().any(|part| matches!(part, Part::ToolCall(_)));
    let refused = parts.iter().any(|part| matches!(part, Part::Refusal(_)));

    Ok(Response {
        id: text(answer, "id").map(Into::into),
        stop: stop(answer, called, refused),
        parts,
        stop_sequence: None,
        tokens: answer.get("usage").and_then(of_usage),
        service: served(answer),
    })
}

/// Why a whole `Response` ended.
pub(super) fn stop(response: &Value, called: bool, refused: bool) -> Stop {
    if response.get("status").and_then(Value::as_str) == Some("incomplete") {
        let reason = response.pointer("/incomplete_details/reason").and_then(Value::as_str);
        return if reason == Some("content_filter") {
            Stop::Refusal
        } else {
            Stop::Length
        };
    }

    if refused {
        Stop::Refusal
    } else {
        Stop::End.with_tools(called)
    }
}
