//! Reads a provider's whole chat answer into the neutral form.

use serde_json::Value;

use super::answer::{
    arguments, call_id, called, citation, failure, finish_reason, first_choice, list, served, stop, text, tokens,
};
use super::citations::top_citations;
use super::pieces::{Piece, read_pieces};
use super::thoughts::{call_signature, thoughts};
use crate::wire::neutral::{NotAnAnswer, Part, Response, Stop, ToolCall, settle_arguments};

/// Reads an answer. `includes_reasoning`: whether the provider counts thinking inside `completion_tokens`, where that is
/// known.
///
/// # Errors
/// If it has no message, or says that the provider failed. An answer that a filter took away is one without a message.
pub fn read_response(answer: &Value, includes_reasoning: Option<bool>) -> Result<Response<'_>, NotAnAnswer> {
    let choice = first_choice(answer)
        .filter(|_| failure(answer).is_none())
        .ok_or(NotAnAnswer)?;
    let reason = finish_reason(choice).map(stop);
    let message = match choice.get("message").filter(|message| message.is_object()) {
        Some(message) => message,
        None if reason == Some(Some(Stop::Refusal)) => &Value::Null,
        None => return Err(NotAnAnswer),
    };
    let id = text(answer, "id");

    let mut parts = thoughts(message);
    let mut refused = read_content(message, &mut parts);
    cite(answer, message, &mut parts);
    if let Some(text) = text(message, "refusal") {
        refused = true;
        parts.push(Part::Refusal(text.into()));
    }
    let called = read_calls(message, id, &mut parts);
    settle_arguments(&mut parts);

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

/// Adds the citations of the message to its last text, or else those of the whole answer.
fn cite<'a>(answer: &'a Value, message: &'a Value, parts: &mut [Part<'a>]) {
    let cited = list(message, "annotations").iter().filter_map(citation);
    if let Some(Part::Text { citations, .. }) = parts.iter_mut().rfind(|part| matches!(part, Part::Text { .. })) {
        citations.extend(cited);
        if citations.is_empty() {
            citations.extend(top_citations(answer));
        }
    }
}

/// Adds the calls. Returns whether there are any.
fn read_calls<'a>(message: &'a Value, id: Option<&str>, parts: &mut Vec<Part<'a>>) -> bool {
    let before = parts.len();
    let calls = list(message, "tool_calls").iter().enumerate();
    for (index, node) in calls {
        if let Some(call) = call(node, id, index) {
            parts.extend(call_signature(node));
            parts.push(call);
        }
    }

    // The retired way to call a function, which allowed one call.
    if parts.len() == before
        && let Some(called) = message.get("function_call").filter(|called| called.is_object())
    {
        parts.extend(function(called, false, call_id(&Value::Null, id, 0)));
    }

    parts.len() > before
}

fn call<'a>(node: &'a Value, answer: Option<&str>, index: usize) -> Option<Part<'a>> {
    let (called, custom) = called(node)?;
    function(called, custom, call_id(node, answer, index))
}

fn function<'a>(called: &'a Value, custom: bool, id: std::borrow::Cow<'a, str>) -> Option<Part<'a>> {
    let name = text(called, "name")?.into();
    let arguments = arguments(called.get(if custom { "input" } else { "arguments" }));

    Some(Part::ToolCall(ToolCall {
        id,
        name,
        namespace: None,
        arguments,
        custom,
    }))
}
