//! The calls of a stream for a client that speaks chat.

use super::delta::{CallDelta, Custom, Delta, Function};
use super::{WriteEvents, chunk};
use crate::wire::chat::free_text;

/// A call that has begun.
#[derive(Debug)]
pub(super) struct Call {
    index: usize,
    /// The client's tool takes free text.
    custom: bool,
    /// The JSON object in which the provider wraps that text, as far as it came. It can only be unwrapped whole.
    wrapped: Option<String>,
    has_arguments: bool,
}

impl WriteEvents {
    pub(super) fn tool_start(&mut self, index: usize, id: &str, name: &str, custom: bool, out: &mut Vec<u8>) {
        let known = self.identity.names.client(name);
        let wraps = !custom && known.is_some_and(|known| known.custom);
        let name = Some(known.map_or(name, |known| &known.name));
        let call = Call {
            index,
            custom: custom || wraps,
            wrapped: wraps.then(String::new),
            has_arguments: false,
        };

        let start = CallDelta {
            index,
            id: Some(id),
            extra_content: self.call_signature.take(),
            ..CallDelta::default()
        };
        let start = if call.custom {
            CallDelta {
                r#type: Some("custom"),
                custom: Some(Custom { name, input: "".into() }),
                ..start
            }
        } else {
            CallDelta {
                r#type: Some("function"),
                function: Some(Function { name, arguments: "" }),
                ..start
            }
        };

        self.delta(&Delta::call(start), out);
        self.calls.push(call);
    }

    pub(super) fn tool_arguments(&mut self, index: usize, text: &str, out: &mut Vec<u8>) {
        let Some(call) = self.calls.iter_mut().find(|call| call.index == index) else {
            return;
        };

        call.has_arguments |= !text.is_empty();
        if let Some(wrapped) = &mut call.wrapped {
            return wrapped.push_str(text);
        }

        let more = if call.custom {
            CallDelta::input(index, text.into())
        } else {
            CallDelta::arguments(index, text)
        };
        self.delta(&Delta::call(more), out);
    }

    /// Sends free text that was held back, and `{}` for calls without arguments: clients parse the arguments of each call.
    pub(super) fn end_calls(&mut self, out: &mut Vec<u8>) {
        for call in &mut self.calls {
            let more = match call.wrapped.take() {
                Some(wrapped) => {
                    let input = free_text::unwrapped(&wrapped).into_owned();
                    CallDelta::input(call.index, input.into())
                }
                None if !call.custom && !call.has_arguments => {
                    call.has_arguments = true;
                    CallDelta::arguments(call.index, "{}")
                }
                None => continue,
            };
            chunk(&self.head, &self.identity, &Delta::call(more), None, out);
        }
    }
}
