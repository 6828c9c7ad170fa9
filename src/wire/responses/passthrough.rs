//! Watches a stream of the Responses protocol that is forwarded to a client of the same protocol.

use serde::Deserialize;
use serde_json::Value;

use super::own_events::BegunResponse;
use super::usage;
use crate::domain::{Protocol, ServiceReport, Tokens};
use crate::wire::content;
use crate::wire::error::ApiError;
use crate::wire::event_stream::{EventWatch, Metered, StreamEnd};
use crate::wire::reported::Reported;
use crate::wire::sse::EventAction;
use crate::wire::usage::value_after;

/// The watcher of a stream. The client gets every event.
#[derive(Debug, Default)]
pub struct PassthroughWatch {
    ending: Option<StreamEnd>,
    tokens: Option<Tokens>,
    served: ServiceReport,
    text_bytes: usize,
    content: bool,
    failed: Option<Box<Reported>>,
    /// Whether the last event has passed. An `error` is not the last one: `response.failed` may follow.
    over: bool,
    /// The answer, once it has begun.
    begun: BegunResponse,
}

/// The event that ends a stream.
#[derive(Deserialize)]
struct Last {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    response: Value,
}

/// The event that ends an item.
#[derive(Deserialize)]
struct Item {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    item: Value,
}

/// The types of the events that end a stream, cheap to search for. Text may contain them too.
const LAST: [&[u8]; 4] = [
    b"\"response.completed\"",
    b"\"response.incomplete\"",
    b"\"response.failed\"",
    b"\"error\"",
];

impl PassthroughWatch {
    /// A stream that has not begun.
    pub fn new() -> Self {
        Self::default()
    }

    fn last(&mut self, data: &[u8]) {
        let Ok(last) = serde_json::from_slice::<Last>(data) else {
            return self.strange(data);
        };

        match last.kind.as_str() {
            "response.completed" | "response.incomplete" => {
                self.ending.get_or_insert(StreamEnd::Complete);
            }
            "response.failed" | "error" => {
                self.failed.get_or_insert_with(|| Box::new(Reported::read(data)));
                self.ending = Some(StreamEnd::Failed);
            }
            _ => return,
        }
        self.over = last.kind != "error";

        self.tokens = usage::tokens(&last.response).or(self.tokens);
        self.served = self.served.then(usage::served(&last.response));
    }

    /// Reads an event that is none of this protocol: it may be an error in another one's shape.
    fn strange(&mut self, data: &[u8]) {
        let event = serde_json::from_slice::<Value>(data);
        if let Some(reported) = event.ok().as_ref().and_then(Reported::in_event) {
            self.failed.get_or_insert(Box::new(reported));
            self.ending = Some(StreamEnd::Failed);
        }
    }

    /// Reads an event before which no content came. There are few of them, so each is parsed.
    fn opening(&mut self, data: &[u8]) {
        match serde_json::from_slice::<Value>(data) {
            Ok(event) => match Reported::in_event(&event) {
                Some(reported) => {
                    self.failed.get_or_insert(Box::new(reported));
                    self.ending = Some(StreamEnd::Failed);
                }
                None => {
                    self.content = content::carries(Protocol::OpenaiResponses, &event);
                    if !self.begun.is_known()
                        && let Some(begun) = event.get("response").and_then(BegunResponse::read)
                    {
                        self.begun = begun;
                    }
                }
            },
            Err(_) => self.content = true,
        }
    }

    /// Counts searches: they cost money even if the answer never ends.
    fn item(&mut self, data: &[u8]) {
        let Ok(event) = serde_json::from_slice::<Item>(data) else {
            return;
        };

        if event.kind == "response.output_item.done" && usage::is_search(&event.item) {
            self.served.searches += 1;
        }
    }
}

impl EventWatch for PassthroughWatch {
    fn judge(&mut self, data: &[u8]) -> EventAction {
        if !self.content {
            self.opening(data);
        }

        let kind = kind(data);
        if is_piece(kind) {
            self.text_bytes += after(data, b"\"delta\"").map_or(0, string_length);
        } else if kind == b"response.output_item.done" {
            if memchr::memmem::find(data, b"\"web_search_call\"").is_some() {
                self.item(data);
            }
        } else if LAST.iter().any(|kind| memchr::memmem::find(data, kind).is_some()) {
            self.last(data);
        }

        EventAction::Forward
    }

    fn end(&self) -> StreamEnd {
        self.ending.unwrap_or(StreamEnd::Cut)
    }

    fn is_done(&self) -> bool {
        self.over
    }

    fn tells_failure(&self) -> bool {
        self.over
    }

    /// Some clients read only the first of the two events, some only the second. The first is left out if the provider has
    /// sent its own.
    fn fail(&self, name: &[u8], number: u64, error: &ApiError) -> Option<Vec<u8>> {
        let (mut number, mut out) = (number, Vec::new());
        if self.failed.is_none() {
            out.extend_from_slice(error.responses_event(number).as_bytes());
            number += 1;
        }
        out.extend(self.begun.failed(name, number, error));
        Some(out)
    }

    fn keepalive(&self, name: &[u8], number: u64) -> Option<Vec<u8>> {
        Some(self.begun.in_progress(name, number.saturating_sub(1)))
    }

    fn metered(&self) -> Metered {
        Metered {
            tokens: self.tokens,
            service: self.served,
            text_bytes: self.text_bytes,
            ..Metered::default()
        }
    }

    fn has_content(&self) -> bool {
        self.content
    }

    fn error(&self) -> Option<&Reported> {
        self.failed.as_deref()
    }
}

/// The first type in the event: its own, unless the host writes it after the event's contents.
fn kind(data: &[u8]) -> &[u8] {
    let kind = after(data, b"\"type\"").unwrap_or_default();
    kind.get(1..)
        .and_then(|kind| kind.get(..memchr::memchr(b'"', kind)?))
        .unwrap_or_default()
}

/// Whether the event carries a piece of text, thoughts or arguments. No part of an answer has a type like theirs.
fn is_piece(kind: &[u8]) -> bool {
    kind.starts_with(b"response.") && kind.ends_with(b".delta")
}

/// The value after the first `key`. A string cannot contain the key, since its quotes would be escaped.
fn after<'d>(data: &'d [u8], key: &[u8]) -> Option<&'d [u8]> {
    memchr::memmem::find(data, key).map(|at| value_after(data, at + key.len()))
}

/// The length in bytes of the string that starts here, without its quotes; 0 if it is no string.
fn string_length(value: &[u8]) -> usize {
    let Some(inner) = value.strip_prefix(b"\"") else {
        return 0;
    };

    let mut at = 0;
    while let Some(found) = inner.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if inner.get(at) == Some(&b'"') {
            return at;
        }
        at += 2;
    }

    inner.len()
}
