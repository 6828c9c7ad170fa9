//! A stream on its way from the provider's protocol to the client's.

use bytes::Bytes;
use serde_json::Value;

use super::answer::Reading;
use super::client_calls::ClientCalls;
use super::source::Source;
use super::stop_cut::Stops;
use super::writer::{MeteredWriter, Seen};
use crate::domain::ServiceReport;
use crate::wire::answer_note::{AnswerNote, AnswerNotes};
use crate::wire::error::ApiError;
use crate::wire::event_stream::{EventStream, Metered, StreamEnd};
use crate::wire::neutral::{Event, Response, ResponseIdentity};
use crate::wire::operation::Operation;
use crate::wire::reported::Reported;
use crate::wire::sse::{EventAction, EventReader, EventTooLong};

/// A provider's stream that is translated into the client's protocol. It implements [`EventStream`].
pub struct TranslatedStream {
    reader: EventReader,
    source: Source,
    writer: MeteredWriter,
    /// Whether the client has had an event.
    begun: bool,
    /// The failure that the provider reported.
    reported: Option<Reported>,
    /// Whether the client's choice of a tier went on to the provider.
    tier_is_asked: bool,
    /// How the call was served, if the provider did not stream.
    whole: Option<ServiceReport>,
    /// What was changed in the answer, if the provider did not stream.
    notes: AnswerNotes,
}

impl TranslatedStream {
    pub(super) fn new(
        client: Operation,
        (reading, source): (Reading, Source),
        (calls, stops): (ClientCalls, Stops),
        tier_is_asked: bool,
        identity: ResponseIdentity,
    ) -> Self {
        Self {
            reader: EventReader::default(),
            source,
            writer: MeteredWriter::new(client, identity, reading, calls, stops),
            begun: false,
            reported: None,
            tier_is_asked,
            whole: None,
            notes: AnswerNotes::default(),
        }
    }

    /// Writes a whole answer as the events of a stream. `text_bytes`: bytes of text that the provider sent. `notes`: what was
    /// changed in it.
    pub(super) fn write_whole(&mut self, response: Response<'_>, text_bytes: usize, notes: AnswerNotes) -> Bytes {
        (self.whole, self.notes) = (Some(response.service), notes);
        let mut out = Vec::new();
        for event in response.events() {
            self.writer.write(event, &mut out);
        }
        self.writer.seen.text_bytes = text_bytes;
        out.into()
    }

    /// The same stream with `longest` as the most bytes that one event may have.
    #[must_use]
    pub fn holding(self, longest: usize) -> Self {
        Self {
            reader: self.reader.holding(longest),
            ..self
        }
    }
}

impl EventStream for TranslatedStream {
    fn push(&mut self, chunk: &Bytes, out: &mut Vec<Bytes>) -> Result<(), EventTooLong> {
        let Self {
            reader,
            source,
            writer,
            begun,
            reported,
            ..
        } = self;
        let mut written = Vec::new();
        let judge = |data: &[u8]| {
            translate_event(source, writer, reported, data, &mut written);
            EventAction::Drop
        };

        // Comments keep the client's connection alive too. Not before the first event: an error could still be a plain one.
        let begun = *begun;
        let read = reader.push(chunk, judge, |comment| {
            if begun && is_comment(&comment) {
                out.push(comment);
            }
        });

        if !written.is_empty() {
            self.begun = true;
            out.push(written.into());
        }
        read
    }

    fn finish(&mut self) -> Option<Bytes> {
        let Self {
            reader,
            source,
            writer,
            reported,
            ..
        } = self;
        let mut written = Vec::new();

        reader.finish(|data| {
            translate_event(source, writer, reported, data, &mut written);
            EventAction::Drop
        });
        source.finish(&mut |event| writer.write(event, &mut written));
        writer.finish(&mut written);

        (!written.is_empty()).then(|| written.into())
    }

    fn fail(&mut self, error: &ApiError) -> Bytes {
        let mut out = Vec::new();
        self.writer.fail(error, &mut out);
        out.into()
    }

    fn end(&self) -> StreamEnd {
        match &self.writer.seen {
            Seen { error: Some(_), .. } => StreamEnd::Failed,
            Seen { done: true, .. } => StreamEnd::Complete,
            _ => StreamEnd::Cut,
        }
    }

    fn is_done(&self) -> bool {
        self.writer.seen.is_over()
    }

    fn has_content(&self) -> bool {
        self.writer.seen.content
    }

    fn held(&self) -> usize {
        self.reader.held()
    }

    fn metered(&self) -> Metered {
        let report = self.whole.unwrap_or_else(|| self.source.service());
        Metered {
            tokens: self.writer.seen.tokens,
            service: report.unless_lost(self.tier_is_asked),
            text_bytes: self.writer.seen.text_bytes,
            notes: self
                .notes
                .with(AnswerNote::ThinkTags, self.writer.has_think_tags())
                .with(AnswerNote::StopCut, self.writer.seen.stop_cut),
        }
    }

    fn error(&self) -> Option<&Reported> {
        self.reported.as_ref()
    }

    fn shows_error(&self) -> bool {
        false
    }

    fn keepalive(&mut self) -> Option<Bytes> {
        let mut out = Vec::new();
        self.writer.keepalive(&mut out);
        (!out.is_empty()).then(|| out.into())
    }
}

/// Reads one event's data, and writes what it says to `out`.
fn translate_event(
    source: &mut Source,
    writer: &mut MeteredWriter,
    reported: &mut Option<Reported>,
    data: &[u8],
    out: &mut Vec<u8>,
) {
    // A reader passes over what is no event of its protocol; before the first content that may be a failure's report.
    if !writer.seen.content
        && let Ok(event) = serde_json::from_slice::<Value>(data)
        && let Some(failure) = Reported::in_event(&event)
    {
        writer.write(Event::Error(failure.error.clone()), out);
        reported.get_or_insert(failure);
        return;
    }

    source.read(data, &mut |event| writer.write(event, out));
    if let Some(error) = &writer.seen.error {
        reported.get_or_insert_with(|| Reported {
            error: error.clone(),
            ..Reported::read(data)
        });
    }
}

/// Whether these lines are comments. An event without data, which the reader shows too, means nothing to the client.
fn is_comment(lines: &[u8]) -> bool {
    let mut lines = lines
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .filter(|line| !line.is_empty())
        .peekable();
    lines.peek().is_some() && lines.all(|line| line.starts_with(b":"))
}
