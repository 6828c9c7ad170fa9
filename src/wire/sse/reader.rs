//! The reader of a stream of events: holds the event that has begun, and sends whole ones on.

use bytes::Bytes;

use super::action::EventAction;
use super::event;

/// The longest event that is held by default, in bytes: pictures come in one event, and the last event of the Responses
/// protocol repeats the whole answer.
pub const MAX_EVENT: usize = 32 << 20;

/// An event grew beyond what the reader may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event of the stream is too long")]
pub struct EventTooLong;

/// Splits a stream into events, and forwards them. It holds what it has to remember between two chunks.
#[derive(Debug)]
pub struct EventReader {
    /// The longest event that is held, in bytes.
    longest: usize,
    /// The bytes of the event that has begun in earlier chunks.
    pub(super) held: Vec<u8>,
    /// Whether the current line has bytes.
    in_line: bool,
    /// Whether the current line is a comment.
    comment: bool,
    /// Whether the current event has a line that is not a comment.
    has_fields: bool,
    /// The last byte was CR: an LF that follows belongs to it.
    after_cr: bool,
    /// The last event was hidden, so that an LF which still belongs to it is hidden too.
    hid_last: bool,
    /// The text that takes the place of a part of an event ([`EventAction::Replace`]).
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

/// How far the reader is in one chunk.
#[derive(Default)]
struct Progress {
    /// The next byte to look at.
    at: usize,
    /// The start of the current event.
    open: usize,
    /// The start of the bytes that can go out: `run..open` is decided.
    run: usize,
    /// From the first replacement on, all that goes out of this chunk, in one piece.
    edited: Vec<u8>,
}

enum Line {
    /// It ends the event.
    Blank,
    Full,
}

impl EventReader {
    /// A reader that puts `text` in the place of the parts that a judge replaces.
    pub fn with_text(text: Bytes) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    /// The same reader with `longest` as the most bytes that one event may have.
    #[must_use]
    pub fn holding(self, longest: usize) -> Self {
        Self { longest, ..self }
    }

    /// Bytes in memory of an event that has begun and not ended.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// Takes a chunk of the stream; `out` gets what may go to the client now, `judge` sees each event that ends in it.
    ///
    /// # Errors
    /// If an event is longer than the reader may hold; no part of it goes out.
    pub fn push(
        &mut self,
        chunk: &Bytes,
        mut judge: impl FnMut(&[u8]) -> EventAction,
        mut out: impl FnMut(Bytes),
    ) -> Result<(), EventTooLong> {
        let mut progress = self.begin(chunk);

        while let Some(line) = self.next_line(chunk, &mut progress) {
            match line {
                Line::Blank => self.end_event(chunk, &mut progress, &mut judge, &mut out),
                // A comment between events: a keep-alive must not wait for the next event.
                Line::Full if !self.has_fields => self.pass_comment(chunk, &mut progress, &mut out),
                Line::Full => {}
            }
        }

        progress.pass_decided(chunk, &mut out);
        if !progress.edited.is_empty() {
            out(progress.edited.into());
        }

        let rest = chunk.get(progress.open..).unwrap_or_default();
        if self.held.len() + rest.len() > self.longest {
            return Err(EventTooLong);
        }
        self.held.extend_from_slice(rest);
        Ok(())
    }

    /// Ends the stream: returns what it holds of an event that has not ended, for a stream that is complete without its last
    /// blank line.
    pub fn finish(&mut self, judge: impl FnMut(&[u8]) -> EventAction) -> Option<Bytes> {
        let mut held = std::mem::take(&mut self.held);
        if held.is_empty() {
            return None;
        }

        match judge_event(&held, judge) {
            EventAction::Forward => {}
            EventAction::Drop => return None,
            EventAction::Replace(span) => {
                let mut edited = Vec::new();
                event::replace(&held, span, &self.text, &mut edited);
                held = edited;
            }
        }
        held.extend_from_slice(b"\n\n");
        Some(held.into())
    }

