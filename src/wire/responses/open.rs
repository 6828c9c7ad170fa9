//! What is open in a stream that is written.

use super::frame::{Fields, InPlace, ItemPosition, append};
use super::free_text::FreeText;
use super::response::{Annotation, Content, Item};

/// A message.
#[derive(Debug)]
pub(super) struct Message {
    /// Its `output_index`.
    pub at: usize,
    pub id: String,
    pub parts: Vec<MessagePart>,
    /// The last part is open.
    pub open: bool,
}

/// A part of it.
#[derive(Debug)]
pub(super) struct MessagePart {
    pub text: String,
    pub refusal: bool,
    pub annotations: Vec<Annotation<'static>>,
}

/// Thoughts.
#[derive(Debug)]
pub(super) struct Reasoning {
    /// Its `output_index`.
    pub at: usize,
    pub id: String,
    pub text: String,
}

/// A call.
#[derive(Debug)]
pub(super) struct Call {
    /// As the events name it.
    pub index: usize,
    /// Its `output_index`.
    pub at: usize,
    pub id: String,
    pub call_id: String,
    pub name: String,
    pub namespace: Option<String>,
    /// Arguments, or free text.
    pub text: String,
    pub custom: bool,
    /// The free text is inside JSON.
    pub wrapped: Option<FreeText>,
}

impl MessagePart {
    /// As it is written.
    pub fn content(&self) -> Content<'_> {
        if self.refusal {
            Content::Refusal { refusal: &self.text }
        } else {
            Content::OutputText {
                text: &self.text,
                annotations: &self.annotations,
                logprobs: [],
            }
        }
    }
}

impl Call {
    /// As it is written.
    pub fn item<'s>(&'s self, status: &'s str) -> Item<'s> {
        let (id, call_id, name) = (&*self.id, &*self.call_id, &*self.name);
        let namespace = self.namespace.as_deref();
        if self.custom {
            Item::CustomToolCall {
                id,
                status,
                call_id,
                name,
                namespace,
                input: &self.text,
            }
        } else {
            Item::FunctionCall {
                id,
                status,
                call_id,
                name,
                namespace,
                arguments: &self.text,
            }
        }
    }

    /// Adds a piece, and tells it.
    pub fn grow(&mut self, text: &str, sequence: &mut u64, out: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }
        self.text.push_str(text);
        let kind = if self.custom {
            "response.custom_tool_call_input.delta"
        } else {
            "response.function_call_arguments.delta"
        };
        let place = ItemPosition::of(&self.id, self.at);
        append(
            kind,
            sequence,
            &InPlace {
                place,
                fields: Fields::delta(text),
            },
            out,
        );
    }
}
