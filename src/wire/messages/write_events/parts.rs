//! The pieces of parts in a stream: written to the open block, or held back.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::WriteEvents;
use super::blocks::{Open, OpenCall};
use crate::domain::Protocol;
use crate::wire::messages::block::{Block, Input, WebCitation};
use crate::wire::neutral::{Event, told_id};

/// What to do with a piece while a call is open.
enum Turn {
    /// It belongs to the open call, or none is open.
    Write,
    /// The arguments of the open call are complete: it ends before the piece.
    EndCall,
    /// It waits for the end of the open call.
    Hold,
}

impl WriteEvents {
    /// Writes a piece of a part, or holds it back.
    pub(super) fn part(&mut self, piece: Event<'_>, out: &mut Vec<u8>) {
        match self.turn(&piece) {
            Turn::Write => self.write_piece(piece, out),
            Turn::EndCall => {
                self.close(out);
                self.release(out);
                self.part(piece, out);
            }
            Turn::Hold => self.held.push(piece.into_owned()),
        }
    }

    /// Writes the pieces that were held back, in order. Pieces that have to wait again are held back again.
    pub(super) fn release(&mut self, out: &mut Vec<u8>) {
        for piece in std::mem::take(&mut self.held) {
            self.part(piece, out);
        }
    }

    fn turn(&mut self, piece: &Event<'_>) -> Turn {
        let Some(Open::Tool(call)) = &mut self.open else {
            return Turn::Write;
        };

        let belongs = match piece {
            Event::ToolArguments { index, .. } | Event::ToolStart { index, .. } => *index == call.index,
            Event::PartEnd => true,
            _ => false,
        };

        // The arguments are parsed again only if there are more of them.
        let length = call.arguments.len();
        let changed = std::mem::replace(&mut call.checked, length) != length;
        let complete = changed && !call.custom && serde_json::from_str::<IgnoredAny>(&call.arguments).is_ok();
        match (belongs, complete) {
            (true, _) => Turn::Write,
            (false, true) => Turn::EndCall,
            (false, false) => Turn::Hold,
        }
    }

    fn write_piece(&mut self, piece: Event<'_>, out: &mut Vec<u8>) {
        match piece {
            Event::Text(text) | Event::Refusal(text) | Event::Thinking(text) if text.is_empty() => {}
            Event::Text(text) | Event::Refusal(text) => {
                self.open_text(out);
                self.delta(&json!({"type": "text_delta", "text": text}), out);
            }
            Event::Citation(citation) => {
                self.open_text(out);
                self.delta(
                    &json!({"type": "citations_delta", "citation": WebCitation::of(&citation)}),
                    out,
                );
            }
            Event::Thinking(text) => {
                self.open_thinking(out);
                self.delta(&json!({"type": "thinking_delta", "thinking": text}), out);
            }
            Event::Signature(signature) => self.signature(&signature, out),
            Event::ToolStart {
                index,
                id,
                name,
                custom,
            } => self.tool_start(index, &id, &name, custom, out),
            Event::ToolArguments { index, text } => self.tool_arguments(index, text, out),
            Event::WebSearch(search) => self.search(&search, out),
            // While pieces wait it is not clear which part ends: the open call ends when its arguments are complete.
            Event::PartEnd if self.held.is_empty() => self.close(out),
            _ => {}
        }
    }

    fn tool_start(&mut self, index: usize, id: &str, name: &str, custom: bool, out: &mut Vec<u8>) {
        if matches!(&self.open, Some(Open::Tool(_))) || self.closed.contains(&index) {
            return;
        }

        let block = Block::ToolUse {
            id: self.call_id(id, index),
            name: self.identity.names.client(name).map_or(name, |name| &name.name),
            input: Input::Empty,
        };
        let block = serde_json::to_value(block).unwrap_or_default();
        let call = OpenCall {
            index,
            arguments: String::new(),
            checked: 0,
            custom,
        };

        self.begin(&block, Open::Tool(call), out);
        if custom {
            self.json("{\"input\":\"", out);
        }
    }

    fn call_id<'e>(&self, id: &'e str, index: usize) -> Cow<'e, str> {
        if id.is_empty() {
            format!("toolu_{}_{index}", self.identity.id).into()
        } else {
            told_id(id, Protocol::AnthropicMessages)
        }
    }

    fn tool_arguments(&mut self, index: usize, text: Cow<'_, str>, out: &mut Vec<u8>) {
        let Some(Open::Tool(call)) = &mut self.open else {
            return;
        };
        if call.index != index || text.is_empty() {
            return;
        }

        if call.custom {
            let quoted = Value::from(text).to_string();
            let inner = quoted
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'))
                .unwrap_or_default();
            self.json(inner, out);
        } else {
            call.arguments.push_str(&text);
            self.json(&text, out);
        }
    }
}
