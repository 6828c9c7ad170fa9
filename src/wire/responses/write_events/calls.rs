//! Calls in a stream for a client.

use super::WriteEvents;
use super::frame::{Fields, ItemPosition, Positioned, append};
use super::open::Call;
use crate::domain::Protocol;
use crate::wire::neutral::told_id;
use crate::wire::responses::free_text::FreeText;

impl WriteEvents {
    pub(super) fn call(&mut self, index: usize, call_id: &str, name: &str, custom: bool, out: &mut Vec<u8>) {
        self.close_message("completed", out);
        self.close_thoughts(None, out);

        let known = self.identity.names.client(name).cloned();
        let free = custom || known.as_ref().is_some_and(|known| known.custom);
        let (output_index, id) = self.begin_item(if free { "ctc" } else { "fc" });
        let call = Call {
            index,
            output_index,
            id,
            call_id: told_id(call_id, Protocol::OpenaiResponses).into_owned(),
            name: known
                .as_ref()
                .map_or_else(|| name.to_owned(), |known| known.name.clone()),
            namespace: known.and_then(|known| known.namespace),
            text: String::new(),
            custom: free,
            wrapped: (free && !custom).then(FreeText::default),
        };

        self.added(output_index, call.item("in_progress").raw(), out);
        self.calls.push(call);
    }

    pub(super) fn arguments(&mut self, index: usize, text: &str, out: &mut Vec<u8>) {
        let Some(call) = self.calls.iter_mut().rev().find(|call| call.index == index) else {
            return;
        };

        match &mut call.wrapped {
            Some(wrapped) => {
                let text = wrapped.push(text);
                call.grow(&text, &mut self.sequence, out);
            }
            None => call.grow(text, &mut self.sequence, out),
        }
    }

    pub(super) fn close_call(&mut self, mut call: Call, status: &str, out: &mut Vec<u8>) {
        if let Some(wrapped) = call.wrapped.take() {
            let (_, rest) = wrapped.finish();
            call.grow(&rest, &mut self.sequence, out);
        } else if call.text.is_empty() && !call.custom {
            call.grow("{}", &mut self.sequence, out);
        }

        let text = Some(call.text.as_str());
        let (kind, fields) = if call.custom {
            (
                "response.custom_tool_call_input.done",
                Fields {
                    input: text,
                    ..Fields::default()
                },
            )
        } else {
            (
                "response.function_call_arguments.done",
                Fields {
                    arguments: text,
                    ..Fields::default()
                },
            )
        };
        let position = ItemPosition::of(&call.id, call.output_index);
        append(kind, &mut self.sequence, &Positioned { position, fields }, out);
        self.done(call.output_index, call.item(status).raw(), out);
    }
}
