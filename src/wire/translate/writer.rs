//! The client's side of a stream: writes events in its protocol, and notes what has passed.

use super::answer::Reading;
use super::client_calls::ClientCalls;
use super::stop_cut::{StopCut, Stops};
use crate::domain::Tokens;
use crate::wire::error::{ApiError, ProviderError};
use crate::wire::neutral::{ArgumentStreams, Event, ResponseIdentity, ThinkTags};
use crate::wire::operation::Operation;
use crate::wire::{chat, completions, messages, responses};

/// Writes the stream of one protocol.
enum Writer {
    Chat(chat::WriteEvents),
    Completions(completions::WriteEvents),
    Messages(messages::WriteEvents),
    Responses(Box<responses::WriteEvents>),
}

impl Writer {
    fn new(client: Operation, identity: ResponseIdentity) -> Self {
        match client {
            Operation::Completions => Self::Completions(completions::WriteEvents::new(identity)),
            Operation::Responses => Self::Responses(Box::new(responses::WriteEvents::new(identity))),
            Operation::Messages | Operation::CountTokens => Self::Messages(messages::WriteEvents::new(identity)),
            Operation::Chat | Operation::Embeddings => Self::Chat(chat::WriteEvents::new(identity)),
        }
    }

    fn write(&mut self, event: Event<'_>, out: &mut Vec<u8>) {
        match self {
            Self::Chat(writer) => writer.write(event, out),
            Self::Completions(writer) => writer.write(event, out),
            Self::Messages(writer) => writer.write(event, out),
            Self::Responses(writer) => writer.write(event, out),
        }
    }

    fn fail(&mut self, error: &ApiError, out: &mut Vec<u8>) {
        match self {
            Self::Chat(writer) => writer.fail(error, out),
            Self::Completions(writer) => writer.fail(error, out),
            Self::Messages(writer) => writer.fail(error, out),
            Self::Responses(writer) => writer.fail(error, out),
        }
    }
}

/// Writes until the first end or error, and keeps account of what it wrote.
pub(super) struct MeteredWriter {
    writer: Writer,
    tags: ThinkTags,
    calls: ClientCalls,
    stops: StopCut,
    arguments: ArgumentStreams,
    pub(super) seen: Seen,
}

/// What has passed so far.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) tokens: Option<Tokens>,
    pub(super) text_bytes: usize,
    pub(super) done: bool,
    pub(super) content: bool,
    pub(super) error: Option<ProviderError>,
    /// The gateway ended the answer at a stop text.
    pub(super) stop_cut: bool,
}

impl MeteredWriter {
    pub(super) fn new(
        client: Operation,
        identity: ResponseIdentity,
        reading: Reading,
        calls: ClientCalls,
        stops: Stops,
    ) -> Self {
        Self {
            writer: Writer::new(client, identity),
            tags: ThinkTags::new(reading.think_tags),
            calls,
            stops: StopCut::new(stops),
            arguments: ArgumentStreams::default(),
            seen: Seen::default(),
        }
    }

    pub(super) fn write(&mut self, event: Event<'_>, out: &mut Vec<u8>) {
        // Nothing follows an end or an error, whatever the provider goes on to send.
        if self.seen.is_over() {
            return;
        }

        self.seen.content = self.seen.content || carries_content(&event);
        self.seen.text_bytes += text_length(&event);
        match &event {
            Event::Usage(tokens) => self.seen.tokens = Some(*tokens),
            Event::Start {
                tokens: Some(tokens), ..
            } => self.seen.tokens = Some(*tokens),
            Event::End => self.seen.done = true,
            // The gateway writes it, after it has decided what the client may read.
            Event::Error(error) => {
                self.seen.error = Some(error.clone());
                return;
            }
            _ => {}
        }

        let Self {
            writer,
            tags,
            calls,
            stops,
            arguments,
            ..
        } = self;
        tags.pass(event, &mut |event| {
            calls.pass(event, &mut |event| {
                stops.pass(event, &mut |event| {
                    arguments.pass(event, &mut |event| writer.write(event, out));
                });
            });
        });

        self.seen.stop_cut = self.stops.has_cut();
        if self.stops.is_over() {
            self.end_cut(out);
        }
    }

    /// Notes that the provider sends nothing more.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        if self.seen.is_over() {
            return;
        }
        let Self { writer, stops, .. } = self;
        stops.flush(&mut |event| writer.write(event, out));
        self.seen.stop_cut = stops.has_cut();
        if stops.is_over() {
            self.end_cut(out);
        }
    }

    /// Ends an answer at a stop text. The provider has not told its counts, or not all of them.
    fn end_cut(&mut self, out: &mut Vec<u8>) {
        let Self {
            writer, stops, seen, ..
        } = self;
        let usage = stops.usage(seen.tokens, seen.text_bytes);
        writer.write(Event::Usage(usage), out);
        writer.write(Event::End, out);

        // Without counts of the provider's the call is billed by an estimate.
        seen.tokens = seen.tokens.map(|_| usage);
        seen.done = true;
    }

    pub(super) fn fail(&mut self, error: &ApiError, out: &mut Vec<u8>) {
        let Self {
            writer, tags, stops, ..
        } = self;
        tags.flush(&mut |event| stops.pass(event, &mut |event| writer.write(event, out)));
        stops.flush(&mut |event| writer.write(event, out));
        writer.fail(error, out);
    }

    /// Whether thoughts have come in tags.
    pub(super) fn has_think_tags(&self) -> bool {
        self.tags.has_found()
    }

    /// Writes the event that shows a client that its stream is alive, in a protocol whose clients see no comments.
    pub(super) fn keepalive(&mut self, out: &mut Vec<u8>) {
        if let Writer::Responses(writer) = &mut self.writer {
            writer.keepalive(out);
        }
    }
}

impl Seen {
    /// Whether an end or an error has passed.
    pub(super) fn is_over(&self) -> bool {
        self.done || self.error.is_some()
    }
}

/// Bytes of generated text in an event.
pub(super) fn text_length(event: &Event<'_>) -> usize {
    match event {
        Event::Text(text) | Event::Thinking(text) | Event::Refusal(text) | Event::ToolArguments { text, .. } => {
            text.len()
        }
        _ => 0,
    }
}

/// Whether an event carries content, by the rule of [`crate::wire::content`].
pub(super) fn carries_content(event: &Event<'_>) -> bool {
    match event {
        Event::Start { .. } | Event::Usage(_) | Event::PartEnd | Event::Error(_) => false,
        Event::Text(text) | Event::Thinking(text) | Event::Refusal(text) => !text.is_empty(),
        _ => true,
    }
}
