//! Reads a provider's whole answer into the neutral form.

use std::borrow::Cow;

use serde_json::Value;

use super::{forced, read_search, stop, usage};
use crate::wire::neutral::{
    Citation, NotAnAnswer, Part, Response, Signature, SignatureKind, Stop, ToolCall, settle_arguments,
};

/// Reads an answer. `includes_reasoning` is for other protocols: Anthropic always counts thinking inside `output_tokens`.
///
/// Unknown blocks are skipped: they are about tools that the gateway never asks a provider for.
///
/// # Errors
/// If it has no list of content.
pub fn read_response(answer: &Value, _includes_reasoning: Option<bool>) -> Result<Response<'_>, NotAnAnswer> {
    let content = answer.get("content").and_then(Value::as_array).ok_or(NotAnAnswer)?;
    let mut parts: Vec<_> = content.iter().filter_map(|block| read_block(block, content)).collect();
    settle_arguments(&mut parts);
    let text = |key: &str| answer.get(key).and_then(Value::as_str);
    let called = parts.iter().any(|part| matches!(part, Part::ToolCall(_)));

    let stop = text("stop_reason").map_or(Stop::End, stop::read);
    if stop == Stop::Refusal
        && let Some(why) = explanation(answer)
    {
        parts.push(Part::Refusal(why.into()));
    }

    Ok(Response {
        id: text("id").map(Cow::Borrowed),
        parts,
        stop: settled(stop, called),
        stop_sequence: text("stop_sequence").map(Cow::Borrowed),
        tokens: usage::tokens(answer),
        service: usage::served(answer),
    })
}

/// The reason to stop. `called`: the model called a tool of the client. The tool of a JSON answer is not one.
pub(super) fn settled(stop: Stop, called: bool) -> Stop {
    if stop == Stop::Tools && !called {
        Stop::End
    } else {
        stop.with_tools(called)
    }
}

/// The provider's reason to refuse: `stop_details.explanation` of an answer, or of the delta that ends a stream.
pub(super) fn explanation(holder: &Value) -> Option<&str> {
    holder
        .pointer("/stop_details/explanation")
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty())
}

/// `content`: all blocks of the answer.
fn read_block<'a>(block: &'a Value, content: &'a [Value]) -> Option<Part<'a>> {
    let text = |key: &str| block.get(key).and_then(Value::as_str).unwrap_or_default();
    match text("type") {
        "text" => {
            let citations = block.get("citations").and_then(Value::as_array);
            let citations = citations.into_iter().flatten().filter_map(citation).collect();
            Some(Part::Text {
                text: text("text").into(),
                citations,
                cache: None,
            })
        }
        "thinking" => {
            let signature = Some(text("signature"))
                .filter(|value| !value.is_empty())
                .map(|value| signature_of(value, false));
            Some(Part::Thinking {
                text: text("thinking").into(),
                signature,
            })
        }
        "redacted_thinking" => Some(Part::Thinking {
            text: "".into(),
            signature: Some(signature_of(text("data"), true)),
        }),
        "tool_use" => {
            let arguments = match block.get("input") {
                Some(Value::String(text)) => text.clone(),
                input => input.map(Value::to_string).unwrap_or_default(),
            };
            if text("name") == forced::NAME {
                return Some(Part::text(arguments));
            }

            Some(Part::ToolCall(ToolCall {
                id: text("id").into(),
                name: text("name").into(),
                namespace: None,
                arguments: arguments.into(),
                custom: false,
            }))
        }
        "web_search_tool_result" => {
            let is_asked = |asked: &&Value| asked.get("id").and_then(Value::as_str) == Some(text("tool_use_id"));
            let query = content.iter().find(is_asked).and_then(read_search::query);
            Some(Part::WebSearch(read_search::result(
                block,
                query.unwrap_or_default().into(),
            )))
        }
        _ => None,
    }
}

pub(super) fn signature_of(value: &str, redacted: bool) -> Signature<'_> {
    Signature {
        kind: match redacted {
            true => SignatureKind::Redacted,
            false => SignatureKind::Thoughts,
        },
        ..Signature::of_thoughts(value)
    }
}

/// A citation of a page. Citations of documents in the request have no address, so other protocols cannot show them.
pub(super) fn citation(citation: &Value) -> Option<Citation<'_>> {
    let text = |key: &str| citation.get(key).and_then(Value::as_str);
    let source = || text("source").filter(|source| source.starts_with("http"));
    let url = text("url").or_else(source)?;
    Some(Citation {
        url: url.into(),
        title: text("title").unwrap_or(url).into(),
        quote: text("cited_text").map(Cow::Borrowed),
        span: None,
    })
}
