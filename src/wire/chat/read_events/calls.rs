//! The calls of a provider's chat stream.

use serde_json::Value;

use super::ReadEvents;
use crate::wire::chat::answer::{arguments, call_id, called, list, text};
use crate::wire::chat::thoughts::call_signature;
use crate::wire::neutral::{Event, Part};

/// A call that has begun.
#[derive(Debug)]
pub(super) struct Call {
    /// The provider's index of it. Some servers give all calls the same one.
    index: u64,
    /// The provider's id of it, if it has one.
    id: Option<String>,
    name: String,
    arguments: ObjectScan,
}

/// Where a piece stands.
struct PiecePosition {
    /// The index that the server gives it.
    index: Option<u64>,
    /// Its position in its chunk, for servers that send neither an index nor an id.
    position: usize,
    /// It is the only one in its chunk.
    alone: bool,
}

impl ReadEvents {
    /// Reads the calls of a delta: those of `tool_calls`, or the retired `function_call`.
    pub(super) fn calls(&mut self, delta: &Value, out: &mut dyn FnMut(Event<'_>)) {
        let calls = list(delta, "tool_calls");
        for (position, call) in calls.iter().enumerate() {
            let Some((called, custom)) = called(call) else { continue };
            let index = call.get("index").and_then(Value::as_u64);
            let place = PiecePosition {
                index,
                position,
                alone: calls.len() == 1,
            };
            self.call_piece((call, called), custom, &place, out);
        }

        if let Some(called) = delta
            .get("function_call")
            .filter(|called| calls.is_empty() && called.is_object())
        {
            let first = PiecePosition {
                index: Some(0),
                position: 0,
                alone: true,
            };
            self.call_piece((&Value::Null, called), false, &first, out);
        }
    }

    /// A call begins, goes on, or both.
    fn call_piece(
        &mut self,
        (call, called): (&Value, &Value),
        custom: bool,
        place: &PiecePosition,
        out: &mut dyn FnMut(Event<'_>),
    ) {
        let piece = arguments(called.get(if custom { "input" } else { "arguments" }));
        let (id, name) = (text(call, "id"), text(called, "name"));

        let known = self
            .known_call(id, name, place)
            .filter(|&at| !self.begins_anew(at, id, name, &piece));
        let Some(at) = known.or_else(|| self.call_start((call, name?), custom, place, out)) else {
            return;
        };
        let Some(begun) = self.calls.get_mut(at) else { return };

        // A server that repeats a whole call at its end adds nothing.
        if piece.is_empty() || !custom && begun.arguments.is_whole() {
            return;
        }
        if !custom {
            begun.arguments.scan(&piece);
        }
        out(Event::ToolArguments { index: at, text: piece });
    }

    /// The call that a piece may belong to: that of its index, else that of its id, else that of its position.
    fn known_call(&self, id: Option<&str>, name: Option<&str>, place: &PiecePosition) -> Option<usize> {
        let of_index = |index| self.calls.iter().rposition(|call| call.index == index);
        let last = self.calls.len().checked_sub(1).filter(|_| name.is_none());

        match (place.index, id) {
            (Some(index), _) => of_index(index),
            // Gemini's servers leave the index out, and send each call whole.
            (None, Some(id)) => {
                let same = self.calls.iter().rposition(|call| call.id.as_deref() == Some(id));
                same.or(last)
            }
            (None, None) if place.alone && last.is_some() => last,
            (None, None) => of_index(place.position as u64),
        }
    }

    /// Whether a piece under a used index begins another call: it has a name, and an id that is new or arguments that are
    /// whole. Some servers give every piece of one call an id of its own, but no name.
    fn begins_anew(&self, at: usize, id: Option<&str>, name: Option<&str>, piece: &str) -> bool {
        let (Some(known), Some(name)) = (self.calls.get(at), name) else {
            return false;
        };

        match (id, known.id.as_deref()) {
            (Some(id), Some(known)) => id != known,
            _ => {
                let whole = ObjectScan::of(piece).is_whole();
                known.name != name || whole && known.arguments.is_whole()
            }
        }
    }

    /// Begins a call and returns its index in the answer.
    fn call_start(
        &mut self,
        (call, name): (&Value, &str),
        custom: bool,
        place: &PiecePosition,
        out: &mut dyn FnMut(Event<'_>),
    ) -> Option<usize> {
        let at = self.calls.len();
        self.calls.push(Call {
            index: place.index.unwrap_or(at as u64),
            id: text(call, "id").map(str::to_owned),
            name: name.to_owned(),
            arguments: ObjectScan::default(),
        });

        if let Some(Part::Thinking {
            signature: Some(signature),
            ..
        }) = call_signature(call)
        {
            out(Event::Signature(signature));
        }
        out(Event::ToolStart {
            index: at,
            id: call_id(call, Some(&self.id), at),
            name: name.into(),
            custom,
        });
        Some(at)
    }
}

/// Finds the end of a JSON object that comes in pieces.
#[derive(Clone, Copy, Debug, Default)]
struct ObjectScan {
    /// The first byte of the text that is not blank.
    first: Option<u8>,
    depth: usize,
    in_string: bool,
    escaped: bool,
    whole: bool,
}

impl ObjectScan {
    fn of(text: &str) -> Self {
        let mut scan = Self::default();
        scan.scan(text);
        scan
    }

    fn scan(&mut self, piece: &str) {
        for byte in piece.bytes() {
            if self.first.is_none() && !byte.is_ascii_whitespace() {
                self.first = Some(byte);
            }
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_string => self.escaped = true,
                b'"' if self.depth > 0 => self.in_string = !self.in_string,
                b'{' | b'[' if !self.in_string => self.depth += 1,
                b'}' | b']' if !self.in_string && self.depth > 0 => {
                    self.depth -= 1;
                    self.whole |= self.depth == 0;
                }
                _ => {}
            }
        }
    }

    fn is_whole(self) -> bool {
        self.whole && self.first == Some(b'{')
    }
}
