//! Thoughts in a stream for a client, and their signatures.

use super::WriteEvents;
use super::frame::{Fields, ItemPosition, Positioned, WithPart, append};
use super::open::Reasoning;
use crate::wire::neutral::{Signature, SignatureKind};
use crate::wire::responses::item::{Item, SummaryText};
use crate::wire::responses::write_response::encrypted_content;

impl WriteEvents {
    pub(super) fn thinking(&mut self, text: &str, out: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }

        self.close_message("completed", out);
        self.open_thoughts(out);
        let Some(thoughts) = self.thoughts.as_mut() else { return };
        let position = ItemPosition::summary(&thoughts.id, thoughts.output_index);
        if thoughts.text.is_empty() {
            let fields = WithPart {
                part: SummaryText::SummaryText { text: "" },
            };
            let event = Positioned { position, fields };
            append("response.reasoning_summary_part.added", &mut self.sequence, &event, out);
        }

        thoughts.text.push_str(text);
        let fields = Fields::delta(text);
        let event = Positioned { position, fields };
        append("response.reasoning_summary_text.delta", &mut self.sequence, &event, out);
    }

    fn open_thoughts(&mut self, out: &mut Vec<u8>) {
        if self.thoughts.is_some() {
            return;
        }

        let (output_index, id) = self.begin_item("rs");
        let item = Item::Reasoning {
            id: &id,
            summary: &[],
            encrypted_content: None,
        };
        self.added(output_index, item.raw(), out);
        self.thoughts = Some(Reasoning {
            output_index,
            id,
            text: String::new(),
        });
    }

    pub(super) fn signature(&mut self, signature: &Signature<'_>, out: &mut Vec<u8>) {
        self.close_message("completed", out);
        if signature.kind == SignatureKind::Call {
            self.close_thoughts(None, out);
        }
        self.open_thoughts(out);
        self.close_thoughts(Some(signature), out);
    }

    pub(super) fn close_thoughts(&mut self, signature: Option<&Signature<'_>>, out: &mut Vec<u8>) {
        let Some(thoughts) = self.thoughts.take() else { return };
        let text = thoughts.text.as_str();
        let whole = [SummaryText::SummaryText { text }];
        let mut summary: &[SummaryText<'_>] = &[];

        if !text.is_empty() {
            summary = &whole;
            let position = ItemPosition::summary(&thoughts.id, thoughts.output_index);
            let fields = Fields {
                text: Some(text),
                ..Fields::default()
            };
            let event = Positioned { position, fields };
            append("response.reasoning_summary_text.done", &mut self.sequence, &event, out);

            let fields = WithPart {
                part: SummaryText::SummaryText { text },
            };
            let event = Positioned { position, fields };
            append("response.reasoning_summary_part.done", &mut self.sequence, &event, out);
        }

        let encrypted = signature.map(encrypted_content);
        let item = Item::Reasoning {
            id: &thoughts.id,
            summary,
            encrypted_content: encrypted.as_deref(),
        };
        self.done(thoughts.output_index, item.raw(), out);
    }
}
