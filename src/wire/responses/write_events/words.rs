//! Messages in a stream for a client: texts, refusals and citations.

use super::WriteEvents;
use super::frame::{Fields, ItemPosition, Positioned, WithAnnotation, WithPart, append};
use super::open::{Message, MessagePart};
use crate::wire::neutral::Citation;
use crate::wire::responses::annotation::{Annotation, characters};
use crate::wire::responses::item::{Content, Item};

impl WriteEvents {
    pub(super) fn text(&mut self, text: &str, refusal: bool, out: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }

        self.refused |= refusal;
        self.close_thoughts(None, out);
        self.open_part(refusal, out);
        let Some(message) = self.message.as_mut() else { return };
        let index = message.parts.len().saturating_sub(1);
        if let Some(part) = message.parts.last_mut() {
            part.text.push_str(text);
        }

        let (kind, logprobs) = if refusal {
            ("response.refusal.delta", None)
        } else {
            ("response.output_text.delta", Some([]))
        };
        let event = Positioned {
            position: ItemPosition::content(&message.id, message.output_index, index),
            fields: Fields {
                logprobs,
                ..Fields::delta(text)
            },
        };
        append(kind, &mut self.sequence, &event, out);
    }

    /// Makes sure that a part of this kind is open.
    fn open_part(&mut self, refusal: bool, out: &mut Vec<u8>) {
        let fits = |message: &Message| message.open && message.parts.last().is_some_and(|p| p.refusal == refusal);
        if self.message.as_ref().is_some_and(fits) {
            return;
        }

        self.close_part(out);
        self.open_message(out);
        let Some(message) = self.message.as_mut() else { return };
        message.parts.push(MessagePart {
            text: String::new(),
            refusal,
            annotations: Vec::new(),
        });
        message.open = true;

        let part = if refusal {
            Content::Refusal { refusal: "" }
        } else {
            Content::OutputText {
                text: "",
                annotations: &[],
                logprobs: [],
            }
        };
        let event = Positioned {
            position: ItemPosition::content(&message.id, message.output_index, message.parts.len() - 1),
            fields: WithPart { part },
        };
        append("response.content_part.added", &mut self.sequence, &event, out);
    }

    fn open_message(&mut self, out: &mut Vec<u8>) {
        if self.message.is_some() {
            return;
        }

        let (output_index, id) = self.begin_item("msg");
        let item = Item::Message {
            id: &id,
            status: "in_progress",
            role: "assistant",
            content: &[],
        };
        self.added(output_index, item.raw(), out);
        self.message = Some(Message {
            output_index,
            id,
            parts: Vec::new(),
            open: false,
        });
    }

    pub(super) fn close_part(&mut self, out: &mut Vec<u8>) {
        let Some(message) = self.message.as_mut().filter(|message| message.open) else {
            return;
        };

        message.open = false;
        let Some(part) = message.parts.last() else { return };
        let position = ItemPosition::content(&message.id, message.output_index, message.parts.len() - 1);

        let (kind, fields) = if part.refusal {
            (
                "response.refusal.done",
                Fields {
                    refusal: Some(&part.text),
                    ..Fields::default()
                },
            )
        } else {
            self.before += characters(&part.text);
            let fields = Fields {
                text: Some(&part.text),
                logprobs: Some([]),
                ..Fields::default()
            };
            ("response.output_text.done", fields)
        };
        append(kind, &mut self.sequence, &Positioned { position, fields }, out);

        let fields = WithPart { part: part.content() };
        let event = Positioned { position, fields };
        append("response.content_part.done", &mut self.sequence, &event, out);
    }

    pub(super) fn close_message(&mut self, status: &str, out: &mut Vec<u8>) {
        self.close_part(out);
        let Some(message) = self.message.take() else { return };

        let content: Vec<_> = message.parts.iter().map(MessagePart::content).collect();
        let item = Item::Message {
            id: &message.id,
            status,
            role: "assistant",
            content: &content,
        };
        self.done(message.output_index, item.raw(), out);
    }

    pub(super) fn citation(&mut self, citation: Citation<'_>, out: &mut Vec<u8>) {
        let before = self.before;
        let Some(message) = self.message.as_mut().filter(|message| message.open) else {
            return;
        };

        let index = message.parts.len().saturating_sub(1);
        let Some(part) = message.parts.last_mut().filter(|part| !part.refusal) else {
            return;
        };

        let annotation = Annotation::new(citation, before, characters(&part.text)).into_owned();
        let event = Positioned {
            position: ItemPosition::content(&message.id, message.output_index, index),
            fields: WithAnnotation {
                annotation_index: part.annotations.len(),
                annotation: &annotation,
            },
        };
        append("response.output_text.annotation.added", &mut self.sequence, &event, out);
        part.annotations.push(annotation);
    }
}