    /// Begins a chunk: an LF at its start may belong to the last line of the chunk before.
    #[inline]
    fn begin(&mut self, chunk: &[u8]) -> Progress {
        let mut progress = Progress::default();

        if self.after_cr && chunk.first() == Some(&b'\n') {
            progress.at = 1;
            if self.held.is_empty() {
                progress.open = 1;
                if self.hid_last {
                    progress.run = 1;
                }
            }
        }
        self.after_cr = self.after_cr && chunk.is_empty();

        progress
    }

    /// Passes over the next line and its end; `None` if the chunk ends first.
    #[inline]
    fn next_line(&mut self, chunk: &[u8], progress: &mut Progress) -> Option<Line> {
        let rest = chunk.get(progress.at..).filter(|rest| !rest.is_empty())?;
        if !self.in_line {
            self.comment = rest.first() == Some(&b':');
        }
        let Some(length) = memchr::memchr2(b'\n', b'\r', rest) else {
            self.in_line = true;
            self.has_fields |= !self.comment;
            return None;
        };

        let blank = !self.in_line && length == 0;
        self.has_fields |= !blank && !self.comment;
        self.in_line = false;

        progress.at += length + 1;
        if rest.get(length) == Some(&b'\r') {
            match chunk.get(progress.at) {
                Some(b'\n') => progress.at += 1,
                Some(_) => {}
                None => self.after_cr = true,
            }
        }
        Some(if blank { Line::Blank } else { Line::Full })
    }

    /// Judges the event that ends with the last line, and does with it as the judge says.
    #[inline]
    fn end_event(
        &mut self,
        chunk: &Bytes,
        progress: &mut Progress,
        judge: &mut impl FnMut(&[u8]) -> EventAction,
        out: &mut impl FnMut(Bytes),
    ) {
        let part = chunk.get(progress.open..progress.at).unwrap_or_default();
        let action = self.judge_with_held(part, judge);
        self.hid_last = action == EventAction::Drop;
        self.has_fields = false;

        if action != EventAction::Forward || !self.held.is_empty() {
            progress.pass_decided(chunk, out);
            progress.run = progress.at;
        }
        progress.open = progress.at;

        let held = std::mem::take(&mut self.held);
        match action {
            EventAction::Forward if held.is_empty() => {}
            EventAction::Forward => out(Bytes::from(held)),
            EventAction::Drop => {}
            EventAction::Replace(span) => {
                let event = if held.is_empty() { part } else { &held };
                event::replace(event, span, &self.text, &mut progress.edited);
            }
        }
    }

    /// Judges the event whose last part is `part`; adds the part to the held bytes, if there are any.
    #[inline]
    fn judge_with_held(&mut self, part: &[u8], judge: &mut impl FnMut(&[u8]) -> EventAction) -> EventAction {
        if !self.held.is_empty() {
            self.held.extend_from_slice(part);
        }

        if !self.has_fields {
            EventAction::Forward
        } else if self.held.is_empty() {
            judge_event(part, judge)
        } else {
            judge_event(&self.held, judge)
        }
    }

    #[inline]
    fn pass_comment(&mut self, chunk: &Bytes, progress: &mut Progress, out: &mut impl FnMut(Bytes)) {
        self.hid_last = false;

        if !self.held.is_empty() {
            let mut held = std::mem::take(&mut self.held);
            held.extend_from_slice(chunk.get(progress.open..progress.at).unwrap_or_default());
            out(held.into());
            progress.run = progress.at;
        }
        progress.open = progress.at;
    }
}

impl Progress {
    /// Sends on what is decided, or adds it to the piece that is sent later.
    #[inline]
    fn pass_decided(&mut self, chunk: &Bytes, out: &mut impl FnMut(Bytes)) {
        if !self.edited.is_empty() {
            let decided = chunk.get(self.run..self.open).unwrap_or_default();
            self.edited.extend_from_slice(decided);
        } else if self.run == 0 && self.open == chunk.len() && self.open > 0 {
            out(chunk.clone());
        } else if self.run < self.open {
            out(chunk.slice(self.run..self.open));
        }
    }
}

fn judge_event(raw: &[u8], mut judge: impl FnMut(&[u8]) -> EventAction) -> EventAction {
    match event::data(raw) {
        Some(data) => judge(&data),
        None => EventAction::Forward,
    }
}
