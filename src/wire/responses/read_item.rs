//! An item of a provider's answer.

use std::borrow::Cow;

use serde_json::Value;

use super::annotation::characters;
use super::read_search;
use crate::wire::neutral::{Citation, Part, Signature, ToolCall};

/// The text between two messages of one answer, which other protocols have as one text.
pub(super) const BETWEEN_MESSAGES: &str = "\n\n";

/// What becomes of a message that the model wrote on its way to the answer (`phase: commentary`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Commentary {
    /// It is a part of the answer.
    #[default]
    Text,
    /// It is thoughts: the client reads the answer as JSON.
    Thoughts,
}

impl Commentary {
    /// Whether a message is thoughts.
    pub(super) fn hides(self, item: &Value) -> bool {
        self == Self::Thoughts && text(item, "phase") == Some("commentary")
    }
}

/// Reads the parts of an item. `before`: the characters of text before it, to which its own are added.
pub(super) fn read_item<'a>(item: &'a Value, commentary: Commentary, before: &mut u64, out: &mut dyn FnMut(Part<'a>)) {
    match text(item, "type") {
        Some("message") if commentary.hides(item) => {
            let thoughts = texts(item, "content").join(BETWEEN_MESSAGES);
            if !thoughts.is_empty() {
                out(Part::Thinking {
                    text: thoughts.into(),
                    signature: None,
                });
            }
        }
        Some("message") => {
            let mut between = if *before > 0 { BETWEEN_MESSAGES } else { "" };
            let content = item.get("content").and_then(Value::as_array);
            for part in content.into_iter().flatten() {
                read_part(part, &mut between, before, out);
            }
        }
        Some("reasoning") => read_reasoning(item).into_iter().for_each(out),
        Some("function_call") => out(read_call(item, false)),
        Some("custom_tool_call") => out(read_call(item, true)),
        Some("web_search_call") => read_search::search(item).map(Part::WebSearch).into_iter().for_each(out),
        _ => {}
    }
}

/// `between`: what stands before the first words.
fn read_part<'a>(part: &'a Value, between: &mut &str, before: &mut u64, out: &mut dyn FnMut(Part<'a>)) {
    match text(part, "type") {
        Some("output_text") => {
            let words = text(part, "text").unwrap_or_default();
            let between = if words.is_empty() { "" } else { std::mem::take(between) };
            *before += characters(between);
            let text = match between {
                "" => words.into(),
                _ => [between, words].concat().into(),
            };
            out(Part::Text {
                text,
                citations: citations(part, *before),
                cache: None,
            });
            *before += characters(words);
        }
        Some("refusal") => out(Part::Refusal(text(part, "refusal").unwrap_or_default().into())),
        _ => {}
    }
}

fn read_reasoning(item: &Value) -> Option<Part<'_>> {
    let mut thoughts = texts(item, "content");
    if thoughts.is_empty() {
        thoughts = texts(item, "summary");
    }
    let thoughts: Cow<'_, str> = match thoughts.as_slice() {
        [one] => (*one).into(),
        several => several.join("\n\n").into(),
    };

    let signature = signature_of(item);

    (signature.is_some() || !thoughts.is_empty()).then_some(Part::Thinking {
        text: thoughts,
        signature,
    })
}

fn read_call(item: &Value, custom: bool) -> Part<'_> {
    let arguments = match item.get(if custom { "input" } else { "arguments" }) {
        None | Some(Value::Null) => "".into(),
        Some(Value::String(text)) => Cow::from(text),
        Some(other) => other.to_string().into(),
    };
    Part::ToolCall(ToolCall {
        id: call_id(item).into(),
        name: text(item, "name").unwrap_or_default().into(),
        namespace: None,
        arguments,
        custom,
    })
}

/// The id that connects a result to its call. It differs from the item's own id.
pub(super) fn call_id(item: &Value) -> &str {
    text(item, "call_id").or_else(|| text(item, "id")).unwrap_or_default()
}

/// The signature of a reasoning item.
pub(super) fn signature_of(item: &Value) -> Option<Signature<'_>> {
    let value = text(item, "encrypted_content").filter(|value| !value.is_empty())?;
    let id = text(item, "id").map(Into::into);
    Some(Signature {
        id,
        ..Signature::of_thoughts(value)
    })
}

/// The pages that a text cites. `before`: the characters of text before it.
pub(super) fn citations(part: &Value, before: u64) -> Vec<Citation<'_>> {
    let all = part.get("annotations").and_then(Value::as_array).into_iter().flatten();
    all.filter_map(|annotation| citation(annotation, before)).collect()
}

/// A page that a text cites. Files at OpenAI have no address, so they are skipped.
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
