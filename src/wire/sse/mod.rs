//! Server-sent events, read while they pass: bytes go on as they came, whole events at a time, and each event is shown
//! to a judge that may keep it from the client.
//!
//! Any split of the stream gives the same events and, in sum, the same bytes. Lines may end in LF, CR or CRLF; comments
//! and a byte order mark are passed on. Only the event that has begun and not ended is held back: no client could act
//! on part of one, and a stream that breaks can then still end in a clean error event.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use bytes::Bytes;

use super::json::Span;

/// The longest event that is held where nothing else is said, in bytes: pictures come in one event, and the last event of
/// the Responses protocol repeats the whole answer.
pub const MAX_EVENT: usize = 32 << 20;

/// An event grew beyond what the reader may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event of the stream is too long")]
pub struct EventTooLong;

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventAction {
    /// The client gets it.
    Forward,
    /// The client does not.
    Drop,
    /// The client gets it with this part of its data replaced by the reader's own text ([`EventReader::with_text`]).
    Replace(Span),
}

/// The reader's memory between chunks.
#[derive(Debug)]
pub struct EventReader {
    /// The longest event that is held, in bytes.
    longest: usize,
    /// The bytes of the event that has begun in earlier chunks.
    held: Vec<u8>,
    /// Whether the current line has bytes.
    in_line: bool,
    /// Whether the current line is a comment.
    comment: bool,
    /// Whether the current event has a line that is not a comment.
    has_fields: bool,
    /// The last byte was CR: a following LF belongs to it.
    after_cr: bool,
    /// The last event was hidden, so that an LF which still belongs to it is hidden too.
    hid_last: bool,
    /// What is put in the place of what a judge wants swapped.
    text: Bytes,
}

impl Default for EventReader {
    fn default() -> Self {
        Self {
            longest: MAX_EVENT,
            held: Vec::new(),
            in_line: false,
            comment: false,
            has_fields: false,
            after_cr: false,
            hid_last: false,
            text: Bytes::new(),
        }
    }
}

impl EventReader {
    /// A reader that puts `text` in the place of what a judge wants swapped.
    pub fn with_text(text: Bytes) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    /// The same reader, which holds events of at most so many bytes.
    #[must_use]
    pub fn holding(self, longest: usize) -> Self {
        Self { longest, ..self }
    }

    /// How many bytes it holds now, of an event that has begun and not ended.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// Takes a chunk of the stream; `out` gets what may go to the client now, `judge` sees each event that ends in it.
    ///
    /// # Errors
    /// If an event is longer than what it may hold; nothing of it goes out.
    pub fn push(
        &mut self,
        chunk: &Bytes,
        mut judge: impl FnMut(&[u8]) -> EventAction,
        mut out: impl FnMut(Bytes),
    ) -> Result<(), EventTooLong> {
        let bytes: &[u8] = chunk;
        // `open` is where the current event starts, `run` where what can go out starts: `run..open` is decided.
        let (mut at, mut open, mut run) = (0, 0, 0);
        if self.after_cr && bytes.first() == Some(&b'\n') {
            at = 1;
            if self.held.is_empty() {
                open = 1;
                if self.hid_last {
                    run = 1;
                }
            }
        }
        self.after_cr = self.after_cr && bytes.is_empty();
        // From the first swap on, what goes out of this chunk is gathered in one piece.
        let mut edited = Vec::new();
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            if !self.in_line {
                self.comment = rest.first() == Some(&b':');
            }
            let Some(length) = memchr::memchr2(b'\n', b'\r', rest) else {
                self.in_line = true;
                self.has_fields |= !self.comment;
                break;
            };
            let empty = !self.in_line && length == 0;
            self.has_fields |= !empty && !self.comment;
            at += length + 1;
            if rest.get(length) == Some(&b'\r') {
                match bytes.get(at) {
                    Some(b'\n') => at += 1,
                    Some(_) => {}
                    None => self.after_cr = true,
                }
            }
            self.in_line = false;
            if empty {
                let part = bytes.get(open..at).unwrap_or_default();
                let verdict = self.end_event(part, &mut judge);
                self.hid_last = verdict == EventAction::Drop;
                self.has_fields = false;
                if verdict != EventAction::Forward || !self.held.is_empty() {
                    // What was decided before this event goes first.
                    if edited.is_empty() {
                        send(chunk, run, open, &mut out);
                    } else {
                        edited.extend_from_slice(bytes.get(run..open).unwrap_or_default());
                    }
                    run = at;
                }
                let held = std::mem::take(&mut self.held);
                match verdict {
                    EventAction::Forward if held.is_empty() => {}
                    EventAction::Forward => out(Bytes::from(held)),
                    EventAction::Drop => {}
                    EventAction::Replace(span) => {
                        let event = if held.is_empty() { part } else { &held };
                        swap(event, span, &self.text, &mut edited);
                    }
                }
                open = at;
            } else if !self.has_fields {
                // A comment between events: a keep-alive must not wait for the next event.
                self.hid_last = false;
                if !self.held.is_empty() {
                    let mut held = std::mem::take(&mut self.held);
                    held.extend_from_slice(bytes.get(open..at).unwrap_or_default());
                    out(held.into());
                    run = at;
                }
                open = at;
            }
        }
        if edited.is_empty() {
            send(chunk, run, open, &mut out);
        } else {
            edited.extend_from_slice(bytes.get(run..open).unwrap_or_default());
            out(edited.into());
        }
        let rest = bytes.get(open..).unwrap_or_default();
        if self.held.len() + rest.len() > self.longest {
            return Err(EventTooLong);
        }
        self.held.extend_from_slice(rest);
        Ok(())
    }

    /// Ends the stream: what was held of an event that has not ended, for a stream that is complete without its last
    /// blank line.
    pub fn finish(&mut self, judge: impl FnMut(&[u8]) -> EventAction) -> Option<Bytes> {
        let mut held = std::mem::take(&mut self.held);
        match if held.is_empty() {
            EventAction::Drop
        } else {
            judge_raw(&held, judge)
        } {
            EventAction::Forward => {}
            EventAction::Drop => return None,
            EventAction::Replace(span) => {
                let mut edited = Vec::new();
                swap(&held, span, &self.text, &mut edited);
                held = edited;
            }
        }
        held.extend_from_slice(b"\n\n");
        Some(held.into())
    }

    /// Judges the event whose last part is `part`; adds the part to what is held, if anything is.
    fn end_event(&mut self, part: &[u8], judge: &mut impl FnMut(&[u8]) -> EventAction) -> EventAction {
        if self.held.is_empty() {
            return if self.has_fields {
                judge_raw(part, judge)
            } else {
                EventAction::Forward
            };
        }
        self.held.extend_from_slice(part);
        if self.has_fields {
            judge_raw(&self.held, judge)
        } else {
            EventAction::Forward
        }
    }
}

