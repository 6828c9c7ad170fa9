//! The items of a provider's stream, as their pieces arrive.

use std::borrow::Cow;

use serde_json::Value;

use super::{Out, ReadEvents, out_all};
use crate::wire::neutral::{Citation, Event, Part, Response};
use crate::wire::responses::annotation::characters;
use crate::wire::responses::read_item::{call_id, citations, read_item, signature_of, text};
use crate::wire::responses::usage::is_search;

/// The progress of an item.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Pieces of it went out, so the whole item must not repeat them.
    pub(super) sent: bool,
    done: bool,
    /// The index of its call.
    call: Option<usize>,
    /// Whether its thoughts come as a summary (`true`) or in full.
    summary: Option<bool>,
    /// The last part of the thoughts.
    part: u64,
    /// The number of citations in the open part.
    citations: usize,
    /// Text of the open part went out.
    pub(super) words: bool,
}

impl Seen {
    /// Whether no piece of this part of the thoughts has come. The parts come in order.
    pub(super) fn lacks(&self, part: Option<u64>) -> bool {
        !self.sent || self.part < part.unwrap_or(0)
    }
}

impl ReadEvents {
    pub(super) fn seen(&mut self, at: u64) -> &mut Seen {
        self.items.entry(at).or_default()
    }

    pub(super) fn added(&mut self, at: u64, item: Option<&Value>, out: Out<'_>) {
        let Some(item) = item else { return };
        let custom = match text(item, "type") {
            Some("function_call") => false,
            Some("custom_tool_call") => true,
            _ => return self.part_added(at),
        };

        let index = self.calls;
        let seen = self.seen(at);
        if seen.call.is_none() {
            seen.call = Some(index);
            self.calls += 1;
            let name = text(item, "name").unwrap_or_default();
            out(Event::ToolStart {
                index,
                id: call_id(item).into(),
                name: name.into(),
                custom,
            });
        }
    }

    pub(super) fn part_added(&mut self, at: u64) {
        self.before = self.characters;
        let seen = self.seen(at);
        (seen.citations, seen.words) = (0, false);
    }

    pub(super) fn words(&mut self, at: u64, text: Option<Cow<'_, str>>, refusal: bool, out: Out<'_>) {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return;
        };

        let seen = self.seen(at);
        (seen.sent, seen.words) = (true, true);
        if refusal {
            self.refused = true;
            out(Event::Refusal(text));
        } else {
            self.characters += characters(&text);
            out(Event::Text(text));
        }
    }

    pub(super) fn citation(&mut self, at: u64, citation: Citation<'_>, out: Out<'_>) {
        self.seen(at).citations += 1;
        out(Event::Citation(citation));
    }

    pub(super) fn part_done(&mut self, at: u64, part: Option<&Value>, out: Out<'_>) {
        let Some(part) = part else { return };
        let before = self.before;
        match text(part, "type") {
            Some("output_text") if !self.seen(at).words => {
                self.words(at, text(part, "text").map(Cow::Borrowed), false, out);
            }
            Some("refusal") if !self.seen(at).words => {
                self.words(at, text(part, "refusal").map(Cow::Borrowed), true, out);
            }
            Some("output_text" | "refusal") => {}
            _ => return,
        }

        let sent = self.seen(at).citations;
        for citation in citations(part, before).into_iter().skip(sent) {
            self.citation(at, citation, out);
        }

        if self.seen(at).sent {
            out(Event::PartEnd);
        }

        self.part_added(at);
    }

    pub(super) fn thoughts(
        &mut self,
        at: u64,
        text: Option<Cow<'_, str>>,
        summary: bool,
        part: Option<u64>,
        out: Out<'_>,
    ) {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return;
        };

        let part = part.unwrap_or(0);
        let seen = self.seen(at);
        // The summary repeats the thoughts: only the form that comes first goes out.
        if *seen.summary.get_or_insert(summary) != summary {
            return;
        }

        if seen.sent && seen.part != part {
            out(Event::Thinking("\n\n".into()));
        }
        (seen.sent, seen.part) = (true, part);
        out(Event::Thinking(text));
    }

    pub(super) fn arguments(&mut self, at: u64, text: Option<Cow<'_, str>>, out: Out<'_>) {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return;
        };

        let seen = self.seen(at);
        if let Some(index) = seen.call {
            seen.sent = true;
            out(Event::ToolArguments { index, text });
        }
    }

    pub(super) fn done(&mut self, at: u64, item: Option<&Value>, out: Out<'_>) {
        let Some(item) = item else { return };
        if std::mem::replace(&mut self.seen(at).done, true) {
            return;
        }

        self.served.searches += u64::from(is_search(item));
        match text(item, "type") {
            Some("reasoning") if self.seen(at).sent => {
                out_all(signature_of(item).map(Event::Signature), out);
                out(Event::PartEnd);
            }
            Some("function_call" | "custom_tool_call") => {
                if self.seen(at).call.is_none() {
                    self.added(at, Some(item), out);
                }
                if !self.seen(at).sent {
                    let whole = text(item, "arguments").or_else(|| text(item, "input"));
                    self.arguments(at, whole.map(Cow::Borrowed), out);
                }
                // Calls whose arguments come by turns end with the answer: a part ends here only if it began last.
                if self.seen(at).call.is_some_and(|call| call + 1 == self.calls) {
                    out(Event::PartEnd);
                }
            }
            Some("message" | "reasoning") if !self.seen(at).sent => self.whole(item, out),
            _ => {}
        }
    }

    /// Sends an item of which no piece has come.
    fn whole(&mut self, item: &Value, out: Out<'_>) {
        let mut parts = Vec::new();
        read_item(item, &mut self.characters, &mut |part| parts.push(part));
        self.refused |= parts.iter().any(|part| matches!(part, Part::Refusal(_)));

        let mut events = Response {
            parts,
            ..Response::default()
        }
        .events();
        events.retain(|event| !matches!(event, Event::Start { .. } | Event::Stop { .. } | Event::End));
        out_all(events, out);
    }
}
