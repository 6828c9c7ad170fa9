//! A provider's stream for a client that asked for a whole answer: it is read to its end, and then written as one.

use bytes::Bytes;
use serde_json::Value;

use super::answer::Answer;
use super::exchange::Exchange;
use super::source::Source;
use super::stop_cut::StopCut;
use super::writer::{carries_content, text_length};
use crate::wire::answer_note::AnswerNote;
use crate::wire::error::ProviderError;
use crate::wire::event_stream::StreamEnd;
use crate::wire::neutral::{Event, Gather};
use crate::wire::reported::Reported;
use crate::wire::sse::{EventAction, EventReader, EventTooLong};

/// A stream that is gathered into a whole answer.
pub struct GatheredStream {
    exchange: Exchange,
    reader: EventReader,
    source: Source,
    gather: Gather,
    stops: StopCut,
    text_bytes: usize,
    has_content: bool,
    is_complete: bool,
    reported: Option<Reported>,
}

impl GatheredStream {
    pub(super) fn new(exchange: Exchange, source: Source, longest_event: usize) -> Self {
        Self {
            stops: StopCut::new(exchange.stops().clone()),
            exchange,
            reader: EventReader::default().holding(longest_event),
            source,
            gather: Gather::default(),
            text_bytes: 0,
            has_content: false,
            is_complete: false,
            reported: None,
        }
    }

    /// Takes the next bytes of the provider.
    ///
    /// # Errors
    /// If an event is longer than the stream may hold.
    pub fn push(&mut self, chunk: &Bytes) -> Result<(), EventTooLong> {
        let mut events = Vec::new();
        let read = self.reader.push(
            chunk,
            |data| {
                events.push(data.to_vec());
                EventAction::Drop
            },
            drop,
        );
        for event in events {
            self.read(&event);
        }
        read
    }

    /// Notes that the provider sends nothing more.
    pub fn finish(&mut self) {
        let mut last = None;
        self.reader.finish(|data| {
            last = Some(data.to_vec());
            EventAction::Drop
        });
        if let Some(event) = last {
            self.read(&event);
        }
        self.tell(|source, out| source.finish(out));

        let Self { stops, gather, .. } = self;
        stops.flush(&mut |event| gather.add(event));
        self.is_complete |= stops.is_over();
    }

    /// Whether the last event has come.
    pub fn is_done(&self) -> bool {
        self.is_complete || self.reported.is_some()
    }

    /// How the stream stands now.
    pub fn end(&self) -> StreamEnd {
        match self {
            Self { reported: Some(_), .. } => StreamEnd::Failed,
            Self { is_complete: true, .. } => StreamEnd::Complete,
            _ => StreamEnd::Cut,
        }
    }

    /// Whether any of the answer has come.
    pub fn has_content(&self) -> bool {
        self.has_content
    }

    /// The failure that the provider reported.
    pub fn error(&self) -> Option<&Reported> {
        self.reported.as_ref()
    }

    /// The whole answer for the client.
    pub fn into_answer(self) -> Answer {
        let mut response = self.gather.into_response();
        response.service = self.source.service();
        let notes = self.exchange.take_tags_out(&mut response);
        self.exchange.settle(&mut response);
        let counted = response.tokens;
        if self.stops.is_over() {
            response.tokens = Some(self.stops.usage(counted, self.text_bytes));
        }

        let notes = notes.with(AnswerNote::StopCut, self.stops.has_cut());
        let mut answer = self.exchange.write(&response, notes);
        let metered = &mut answer.metered;
        // Without counts of the provider's the call is billed by an estimate.
        metered.tokens = counted.and(metered.tokens);
        metered.text_bytes = self.text_bytes;
        answer
    }

    fn read(&mut self, data: &[u8]) {
        if self.is_done() {
            return;
        }
        if !self.has_content
            && let Ok(event) = serde_json::from_slice::<Value>(data)
            && let Some(failure) = Reported::in_event(&event)
        {
            self.reported = Some(failure);
            return;
        }

        let error = self.tell(|source, out| source.read(data, out));
        if let Some(error) = error {
            self.reported.get_or_insert(Reported {
                error,
                ..Reported::read(data)
            });
        }
    }

    /// Lets the source tell its events, and gathers them. Returns an error that is among them.
    fn tell(&mut self, read: impl FnOnce(&mut Source, &mut dyn FnMut(Event<'_>))) -> Option<ProviderError> {
        let Self {
            source,
            gather,
            stops,
            text_bytes,
            has_content,
            is_complete,
            ..
        } = self;
        let mut failed = None;

        read(source, &mut |event| {
            *has_content |= carries_content(&event);
            *text_bytes += text_length(&event);
            match event {
                Event::Error(error) => failed = Some(error),
                Event::End => *is_complete = true,
                event => stops.pass(event, &mut |event| gather.add(event)),
            }
        });
        *is_complete |= stops.is_over();
        failed
    }
}

impl Exchange {
    /// Begins to gather a stream of the provider into a whole answer for the client.
    pub fn gathered(self, longest_event: usize) -> GatheredStream {
        let source = self.source();
        GatheredStream::new(self, source, longest_event)
    }
}
