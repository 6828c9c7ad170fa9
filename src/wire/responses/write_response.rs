//! Writes a whole answer for a client that speaks the Responses protocol.

use serde_json::value::RawValue;

use super::annotation::{Annotation, characters};
use super::free_text;
use super::item::{Content, Item, SummaryText};
use super::response::{ResponseObject, Status};
use crate::domain::Protocol;
use crate::wire::neutral::{Part, Response, ResponseIdentity, Signature, ToolCall, WebSearch, item_id, told_id};

/// Writes an answer.
///
/// | of the answer | what becomes of it |
/// | --- | --- |
/// | thoughts | one `reasoning` item each: their text as its summary, their signature as `encrypted_content`, packed if it is of another domain than OpenAI's |
/// | text, refusals | parts of one `message` item, as long as nothing else comes between |
/// | citations | `url_citation`; one that names no characters stands for its whole part |
/// | searches of the web | `web_search_call` with the addresses that were found |
/// | calls | `function_call` with the client's own name of the tool and its `namespace`, or `custom_tool_call` with the text itself |
/// | ended, stop text, tools | `completed` |
/// | length | `incomplete`, `max_output_tokens` |
/// | refused | `completed` if there is a text of refusal, else `incomplete`, `content_filter` |
/// | the provider's id | dropped: ids are the gateway's own |
pub fn write_response(response: &Response<'_>, identity: &ResponseIdentity) -> Vec<u8> {
    let refused = response.parts.iter().any(|part| matches!(part, Part::Refusal(_)));
    let status = Status::of(response.stop, refused);
    let mut items = Items {
        identity,
        written: Vec::new(),
    };
    let mut parts = response.parts.as_slice();
    let mut before = 0;

    while let Some((part, rest)) = parts.split_first() {
        // An answer that was cut ends in the middle of its last part.
        let state = |rest: &[Part<'_>]| if rest.is_empty() { status.as_str() } else { "completed" };
        match part {
            Part::Text { .. } | Part::Refusal(_) => {
                let end = parts.iter().position(|part| !is_words(part)).unwrap_or(parts.len());
                let (words, rest) = parts.split_at(end);
                items.message(words, &mut before, state(rest));
                parts = rest;
                continue;
            }
            Part::Thinking { text, signature } => items.reasoning(text, signature.as_ref()),
            Part::ToolCall(call) => items.call(call, state(rest)),
            Part::WebSearch(search) => items.search(search),
            Part::Image { .. } | Part::File { .. } | Part::Audio { .. } | Part::ToolResult(_) => {}
        }
        parts = rest;
    }

    serde_json::to_vec(&ResponseObject::new(identity, status, &items.written, response.tokens)).unwrap_or_default()
}

fn is_words(part: &Part<'_>) -> bool {
    matches!(part, Part::Text { .. } | Part::Refusal(_))
}

struct Items<'a> {
    identity: &'a ResponseIdentity,
    written: Vec<Box<RawValue>>,
}

impl Items<'_> {
    fn id(&self, prefix: &str) -> String {
        item_id(prefix, &self.identity.id, self.written.len())
    }

    /// `before`: the characters of the answer's text before the message.
    fn message(&mut self, words: &[Part<'_>], before: &mut u64, status: &str) {
        let mut annotations = Vec::with_capacity(words.len());
        for part in words {
            let Part::Text { text, citations, .. } = part else {
                annotations.push(Vec::new());
                continue;
            };
            let length = characters(text);
            annotations.push(
                citations
                    .iter()
                    .map(|it| Annotation::new(it.clone(), *before, length))
                    .collect(),
            );
            *before += length;
        }

        let content: Vec<_> = words
            .iter()
            .zip(&annotations)
            .filter_map(|(part, annotations)| match part {
                Part::Text { text, .. } => Some(Content::OutputText {
                    text,
                    annotations,
                    logprobs: [],
                }),
                Part::Refusal(refusal) => Some(Content::Refusal { refusal }),
                _ => None,
            })
            .collect();

        let id = self.id("msg");
        let item = Item::Message {
            id: &id,
            status,
            role: "assistant",
            content: &content,
        };
        self.written.extend(item.raw());
    }

    fn reasoning(&mut self, text: &str, signature: Option<&Signature<'_>>) {
        let id = self.id("rs");
        let summary = [SummaryText::SummaryText { text }];
        let summary = if text.is_empty() {
            summary.get(1..)
        } else {
            summary.get(..)
        };

        let encrypted = signature.map(encrypted_content);
        let item = Item::Reasoning {
            id: &id,
            summary: summary.unwrap_or_default(),
            encrypted_content: encrypted.as_deref(),
        };
        self.written.extend(item.raw());
    }

    fn search(&mut self, search: &WebSearch<'_>) {
        let id = self.id("ws");
        self.written.extend(Item::search(search, &id).raw());
    }

    fn call(&mut self, call: &ToolCall<'_>, status: &str) {
        let known = self.identity.names.client(&call.name);
        let name = known.map_or(call.name.as_ref(), |known| &known.name);
        let namespace = known.and_then(|known| known.namespace.as_deref());
        let call_id = told_id(&call.id, Protocol::OpenaiResponses);
        let arguments = call.arguments.as_ref();

        if call.custom || known.is_some_and(|known| known.custom) {
            let id = self.id("ctc");
            let input = if call.custom {
                arguments.into()
            } else {
                free_text::of_arguments(arguments)
            };
            let item = Item::CustomToolCall {
                id: &id,
                status,
                call_id: &call_id,
                name,
                namespace,
                input: &input,
            };
            self.written.extend(item.raw());
        } else {
            let id = self.id("fc");
            let arguments = if arguments.is_empty() { "{}" } else { arguments };
            let item = Item::FunctionCall {
                id: &id,
                status,
                call_id: &call_id,
                name,
                namespace,
                arguments,
            };
            self.written.extend(item.raw());
        }
    }
}

/// A signature as `encrypted_content`: that of another domain than the protocol's own is packed.
pub(super) fn encrypted_content(signature: &Signature<'_>) -> String {
    if signature.is_own(Protocol::OpenaiResponses) {
        signature.value.clone().into_owned()
    } else {
        signature.packed()
    }
}
