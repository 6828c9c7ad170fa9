//! A provider's stream.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::read_response::{call_id, citation, citations, read_item, signature_of, stop, text};
use super::response::characters;
use super::usage::{is_search, of_usage, served};
use crate::domain::ServiceReport;
use crate::wire::error::ProviderError;
use crate::wire::neutral::{Citation, Event, Part, Response};

/// Reads the events of one answer. A provider that leaves out the pieces and sends only whole parts, whole items or the
/// whole answer is understood too.
#[derive(Debug, Default)]
pub struct ReadEvents {
    started: bool,
    over: bool,
    /// By `output_index`.
    items: BTreeMap<u64, Seen>,
    /// How many calls have begun.
    calls: usize,
    refused: bool,
    served: ServiceReport,
    /// Characters of text in all that has come, and in what came before the part that is open.
    characters: u64,
    before: u64,
}

/// What has come of an item.
#[derive(Debug, Default)]
struct Seen {
    /// Something of it was told already: the whole of it would tell that again.
    told: bool,
    /// It has ended.
    done: bool,
    /// Which call it is.
    call: Option<usize>,
    /// Which of two forms of thoughts it has: the summary, or the thoughts as they are.
    summary: Option<bool>,
    /// Which part of the thoughts came last.
    part: u64,
    /// How many citations the open part has.
    citations: usize,
    /// Text has come of the open part.
    words: bool,
}

impl Seen {
    /// Whether nothing has come of this part of the thoughts. They come in order.
    fn lacks(&self, part: Option<u64>) -> bool {
        !self.told || self.part < part.unwrap_or(0)
    }
}

/// An event, as far as most of them go.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(default)]
    output_index: Option<u64>,
    #[serde(default)]
    summary_index: Option<u64>,
    #[serde(default)]
    content_index: Option<u64>,
    #[serde(borrow, default)]
    delta: Option<&'a RawValue>,
    #[serde(borrow, default)]
    item: Option<&'a RawValue>,
    #[serde(borrow, default)]
    part: Option<&'a RawValue>,
    #[serde(borrow, default)]
    annotation: Option<&'a RawValue>,
    #[serde(borrow, default)]
    response: Option<&'a RawValue>,
    #[serde(borrow, default)]
    text: Option<&'a RawValue>,
    #[serde(borrow, default)]
    refusal: Option<&'a RawValue>,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
}

