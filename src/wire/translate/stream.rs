//! A stream on its way from the provider's protocol to the client's.

use bytes::Bytes;
use serde_json::Value;

use super::source::Source;
use super::writer::{MeteredWriter, Seen};
use crate::domain::{Protocol, ServiceReport, Tokens};
use crate::wire::error::ApiError;
use crate::wire::event_stream::StreamEnd;
use crate::wire::neutral::{Event, Response, ResponseIdentity};
use crate::wire::operation::Operation;
use crate::wire::reported::Reported;
use crate::wire::sse::{EventAction, EventReader, EventTooLong};

/// A stream on its way from one protocol to another.
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
}

impl TranslatedStream {
    pub(super) fn new(
        (client, provider): (Operation, Protocol),
        includes_reasoning: Option<bool>,
        tier_is_asked: bool,
        identity: ResponseIdentity,
    ) -> Self {
        Self {
            reader: EventReader::default(),
            source: Source::new(provider, includes_reasoning),
            writer: MeteredWriter::new(client, identity),
            begun: false,
            reported: None,
            tier_is_asked,
            whole: None,
        }
    }

    /// Writes a whole answer as the events of a stream.
    pub(super) fn write_whole(&mut self, response: Response<'_>) -> Bytes {
        self.whole = Some(response.service);
        let mut out = Vec::new();
        for event in response.events() {
            self.writer.write(event, &mut out);
        }
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

    /// Bytes in memory of an event that has begun and not ended.
    pub fn held(&self) -> usize {
        self.reader.held()
    }

    /// Takes the next bytes of the provider; `out` gets what goes to the client now.
    ///
    /// # Errors
    /// If an event is longer than the stream may hold.
    pub fn push(&mut self, chunk: &Bytes, mut out: impl FnMut(Bytes)) -> Result<(), EventTooLong> {
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
                out(comment);
            }
        });

        if !written.is_empty() {
            self.begun = true;
            out(written.into());
        }
        read
    }

    /// Ends the stream; returns what still goes to the client.
    pub fn finish(&mut self) -> Option<Bytes> {
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

        (!written.is_empty()).then(|| written.into())
    }

    /// The events that tell the client that the stream has failed. Nothing follows: the answer is not complete.
    pub fn fail(&mut self, error: &ApiError) -> Bytes {
        let mut out = Vec::new();
        self.writer.fail(error, &mut out);
        out.into()
    }

    /// How the stream stands now.
    pub fn ending(&self) -> StreamEnd {
        match &self.writer.seen {
            Seen { error: Some(_), .. } => StreamEnd::Failed,
            Seen { done: true, .. } => StreamEnd::Complete,
            _ => StreamEnd::Cut,
        }
    }

    /// The failure that the provider reported. The client has not read it.
    pub fn reported(&self) -> Option<&Reported> {
        self.reported.as_ref()
    }

    /// Whether content has passed: words, thoughts, calls, or the reason of an end.
    pub fn has_content(&self) -> bool {
        self.writer.seen.content
    }

    /// Whether no more events come.
    pub fn is_done(&self) -> bool {
        self.writer.seen.is_over()
    }

    /// The last token counts that the provider sent.
    pub fn tokens(&self) -> Option<Tokens> {
        self.writer.seen.tokens
    }

    /// How the provider says that it served the call.
    pub fn served(&self) -> ServiceReport {
        let report = self.whole.unwrap_or_else(|| self.source.served());
        report.unless_lost(self.tier_is_asked)
    }

    /// Bytes of generated text that have passed.
    pub fn text_bytes(&self) -> usize {
        self.writer.seen.text_bytes
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
