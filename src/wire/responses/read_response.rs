//! A provider's whole answer.

use std::borrow::Cow;

use serde_json::Value;

use super::response::characters;
use super::usage::{of_usage, served};
use crate::domain::Protocol;
use crate::wire::neutral::{Citation, NotAnAnswer, Part, Response, Signature, Stop, ToolCall};

/// Reads an answer. Items that other protocols have no place for are passed over: searches that the provider ran and the
/// like, whose outcome stands in the text.
///
/// # Errors
/// If it is no `Response`, or one that failed or has not ended.
pub fn read_response(answer: &Value, _includes_reasoning: Option<bool>) -> Result<Response<'_>, NotAnAnswer> {
    let output = answer.get("output").and_then(Value::as_array).ok_or(NotAnAnswer)?;
    let status = answer.get("status").and_then(Value::as_str).unwrap_or("completed");
    if matches!(status, "failed" | "cancelled" | "queued" | "in_progress") {
        return Err(NotAnAnswer);
    }
    let mut parts = Vec::new();
    let mut before = 0;
    for item in output {
        read_item(item, &mut before, &mut |part| parts.push(part));
    }
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

/// The parts of an item. `before`: how many characters of text stand before it; its own are added.
pub(super) fn read_item<'a>(item: &'a Value, before: &mut u64, out: &mut dyn FnMut(Part<'a>)) {
    match text(item, "type") {
        Some("message") => {
            for part in item.get("content").and_then(Value::as_array).into_iter().flatten() {
                match text(part, "type") {
                    Some("output_text") => {
                        let words = text(part, "text").unwrap_or_default();
                        out(Part::Text {
                            text: words.into(),
                            citations: citations(part, *before),
                            cache: None,
                        });
                        *before += characters(words);
                    }
                    Some("refusal") => out(Part::Refusal(text(part, "refusal").unwrap_or_default().into())),
                    _ => {}
                }
            }
        }
        Some("reasoning") => {
            let mut thoughts = texts(item, "content");
            if thoughts.is_empty() {
                thoughts = texts(item, "summary");
            }
            let thoughts: Cow<'_, str> = match thoughts.as_slice() {
                [one] => (*one).into(),
                several => several.join("\n\n").into(),
            };
            let signature = signature_of(item);
            if signature.is_some() || !thoughts.is_empty() {
                out(Part::Thinking {
                    text: thoughts,
                    signature,
                });
            }
        }
        Some(kind @ ("function_call" | "custom_tool_call")) => {
            let custom = kind == "custom_tool_call";
            let arguments = text(item, if custom { "input" } else { "arguments" }).unwrap_or_default();
            out(Part::ToolCall(ToolCall {
                id: call_id(item).into(),
                name: text(item, "name").unwrap_or_default().into(),
                namespace: None,
                arguments: if arguments.is_empty() && !custom {
                    "{}".into()
                } else {
                    arguments.into()
                },
                custom,
            }));
        }
        _ => {}
    }
}

/// What ties a result to a call. The item's own id is another thing.
pub(super) fn call_id(item: &Value) -> &str {
    text(item, "call_id").or_else(|| text(item, "id")).unwrap_or_default()
}

/// The seal of a reasoning item.
pub(super) fn signature_of(item: &Value) -> Option<Signature<'_>> {
    let value = text(item, "encrypted_content").filter(|value| !value.is_empty())?;
    let id = text(item, "id").map(Into::into);
    Some(Signature {
        origin: Protocol::OpenaiResponses,
        value: value.into(),
        id,
        redacted: false,
    })
}

/// The pages that a part of text is from, if it is one.
pub(super) fn citations(part: &Value, before: u64) -> Vec<Citation<'_>> {
    let all = part.get("annotations").and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|annotation| citation(annotation, before)).collect()
}

/// A page that text is from. Files that lie at OpenAI have no address.
pub(super) fn citation(annotation: &Value, before: u64) -> Option<Citation<'_>> {
    let url = text(annotation, "url").filter(|_| text(annotation, "type") == Some("url_citation"))?;
    let index = |key: &str| annotation.get(key).and_then(Value::as_u64);
    Some(Citation {
        url: url.into(),
        title: text(annotation, "title").unwrap_or_default().into(),
        quote: None,
        span: index("start_index")
            .zip(index("end_index"))
            .map(|(start, end)| (start + before, end + before)),
    })
}

fn texts<'a>(item: &'a Value, key: &str) -> Vec<&'a str> {
    let list = item.get(key).and_then(Value::as_array).into_iter().flatten();
    list.filter_map(|part| text(part, "text"))
        .filter(|text| !text.is_empty())
        .collect()
}

pub(super) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}
