//! Writes a stream for a client that speaks the Responses protocol.

mod calls;
mod frame;
mod open;
mod search;
mod thoughts;
mod words;

use serde_json::value::RawValue;

use self::frame::WithItem;
pub(super) use self::frame::{WithResponse, append};
use self::open::{Call, Message, Reasoning};
use super::response::{Failure, ResponseObject, Status};
use crate::domain::Tokens;
use crate::wire::error::ApiError;
use crate::wire::neutral::{Event, ResponseIdentity, Stop, item_id};

/// Writes the events of one answer. Its parts become the same items as in [`super::write_response::write_response`].
///
/// A message is open alone, and so are thoughts. Calls stay open until [`Event::PartEnd`] or the end of the answer, since
/// their arguments may come by turns. Every event names its item, so a client can tell the calls apart.
#[derive(Debug)]
pub struct WriteEvents {
    identity: ResponseIdentity,
    /// The `sequence_number` of the next event.
    sequence: u64,
    stage: Stage,
    /// Every item that began, by its `output_index`; `None` until it is complete.
    output: Vec<Option<Box<RawValue>>>,
    message: Option<Message>,
    thoughts: Option<Reasoning>,
    calls: Vec<Call>,
    /// Characters of text in the parts that are complete.
    before: u64,
    refused: bool,
    stop: Stop,
    tokens: Option<Tokens>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Before,
    Begun,
    Over,
}

impl WriteEvents {
    /// A stream that has not begun.
    pub fn new(identity: ResponseIdentity) -> Self {
        Self {
            identity,
            sequence: 0,
            stage: Stage::Before,
            output: Vec::new(),
            message: None,
            thoughts: None,
            calls: Vec::new(),
            before: 0,
            refused: false,
            stop: Stop::default(),
            tokens: None,
        }
    }

    /// Appends the client's events for `event`. Errors are left to [`WriteEvents::fail`].
    pub fn write(&mut self, event: Event<'_>, out: &mut Vec<u8>) {
        if self.stage == Stage::Over || matches!(event, Event::Error(_)) {
            return;
        }
        self.begin(out);

        match event {
            Event::Start { tokens, .. } => self.tokens = tokens.or(self.tokens),
            Event::Text(text) => self.text(&text, false, out),
            Event::Refusal(text) => self.text(&text, true, out),
            Event::Thinking(text) => self.thinking(&text, out),
            Event::Signature(signature) => self.signature(&signature, out),
            Event::Citation(citation) => self.citation(citation, out),
            Event::ToolStart {
                index,
                id,
                name,
                custom,
            } => self.call(index, &id, &name, custom, out),
            Event::ToolArguments { index, text } => self.arguments(index, &text, out),
            Event::WebSearch(search) => self.search(&search, out),
            Event::PartEnd => self.part_end(out),
            Event::Stop { stop, .. } => self.stop = stop,
            Event::Usage(tokens) => self.tokens = Some(tokens),
            Event::Error(_) => {}
            Event::End => self.end(out),
        }
    }

    /// Ends the stream with an error: `response.failed`, after `response.created` if the answer has not begun. Some clients
    /// read no other event about an error. Open items stay open.
    pub fn fail(&mut self, error: &ApiError, out: &mut Vec<u8>) {
        if self.stage == Stage::Over {
            return;
        }
        if self.stage == Stage::Before {
            self.in_progress("response.created", out);
        }

        let failure = Failure {
            code: &error.code,
            message: &error.message,
        };
        let done = self.take_output();
        let response = ResponseObject::new(&self.identity, Status::Failed, &done, self.tokens).failed(failure);
        append("response.failed", &mut self.sequence, &WithResponse { response }, out);

        self.stage = Stage::Over;
    }

    /// Says once more that the answer is in progress: some clients give up on a stream without events.
    pub fn keepalive(&mut self, out: &mut Vec<u8>) {
        match self.stage {
            Stage::Before => self.begin(out),
            Stage::Begun => self.in_progress("response.in_progress", out),
            Stage::Over => {}
        }
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        if self.stage != Stage::Before {
            return;
        }

        self.stage = Stage::Begun;
        for kind in ["response.created", "response.in_progress"] {
            self.in_progress(kind, out);
        }
    }

    fn in_progress(&mut self, kind: &str, out: &mut Vec<u8>) {
        let response = ResponseObject::new(&self.identity, Status::InProgress, &[], None);
        append(kind, &mut self.sequence, &WithResponse { response }, out);
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        let status = Status::of(self.stop, self.refused);
        // An answer that was cut ends in the middle of its open items.
        self.close_message(status.as_str(), out);
        self.close_thoughts(None, out);
        for call in std::mem::take(&mut self.calls) {
            self.close_call(call, status.as_str(), out);
        }

        let done = self.take_output();
        let response = ResponseObject::new(&self.identity, status, &done, self.tokens);
        let kind = if status == Status::Completed {
            "response.completed"
        } else {
            "response.incomplete"
        };
        append(kind, &mut self.sequence, &WithResponse { response }, out);
        self.stage = Stage::Over;
    }

    /// Ends the part that began last.
    fn part_end(&mut self, out: &mut Vec<u8>) {
        if self.thoughts.is_some() {
            self.close_thoughts(None, out);
        } else if self.message.is_some() {
            // More text may follow in the same message.
            self.close_part(out);
        } else if let Some(call) = self.calls.pop() {
            self.close_call(call, "completed", out);
        }
    }

    /// Begins an item. Returns its `output_index` and its id.
    fn begin_item(&mut self, prefix: &str) -> (usize, String) {
        let output_index = self.output.len();
        self.output.push(None);
        (output_index, item_id(prefix, &self.identity.id, output_index))
    }

    fn added(&mut self, output_index: usize, item: Option<Box<RawValue>>, out: &mut Vec<u8>) {
        if let Some(item) = item {
            let fields = WithItem {
                output_index,
                item: &item,
            };
            append("response.output_item.added", &mut self.sequence, &fields, out);
        }
    }

    fn done(&mut self, output_index: usize, item: Option<Box<RawValue>>, out: &mut Vec<u8>) {
        if let Some(item) = item {
            let fields = WithItem {
                output_index,
                item: &item,
            };
            append("response.output_item.done", &mut self.sequence, &fields, out);
            if let Some(slot) = self.output.get_mut(output_index) {
                *slot = Some(item);
            }
        }
    }

    /// The items that are complete, in order.
    fn take_output(&mut self) -> Vec<Box<RawValue>> {
        std::mem::take(&mut self.output).into_iter().flatten().collect()
    }
}
