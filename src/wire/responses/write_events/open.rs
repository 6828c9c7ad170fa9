//! The items that are open in a stream.

use super::frame::{Fields, ItemPosition, Positioned, append};
use crate::wire::responses::annotation::Annotation;
use crate::wire::responses::free_text::FreeText;
use crate::wire::responses::item::{Content, Item};

#[derive(Debug)]
pub(super) struct Message {
    pub output_index: usize,
    pub id: String,
    pub parts: Vec<MessagePart>,
    /// The last part is open.
    pub open: bool,
}

/// A part of a message: text, or a refusal.
#[derive(Debug)]
pub(super) struct MessagePart {
    pub text: String,
    pub refusal: bool,
    pub annotations: Vec<Annotation<'static>>,
}

#[derive(Debug)]
pub(super) struct Reasoning {
    pub output_index: usize,
    pub id: String,
    pub text: String,
}

#[derive(Debug)]
pub(super) struct Call {
    /// The call's index in the neutral events.
    pub index: usize,
    pub output_index: usize,
    pub id: String,
    pub call_id: String,
    pub name: String,
    pub namespace: Option<String>,
    /// Arguments, or free text for a custom tool.
    pub text: String,
    pub custom: bool,
    /// The provider wraps the free text in JSON.
    pub wrapped: Option<FreeText>,
}

impl MessagePart {
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

    /// Adds a piece of the arguments, and appends its event.
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
        let event = Positioned {
            position: ItemPosition::of(&self.id, self.output_index),
            fields: Fields::delta(text),
        };
        append(kind, sequence, &event, out);
    }
}
