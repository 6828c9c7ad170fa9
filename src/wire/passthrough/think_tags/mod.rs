//! Answers of chat whose thoughts come as `<think>…</think>`, for clients that speak chat too: the thoughts move into
//! `reasoning_content`, and all else stays as it came.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use serde_json::Value;

use crate::wire::answer_note::AnswerNote;
use crate::wire::error::ApiError;
use crate::wire::event_stream::{EventStream, Metered, StreamEnd};
use crate::wire::neutral::{Event, ThinkTags};
use crate::wire::reported::Reported;
use crate::wire::sse::{EventAction, EventReader, EventTooLong};

/// A whole answer with its thoughts apart; `None` if it has none in tags.
pub fn without_think_tags(answer: &[u8]) -> Option<Vec<u8>> {
    memchr::memmem::find(answer, b"<think>")?;
    let mut answer: Value = serde_json::from_slice(answer).ok()?;

    let mut changed = false;
    for choice in answer.get_mut("choices")?.as_array_mut()? {
        if let Some(message) = choice.get_mut("message") {
            changed |= Tags::default().take_out(message, true);
        }
    }
    changed.then(|| answer.to_string().into_bytes())
}

/// A forwarded stream whose events are changed as long as thoughts may come in tags.
pub(super) struct WithoutThinkTags {
    inner: Box<dyn EventStream + Send>,
    reader: EventReader,
    /// One for each choice.
    choices: Vec<Tags>,
}

/// The tags of one choice.
struct Tags {
    tags: ThinkTags,
    over: bool,
}

impl Default for Tags {
    fn default() -> Self {
        Self {
            tags: ThinkTags::new(true),
            over: false,
        }
    }
}

impl WithoutThinkTags {
    pub(super) fn new(inner: Box<dyn EventStream + Send>, longest_event: usize) -> Self {
        Self {
            inner,
            reader: EventReader::default().holding(longest_event),
            choices: Vec::new(),
        }
    }

    /// Whether nothing is left to change, and no event has begun.
    fn is_over(&self) -> bool {
        !self.choices.is_empty() && self.choices.iter().all(|tags| tags.over) && self.reader.held() == 0
    }
}

impl EventStream for WithoutThinkTags {
    fn push(&mut self, chunk: &Bytes, out: &mut Vec<Bytes>) -> Result<(), EventTooLong> {
        if self.is_over() {
            return self.inner.push(chunk, out);
        }

        let (mut changed, mut comments) = (Vec::new(), Vec::new());
        let choices = &mut self.choices;
        let judge = |data: &[u8]| {
            append_event(choices, data, &mut changed);
            EventAction::Drop
        };
        let read = self.reader.push(chunk, judge, |comment| comments.push(comment));

        for comment in comments {
            self.inner.push(&comment, out)?;
        }
        self.inner.push(&changed.into(), out)?;
        read
    }

    fn finish(&mut self) -> Option<Bytes> {
        let mut changed = Vec::new();
        let choices = &mut self.choices;
        self.reader.finish(|data| {
            append_event(choices, data, &mut changed);
            EventAction::Drop
        });

        let mut out = Vec::new();
        let _ = self.inner.push(&changed.into(), &mut out);
        out.extend(self.inner.finish());
        (!out.is_empty()).then(|| out.concat().into())
    }

    fn fail(&mut self, error: &ApiError) -> Bytes {
        self.inner.fail(error)
    }

    fn keepalive(&mut self) -> Option<Bytes> {
        self.inner.keepalive()
    }

    fn end(&self) -> StreamEnd {
        self.inner.end()
    }

    fn is_done(&self) -> bool {
        self.inner.is_done()
    }

    fn has_content(&self) -> bool {
        self.inner.has_content()
    }

    fn held(&self) -> usize {
        self.reader.held() + self.inner.held()
    }

    fn metered(&self) -> Metered {
        let mut metered = self.inner.metered();
        let has_tags = self.choices.iter().any(|choice| choice.tags.has_found());
        metered.notes = metered.notes.with(AnswerNote::ThinkTags, has_tags);
        metered
    }

    fn error(&self) -> Option<&Reported> {
        self.inner.error()
    }

    fn shows_error(&self) -> bool {
        self.inner.shows_error()
    }
}

/// Appends an event with its thoughts apart, or as it came.
fn append_event(choices: &mut Vec<Tags>, data: &[u8], out: &mut Vec<u8>) {
    let changed = serde_json::from_slice::<Value>(data)
        .ok()
        .and_then(|mut chunk| take_out_of_chunk(choices, &mut chunk).then_some(chunk));

    out.extend_from_slice(b"data: ");
    match changed {
        Some(chunk) => out.extend_from_slice(chunk.to_string().as_bytes()),
        None => out.extend_from_slice(data),
    }
    out.extend_from_slice(b"\n\n");
}

/// Moves the thoughts of a chunk. Returns whether it changed.
fn take_out_of_chunk(choices: &mut Vec<Tags>, chunk: &mut Value) -> bool {
    let Some(list) = chunk.get_mut("choices").and_then(Value::as_array_mut) else {
        return false;
    };

    let mut changed = false;
    for choice in list {
        let index = choice.get("index").and_then(Value::as_u64).unwrap_or(0) as usize;
        let ends = choice.get("finish_reason").is_some_and(Value::is_string);
        let Some(delta) = choice.get_mut("delta").filter(|delta| delta.is_object()) else {
            continue;
        };

        // The gateway asks for few choices, if for more than one.
        if index >= choices.len() && index < MOST_CHOICES {
            choices.resize_with(index + 1, Tags::default);
        }
        if let Some(tags) = choices.get_mut(index) {
            changed |= tags.take_out(delta, ends);
        }
    }
    changed
}

/// The most choices whose thoughts are looked for.
const MOST_CHOICES: usize = 128;

impl Tags {
    /// Moves the thoughts of a message or a delta. `ends`: no more of it comes. Returns whether it changed.
    fn take_out(&mut self, message: &mut Value, ends: bool) -> bool {
        if self.over {
            return false;
        }

        let (mut thoughts, mut text) = (String::new(), String::new());
        let has_text = |key: &str| {
            let value = message.get(key).and_then(Value::as_str);
            value.is_some_and(|text| !text.is_empty())
        };
        let has_thoughts = has_text("reasoning_content") || has_text("reasoning");
        let calls = message.get("tool_calls").is_some_and(|calls| calls.is_array());
        let content = message.get("content").and_then(Value::as_str).map(str::to_owned);

        let mut collect = |event: Event<'_>| match event {
            Event::Thinking(more) => thoughts.push_str(&more),
            Event::Text(more) => text.push_str(&more),
            _ => {}
        };
        if has_thoughts {
            self.tags.pass(Event::PartEnd, &mut collect);
            self.over = true;
        }
        if let Some(content) = &content {
            if self.over {
                collect(Event::Text(content.into()));
            } else {
                self.tags.pass(Event::Text(content.into()), &mut collect);
            }
        }
        if ends || calls {
            self.tags.pass(Event::End, &mut collect);
        }
        self.over |= ends || calls || self.tags.is_over();

        if thoughts.is_empty() && content.unwrap_or_default() == text {
            return false;
        }
        if !thoughts.is_empty() {
            message["reasoning_content"] = thoughts.into();
        }
        message["content"] = text.into();
        true
    }
}