fn send(chunk: &Bytes, from: usize, to: usize, out: &mut impl FnMut(Bytes)) {
    if from < to {
        out(if from == 0 && to == chunk.len() {
            chunk.clone()
        } else {
            chunk.slice(from..to)
        });
    }
}

/// Appends the event `raw` with `span` of its data replaced.
fn swap(raw: &[u8], span: Span, text: &[u8], out: &mut Vec<u8>) {
    let Some(data) = data(raw) else {
        return out.extend_from_slice(raw);
    };
    let (Some(head), Some(tail)) = (data.get(..span.start), data.get(span.end..)) else {
        return out.extend_from_slice(raw);
    };
    out.reserve(raw.len() + text.len());
    let place = match &data {
        // One line of data: it stands in the event as it is.
        Cow::Borrowed(data) => memchr::memmem::find(raw, data),
        Cow::Owned(_) => None,
    };
    match place {
        Some(at) => {
            out.extend_from_slice(raw.get(..at + span.start).unwrap_or_default());
            out.extend_from_slice(text);
            out.extend_from_slice(raw.get(at + span.end..).unwrap_or_default());
        }
        // Several lines of data, which hardly anybody sends: JSON reads the same with spaces for the line ends.
        None => {
            if let Some(name) = name(raw) {
                out.extend_from_slice(b"event: ");
                out.extend_from_slice(name);
                out.push(b'\n');
            }
            out.extend_from_slice(b"data: ");
            let line = |part: &[u8], out: &mut Vec<u8>| {
                out.extend(part.iter().map(|&byte| if byte == b'\n' { b' ' } else { byte }));
            };
            line(head, out);
            out.extend_from_slice(text);
            line(tail, out);
            out.extend_from_slice(b"\n\n");
        }
    }
}

/// The name of an event, from its last `event` line.
fn name(raw: &[u8]) -> Option<&[u8]> {
    let lines = raw.split(|byte| matches!(byte, b'\n' | b'\r'));
    lines
        .filter_map(|line| line.strip_prefix(b"event:"))
        .next_back()
        .map(<[u8]>::trim_ascii)
}

fn judge_raw(raw: &[u8], mut judge: impl FnMut(&[u8]) -> EventAction) -> EventAction {
    match data(raw) {
        Some(data) => judge(&data),
        None => EventAction::Forward,
    }
}

/// The data of an event: its `data` lines without their names, joined by LF; `None` if it has none.
pub fn data(raw: &[u8]) -> Option<Cow<'_, [u8]>> {
    let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    let mut joined: Option<Cow<'_, [u8]>> = None;
    let mut rest = raw;
    while !rest.is_empty() {
        let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let (line, after) = rest.split_at(end);
        // An LF after a CR reads as one more empty line here, which says nothing.
        rest = after.get(1..).unwrap_or_default();
        let Some(value) = line.strip_prefix(b"data") else {
            continue;
        };
        let value = match value.split_first() {
            None => value,
            Some((b':', value)) => value.strip_prefix(b" ").unwrap_or(value),
            Some(_) => continue,
        };
        joined = Some(match joined {
            None => Cow::Borrowed(value),
            Some(before) => {
                let mut before = before.into_owned();
                before.push(b'\n');
                before.extend_from_slice(value);
                Cow::Owned(before)
            }
        });
    }
    joined
}