type Out<'o> = &'o mut dyn FnMut(Event<'_>);

impl ReadEvents {
    /// A stream that begins.
    pub fn new(_includes_reasoning: Option<bool>) -> Self {
        Self::default()
    }

    /// Reads the data of one event.
    pub fn read(&mut self, data: &[u8], out: &mut dyn FnMut(Event<'_>)) {
        if self.over {
            return;
        }
        let Ok(head) = serde_json::from_slice::<Head<'_>>(data) else {
            return;
        };
        let at = head.output_index.unwrap_or(0);
        match head.kind.as_ref() {
            "response.created" | "response.in_progress" | "response.queued" => {
                self.start(value(head.response).as_ref(), out)
            }
            "error" => return self.fail(data, out),
            "response.failed" => {
                let told = head.response.map_or(data, |response| response.get().as_bytes());
                return self.fail(told, out);
            }
            _ => {}
        }
        let known = head.kind.strip_prefix("response.").unwrap_or_default();
        if !known.is_empty() {
            self.start(None, out);
        }
        match known {
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
            "function_call_arguments.done" if !self.seen(at).told => self.arguments(at, string(head.arguments), out),
            "custom_tool_call_input.done" if !self.seen(at).told => self.arguments(at, string(head.input), out),
            "output_item.done" => self.done(at, value(head.item).as_ref(), out),
            "completed" | "incomplete" => self.end(value(head.response).as_ref(), known, out),
            _ => {}
        }
    }

    /// The bytes have ended. Nothing is due: the provider says itself when an answer is complete.
    pub fn finish(&mut self, _out: &mut dyn FnMut(Event<'_>)) {}

    /// How the provider says so far that it serves the call.
    pub fn served(&self) -> ServiceReport {
        self.served
    }

    fn start(&mut self, response: Option<&Value>, out: Out<'_>) {
        if !self.started {
            self.started = true;
            let id = response.and_then(|response| text(response, "id")).map(Cow::Borrowed);
            out(Event::Start { id, tokens: None });
        }
    }

    fn fail(&mut self, told: &[u8], out: Out<'_>) {
        self.over = true;
        out(Event::Error(ProviderError::read(told)));
    }

    fn seen(&mut self, at: u64) -> &mut Seen {
        self.items.entry(at).or_default()
    }

    fn added(&mut self, at: u64, item: Option<&Value>, out: Out<'_>) {
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

    fn part_added(&mut self, at: u64) {
        self.before = self.characters;
        let seen = self.seen(at);
        (seen.citations, seen.words) = (0, false);
    }

    fn words(&mut self, at: u64, text: Option<Cow<'_, str>>, refusal: bool, out: Out<'_>) {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return;
        };
        let seen = self.seen(at);
        (seen.told, seen.words) = (true, true);
        if refusal {
            self.refused = true;
            out(Event::Refusal(text));
        } else {
            self.characters += characters(&text);
            out(Event::Text(text));
        }
    }

    fn citation(&mut self, at: u64, citation: Citation<'_>, out: Out<'_>) {
        self.seen(at).citations += 1;
        out(Event::Citation(citation));
    }

    fn part_done(&mut self, at: u64, part: Option<&Value>, out: Out<'_>) {
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
        let told = self.seen(at).citations;
        for citation in citations(part, before).into_iter().skip(told) {
            self.citation(at, citation, out);
        }
        if self.seen(at).told {
            out(Event::PartEnd);
        }
        self.part_added(at);
    }

    fn thoughts(&mut self, at: u64, text: Option<Cow<'_, str>>, summary: bool, part: Option<u64>, out: Out<'_>) {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return;
        };
        let part = part.unwrap_or(0);
        let seen = self.seen(at);
        // The thoughts and their summary say the same: whichever comes first is told.
        if *seen.summary.get_or_insert(summary) != summary {
            return;
        }
        if seen.told && seen.part != part {
            out(Event::Thinking("\n\n".into()));
        }
        (seen.told, seen.part) = (true, part);
        out(Event::Thinking(text));
    }

    fn arguments(&mut self, at: u64, text: Option<Cow<'_, str>>, out: Out<'_>) {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            return;
        };
        let seen = self.seen(at);
        if let Some(index) = seen.call {
            seen.told = true;
            out(Event::ToolArguments { index, text });
        }
    }

    fn done(&mut self, at: u64, item: Option<&Value>, out: Out<'_>) {
        let Some(item) = item else { return };
        if std::mem::replace(&mut self.seen(at).done, true) {
            return;
        }
        self.served.searches += u64::from(is_search(item));
        match text(item, "type") {
            Some("reasoning") if self.seen(at).told => {
                out_all(signature_of(item).map(Event::Signature), out);
                out(Event::PartEnd);
            }
            Some("function_call" | "custom_tool_call") => {
                if self.seen(at).call.is_none() {
                    self.added(at, Some(item), out);
                }
                if !self.seen(at).told {
                    let whole = text(item, "arguments").or_else(|| text(item, "input"));
                    self.arguments(at, whole.map(Cow::Borrowed), out);
                }
                // Calls that came by turns end with the answer: what ends here has to be what began last.
                if self.seen(at).call.is_some_and(|call| call + 1 == self.calls) {
                    out(Event::PartEnd);
                }
            }
            Some("message" | "reasoning") if !self.seen(at).told => self.whole(item, out),
            _ => {}
        }
    }

    /// Tells an item of which no piece has come.
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

    fn end(&mut self, response: Option<&Value>, kind: &str, out: Out<'_>) {
        self.over = true;
        let none = Value::Null;
        let response = response.unwrap_or(&none);
        let output = response.get("output").and_then(Value::as_array).into_iter().flatten();
        for (at, item) in output.enumerate() {
            // Some providers send no items on the way, or do not say that they end.
            if !self.items.contains_key(&(at as u64)) {
                self.done(at as u64, Some(item), out);
            }
        }
        self.served = self.served.then(served(response));
        let mut stop = stop(response, self.calls > 0, self.refused);
        if kind == "incomplete" && text(response, "status") != Some("incomplete") {
            stop = crate::wire::neutral::Stop::Length;
        }
        out(Event::Stop { stop, sequence: None });
        out_all(response.get("usage").and_then(of_usage).map(Event::Usage), out);
        out(Event::End);
    }
}

fn out_all<'e>(events: impl IntoIterator<Item = Event<'e>>, out: Out<'_>) {
    events.into_iter().for_each(out);
}

fn value(raw: Option<&RawValue>) -> Option<Value> {
    serde_json::from_str(raw?.get()).ok()
}

fn string<'a>(raw: Option<&'a RawValue>) -> Option<Cow<'a, str>> {
    crate::wire::json::unquote(raw?.get())
}
