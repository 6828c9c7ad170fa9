//! Reads a provider's whole chat answer into the neutral form.

use serde_json::Value;

use super::answer::{
    arguments, call_id, citation, failure, finish_reason, first_choice, list, served, stop, text, tokens,
};
use super::pieces::{Piece, read_pieces};
use super::thoughts::thoughts;
use crate::wire::neutral::{NotAnAnswer, Part, Response, Stop, ToolCall};

/// Reads an answer. `includes_reasoning`: whether the provider counts thinking inside `completion_tokens`, where that is
/// known.
///
/// # Errors
/// If it has no message, or says that the provider failed.
pub fn read_response(answer: &Value, includes_reasoning: Option<bool>) -> Result<Response<'_>, NotAnAnswer> {
    let choice = first_choice(answer)
        .filter(|_| failure(answer).is_none())
        .ok_or(NotAnAnswer)?;
    let message = choice
        .get("message")
        .filter(|message| message.is_object())
        .ok_or(NotAnAnswer)?;
    let reason = finish_reason(choice).map(stop);
    let id = text(answer, "id");

    let mut parts = thoughts(message);
    let mut refused = read_content(message, &mut parts);
    cite(message, &mut parts);
    if let Some(text) = text(message, "refusal") {
        refused = true;
        parts.push(Part::Refusal(text.into()));
    }
    let called = read_calls(message, id, &mut parts);

    let stop = match reason {
        Some(None) => return Err(NotAnAnswer),
        Some(Some(stop)) => stop.with_tools(called),
        None => Stop::End.with_tools(called),
    };
    let stop = if refused && stop == Stop::End {
        Stop::Refusal
    } else {
        stop
    };

    Ok(Response {
        id: id.map(Into::into),
        parts,
        stop,
        stop_sequence: None,
        tokens: tokens(answer, includes_reasoning),
        service: served(answer),
    })
}

/// Adds the pieces of `content`. Returns whether one of them is a refusal.
fn read_content<'a>(message: &'a Value, parts: &mut Vec<Part<'a>>) -> bool {
    // The same thoughts may stand among the parts of the text too.
    let has_thoughts = !parts.is_empty();
    let mut refused = false;

    read_pieces(message.get("content"), &mut |piece| match piece {
        Piece::Thought(_) if has_thoughts => {}
        Piece::Thought(more) => match parts.last_mut() {
            Some(Part::Thinking { text, .. }) => text.to_mut().push_str(more),
            _ => parts.push(Part::Thinking {
                text: more.into(),
                signature: None,
            }),
        },
        Piece::Text(text) => parts.push(Part::text(text)),
        Piece::Refusal(text) => {
            refused = true;
            parts.push(Part::Refusal(text.into()));
        }
    });

    refused
}

/// Adds the message's citations to its last text.
fn cite<'a>(message: &'a Value, parts: &mut [Part<'a>]) {
    let cited = list(message, "annotations").iter().filter_map(citation);
    if let Some(Part::Text { citations, .. }) = parts.iter_mut().rfind(|part| matches!(part, Part::Text { .. })) {
        citations.extend(cited);
    }
}

/// Adds the calls. Returns whether there are any.
fn read_calls<'a>(message: &'a Value, id: Option<&str>, parts: &mut Vec<Part<'a>>) -> bool {
    let before = parts.len();
    let calls = list(message, "tool_calls").iter().enumerate();
    parts.extend(calls.filter_map(|(index, node)| call(node, id, index)));

    // The retired way to call a function, which allowed one call.
    if parts.len() == before
        && let Some(called) = message.get("function_call").filter(|called| called.is_object())
    {
        parts.extend(function(called, call_id(&Value::Null, id, 0)));
    }

    parts.len() > before
}

fn call<'a>(node: &'a Value, answer: Option<&str>, index: usize) -> Option<Part<'a>> {
    let id = call_id(node, answer, index);

    if let Some(custom) = node.get("custom").filter(|custom| custom.is_object()) {
        let name = text(custom, "name")?.into();
        let arguments = arguments(custom.get("input"));
        return Some(Part::ToolCall(ToolCall {
            id,
            name,
            namespace: None,
            arguments,
            custom: true,
        }));
    }

    function(node.get("function")?, id)
}

fn function<'a>(called: &'a Value, id: std::borrow::Cow<'a, str>) -> Option<Part<'a>> {
    let name = text(called, "name")?.into();
    let arguments = arguments(called.get("arguments"));
    let arguments = if arguments.trim().is_empty() {
        "{}".into()
    } else {
        arguments
    };

    Some(Part::ToolCall(ToolCall {
        id,
        name,
        namespace: None,
        arguments,
        custom: false,
    }))
}
