//! A provider's whole chat answer.

use serde_json::Value;

use super::answer::{
    Words, arguments, call_id, citation, failure, finish_reason, first_choice, list, served, stop, text, tokens, words,
};
use super::read_messages::thoughts;
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
    let said = finish_reason(choice).map(stop);
    let id = text(answer, "id");

    let mut parts = thoughts(message);
    // The same thoughts may stand among the parts of the text too.
    let thought = !parts.is_empty();
    let mut refused = false;
    words(message.get("content"), &mut |piece| match piece {
        Words::Thought(_) if thought => {}
        Words::Thought(more) => match parts.last_mut() {
            Some(Part::Thinking { text, .. }) => text.to_mut().push_str(more),
            _ => parts.push(Part::Thinking {
                text: more.into(),
                signature: None,
            }),
        },
        Words::Said(text) => parts.push(Part::text(text)),
        Words::Refused(text) => {
            refused = true;
            parts.push(Part::Refusal(text.into()));
        }
    });
    let cited = list(message, "annotations").iter().filter_map(citation);
    if let Some(Part::Text { citations, .. }) = parts.iter_mut().rfind(|part| matches!(part, Part::Text { .. })) {
        citations.extend(cited);
    }
    if let Some(text) = text(message, "refusal") {
        refused = true;
        parts.push(Part::Refusal(text.into()));
    }
    let calls = parts.len();
    parts.extend(
        list(message, "tool_calls")
            .iter()
            .enumerate()
            .filter_map(|(at, node)| call(node, id, at)),
    );
    // The retired way to call a function, of which there was one.
    if parts.len() == calls
        && let Some(called) = message.get("function_call").filter(|called| called.is_object())
    {
        parts.extend(function(called, call_id(&Value::Null, id, 0)));
    }
    let called = parts.len() > calls;

    let stop = match said {
        Some(None) => return Err(NotAnAnswer),
        Some(Some(stop)) => stop.with_tools(called),
        None => Stop::End.with_tools(called),
    };
    let stop = if refused && stop == Stop::End {
        Stop::Refusal
    } else {
        stop
    };
    let id = id.map(Into::into);
    Ok(Response {
        id,
        parts,
        stop,
        stop_sequence: None,
        tokens: tokens(answer, includes_reasoning),
        service: served(answer),
    })
}

fn call<'a>(node: &'a Value, answer: Option<&str>, place: usize) -> Option<Part<'a>> {
    let id = call_id(node, answer, place);
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
