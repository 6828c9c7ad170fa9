//! The items of a provider's stream, as their pieces arrive.

use std::borrow::Cow;

use serde_json::Value;

use super::{Out, ReadEvents, out_all};
use crate::wire::neutral::{Citation, Event, Part, Response};
use crate::wire::responses::annotation::characters;
use crate::wire::responses::read_item::{BETWEEN_MESSAGES, call_id, citations, read_item, signature_of, text};
use crate::wire::responses::read_search::search;
use crate::wire::responses::usage::is_search;

/// The progress of an item.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Its own id and its type, as they came first.
    id: Option<String>,
    kind: Option<String>,
    /// It is a message that counts as thoughts.
    aside: bool,
    /// Text of it went out.
    worded: bool,
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
        self.identify(at, item);
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

    /// Notes what the item at a place is.
    fn identify(&mut self, at: u64, item: &Value) {
        let aside = self.commentary.hides(item);
        let seen = self.seen(at);
        if seen.kind.is_none() {
            seen.id = text(item, "id").map(str::to_owned);
            seen.kind = text(item, "type").map(str::to_owned);
            seen.aside = aside;
        }
    }

    /// Where an item of the whole answer belongs if nothing of it has come. The answer may lack items that have come, so the
    /// id decides. A server that gives an item another id in each event has it at its place, at least.
    pub(super) fn unseen(&self, place: u64, item: &Value) -> Option<u64> {
        let id = text(item, "id");
        if id.is_some() && self.items.values().any(|seen| seen.id.as_deref() == id) {
            return None;
        }

        match self.items.get(&place) {
            None => Some(place),
            Some(seen) if seen.kind.is_none() || seen.kind.as_deref() == text(item, "type") => None,
            Some(_) => self.items.keys().next_back().map(|last| last + 1),
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

        let follows = self.characters > 0;
        let seen = self.seen(at);
        (seen.sent, seen.words) = (true, true);
        if refusal {
            self.refused = true;
            return out(Event::Refusal(text));
        }
        if seen.aside {
            return out(Event::Thinking(text));
        }

        if !std::mem::replace(&mut seen.worded, true) && follows {
            let between = characters(BETWEEN_MESSAGES);
            self.characters += between;
            self.before += between;
            out(Event::Text(BETWEEN_MESSAGES.into()));
        }
        self.characters += characters(&text);
        out(Event::Text(text));
    }

    pub(super) fn citation(&mut self, at: u64, citation: Citation<'_>, out: Out<'_>) {
        let seen = self.seen(at);
        seen.citations += 1;
        if seen.aside {
            return;
        }
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
        self.identify(at, item);
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
            Some("web_search_call") => out_all(search(item).map(Event::WebSearch), out),
            Some("message" | "reasoning") if !self.seen(at).sent => self.whole(item, out),
            _ => {}
        }
    }

    /// Sends an item of which no piece has come.
    fn whole(&mut self, item: &Value, out: Out<'_>) {
        let mut parts = Vec::new();
        read_item(item, self.commentary, &mut self.characters, &mut |part| {
            parts.push(part)
        });
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
