//! Watches a chat stream that is forwarded to a client that speaks chat.

use serde_json::Value;

use crate::domain::{Protocol, ServiceReport, Tokens};
use crate::wire::event_stream::{EventWatch, Metered, StreamEnd};
use crate::wire::json::{JsonError, Walk};
use crate::wire::reported::Reported;
use crate::wire::sse::EventAction;
use crate::wire::{content, usage};

/// The watcher of a stream, with what the stream has reported so far.
#[derive(Clone, Debug)]
pub struct PassthroughWatch {
    /// The client did not ask for usage: it does not get the extra chunk that carries it.
    hide_usage: bool,
    includes_reasoning: Option<bool>,
    tokens: Option<Tokens>,
    served: ServiceReport,
    /// A chunk named a tier, known or not. Later chunks name the same.
    tier_named: bool,
    text_bytes: usize,
    finished: bool,
    done: bool,
    content: bool,
    error: Option<Box<Reported>>,
}

impl PassthroughWatch {
    /// A stream that has not begun. `show_usage`: the client asked for the usage chunk. `includes_reasoning`: whether the
    /// provider counts thinking inside `completion_tokens`, if that is known.
    pub fn new(show_usage: bool, includes_reasoning: Option<bool>) -> Self {
        Self {
            hide_usage: !show_usage,
            includes_reasoning,
            tokens: None,
            served: ServiceReport::default(),
            tier_named: false,
            text_bytes: 0,
            finished: false,
            done: false,
            content: false,
            error: None,
        }
    }

    /// Reads an event before which no content came. There are few of them, so each is parsed.
    fn opening(&mut self, data: &[u8]) {
        match serde_json::from_slice::<Value>(data) {
            Ok(event) => match Reported::in_event(&event) {
                Some(reported) => {
                    self.error.get_or_insert(Box::new(reported));
                }
                None => self.content = content::carries(Protocol::OpenaiChat, &event),
            },
            Err(_) => self.content = true,
        }
    }
}

impl EventWatch for PassthroughWatch {
    fn judge(&mut self, data: &[u8]) -> EventAction {
        if data == b"[DONE]" {
            self.done = true;
            return EventAction::Forward;
        }

        if !self.content {
            self.opening(data);
        }
        self.text_bytes += usage::text_bytes(data);
        self.finished = self.finished || says(data, b"finish_reason\"", |value| value.starts_with(b"\""));
        if fails(data) || says(data, b"\"error\"", |value| !value.starts_with(b"null")) && has_error(data) {
            self.error.get_or_insert_with(|| Box::new(Reported::read(data)));
        }

        // Most chunks have `"usage":null` or no such field. Only the others are parsed, and the first that names a tier.
        let names_tier = !self.tier_named && says(data, b"\"service_tier\"", |value| value.starts_with(b"\""));
        self.tier_named |= names_tier;
        if names_tier || says(data, b"\"usage\"", |value| !value.starts_with(b"null")) {
            let chunk = usage::of_chunk(data, self.includes_reasoning);
            self.tokens = chunk.usage.tokens.or(self.tokens);
            self.served = self.served.then(chunk.usage.service);
            if chunk.alone && self.hide_usage {
                return EventAction::Drop;
            }
        }

        EventAction::Forward
    }

    fn is_whole(&self, data: &[u8]) -> bool {
        data == b"[DONE]" || serde_json::from_slice::<serde::de::IgnoredAny>(data).is_ok()
    }

    fn end(&self) -> StreamEnd {
        match self {
            Self { error: Some(_), .. } => StreamEnd::Failed,
            Self { done: true, .. } | Self { finished: true, .. } => StreamEnd::Complete,
            _ => StreamEnd::Cut,
        }
    }

    fn is_done(&self) -> bool {
        self.done
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
        self.error.as_deref()
    }
}

/// Whether the reason to finish is a failure, as OpenRouter and Z.AI write it.
fn fails(data: &[u8]) -> bool {
    says(data, b"\"finish_reason\"", |value| {
        value.starts_with(b"\"error\"") || value.starts_with(b"\"network_error\"")
    })
}

/// Whether `key` stands somewhere in the data before a value that passes. It is a cheap test before a parse: text inside
/// strings may match too.
fn says(data: &[u8], key: &[u8], passes: impl Fn(&[u8]) -> bool) -> bool {
    memchr::memmem::find_iter(data, key).any(|at| passes(usage::value_after(data, at + key.len())))
}

/// Whether the object has an `error` that is not null, or is itself an error, as Mistral's are.
fn has_error(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };

    let mut error = false;
    let walked = Walk::new(text).object(|key, value| {
        error |= match key.of(text) {
            "\"error\"" => value.of(text) != "null",
            "\"object\"" => value.of(text) == "\"error\"",
            _ => false,
        };
        Ok::<_, JsonError>(())
    });

    walked.is_ok() && error
}

#[cfg(test)]
mod tests;
