//! The provider's side of a stream: reads events of its protocol.

use super::answer::Reading;
use super::stamp::Stamp;
use crate::domain::{Protocol, ServiceReport};
use crate::wire::neutral::Event;
use crate::wire::{chat, messages, responses};

/// Reads the stream of one protocol.
pub(super) struct Source {
    reader: Reader,
    stamp: Stamp,
}

enum Reader {
    Chat(chat::ReadEvents),
    Messages(messages::ReadEvents),
    Responses(responses::ReadEvents),
}

impl Source {
    pub(super) fn new(protocol: Protocol, reading: Reading, stamp: Stamp) -> Self {
        let includes_reasoning = reading.includes_reasoning;
        let reader = match protocol {
            Protocol::AnthropicMessages => Reader::Messages(messages::ReadEvents::new(includes_reasoning)),
            Protocol::OpenaiResponses => Reader::Responses(responses::ReadEvents::new(reading.commentary)),
            Protocol::OpenaiChat | Protocol::Gemini => Reader::Chat(chat::ReadEvents::new(includes_reasoning)),
        };
        Self { reader, stamp }
    }

    pub(super) fn read(&mut self, data: &[u8], out: &mut dyn FnMut(Event<'_>)) {
        let Self { reader, stamp } = self;
        let out = &mut |event: Event<'_>| stamp.pass(event, out);
        match reader {
            Reader::Chat(reader) => reader.read(data, out),
            Reader::Messages(reader) => reader.read(data, out),
            Reader::Responses(reader) => reader.read(data, out),
        }
    }

    pub(super) fn finish(&mut self, out: &mut dyn FnMut(Event<'_>)) {
        let Self { reader, stamp } = self;
        let out = &mut |event: Event<'_>| stamp.pass(event, out);
        match reader {
            Reader::Chat(reader) => reader.finish(out),
            Reader::Messages(reader) => reader.finish(out),
            Reader::Responses(reader) => reader.finish(out),
        }
    }

    pub(super) fn service(&self) -> ServiceReport {
        match &self.reader {
            Reader::Chat(reader) => reader.service(),
            Reader::Messages(reader) => reader.service(),
            Reader::Responses(reader) => reader.service(),
        }
    }
}
