//! Reads a provider's stream into neutral events.

mod head;
mod items;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use self::head::{Head, string, value};
use self::items::Seen;
use super::read_item::{Commentary, citation, text};
use super::read_response::stop;
use super::usage::{of_usage, served};
use crate::domain::ServiceReport;
use crate::wire::error::ProviderError;
use crate::wire::neutral::{Event, Stop};

/// Reads the events of one answer. The provider may leave out the pieces and send only whole parts, whole items or the
/// whole answer.
#[derive(Debug, Default)]
pub struct ReadEvents {
    commentary: Commentary,
    started: bool,
    over: bool,
    /// The items by their `output_index`.
    items: BTreeMap<u64, Seen>,
    /// The number of calls that have begun.
    calls: usize,
    refused: bool,
    served: ServiceReport,
    /// Characters of text so far.
    characters: u64,
    /// Characters of text before the open part.
    before: u64,
}

/// The receiver of the neutral events.
type Out<'o> = &'o mut dyn FnMut(Event<'_>);

impl ReadEvents {
    /// A stream that has not begun.
    pub fn new(commentary: Commentary) -> Self {
        Self {
            commentary,
            ..Self::default()
        }
    }

    /// Reads the data of one event.
    pub fn read(&mut self, data: &[u8], out: &mut dyn FnMut(Event<'_>)) {
        if self.over {
            return;
        }
        let Ok(head) = serde_json::from_slice::<Head<'_>>(data) else {
            return;
        };

        match head.kind.as_ref() {
            "response.created" | "response.in_progress" | "response.queued" => {
                self.start(value(head.response).as_ref(), out)
            }
            "error" => return self.fail(data, out),
            "response.failed" => {
                let error = head.response.map_or(data, |response| response.get().as_bytes());
                return self.fail(error, out);
            }
            _ => {}
        }

        let known = head.kind.strip_prefix("response.").unwrap_or_default();
        if !known.is_empty() {
            self.start(None, out);
        }

        match known {
            "completed" | "incomplete" => self.end(value(head.response).as_ref(), known, out),
            _ => self.read_piece(known, &head, out),
        }
    }

    /// Reads an event of an item. `kind`: its type without `response.`.
    fn read_piece(&mut self, kind: &str, head: &Head<'_>, out: Out<'_>) {
        let at = head.output_index.unwrap_or(0);
        match kind {
            "output_item.added" => self.added(at, value(head.item).as_ref(), out),
            "content_part.added" => self.part_added(at),
            "output_text.delta" => self.words(at, string(head.delta), false, out),
            "refusal.delta" => self.words(at, string(head.delta), true, out),
            "output_text.done" if !self.seen(at).words => self.words(at, string(head.text), false, out),
            "refusal.done" if !self.seen(at).words => self.words(at, string(head.refusal), true, out),
            "output_text.annotation.added" => {
                let (annotation, before) = (value(head.annotation), self.before);
                if let Some(citation) = annotation.as_ref().and_then(|annotation| citation(annotation, before)) {
                    self.citation(at, citation, out);
                }
            }
            "content_part.done" => self.part_done(at, value(head.part).as_ref(), out),
            "reasoning_summary_text.delta" => self.thoughts(at, string(head.delta), true, head.summary_index, out),
            "reasoning_text.delta" => self.thoughts(at, string(head.delta), false, head.content_index, out),
            "reasoning_summary_text.done" if self.seen(at).lacks(head.summary_index) => {
                self.thoughts(at, string(head.text), true, head.summary_index, out);
            }
            "reasoning_text.done" if self.seen(at).lacks(head.content_index) => {
                self.thoughts(at, string(head.text), false, head.content_index, out);
            }
            "function_call_arguments.delta" | "custom_tool_call_input.delta" => {
                self.arguments(at, string(head.delta), out)
            }
            "function_call_arguments.done" if !self.seen(at).sent => self.arguments(at, string(head.arguments), out),
            "custom_tool_call_input.done" if !self.seen(at).sent => self.arguments(at, string(head.input), out),
            "output_item.done" => self.done(at, value(head.item).as_ref(), out),
            _ => {}
        }
    }

    /// Does nothing after the last byte: the provider has an event for the end of an answer.
    pub fn finish(&mut self, _out: &mut dyn FnMut(Event<'_>)) {}

    /// How the provider has served the call, as it has reported so far.
    pub fn service(&self) -> ServiceReport {
        self.served
    }

    fn start(&mut self, response: Option<&Value>, out: Out<'_>) {
        if !self.started {
            self.started = true;
            let id = response.and_then(|response| text(response, "id")).map(Cow::Borrowed);
            out(Event::Start { id, tokens: None });
        }
    }

    fn fail(&mut self, error: &[u8], out: Out<'_>) {
        self.over = true;
        out(Event::Error(ProviderError::read(error)));
    }

    fn end(&mut self, response: Option<&Value>, kind: &str, out: Out<'_>) {
        self.over = true;
        let none = Value::Null;
        let response = response.unwrap_or(&none);
        let output = response.get("output").and_then(Value::as_array).into_iter().flatten();
        for (place, item) in output.enumerate() {
            // Some providers send no items before the end, or no end of an item.
            if let Some(at) = self.unseen(place as u64, item) {
                self.done(at, Some(item), out);
            }
        }

        self.served = self.served.then(served(response));
        let mut stop = stop(response, self.calls > 0, self.refused);
        if kind == "incomplete" && text(response, "status") != Some("incomplete") {
            stop = Stop::Length;
        }

        out(Event::Stop { stop, sequence: None });
        out_all(response.get("usage").and_then(of_usage).map(Event::Usage), out);
        out(Event::End);
    }
}

fn out_all<'e>(events: impl IntoIterator<Item = Event<'e>>, out: Out<'_>) {
    events.into_iter().for_each(out);
}
