//! The provider's side of a stream: reads events of its protocol.

use super::answer::Reading;
use crate::domain::{Protocol, ServiceReport};
use crate::wire::neutral::Event;
use crate::wire::{chat, messages, responses};

/// Reads the stream of one protocol.
pub(super) enum Source {
    Chat(chat::ReadEvents),
    Messages(messages::ReadEvents),
    Responses(responses::ReadEvents),
}

impl Source {
    pub(super) fn new(protocol: Protocol, reading: Reading) -> Self {
        let includes_reasoning = reading.includes_reasoning;
        match protocol {
            Protocol::AnthropicMessages => Self::Messages(messages::ReadEvents::new(includes_reasoning)),
            Protocol::OpenaiResponses => Self::Responses(responses::ReadEvents::new(reading.commentary)),
            Protocol::OpenaiChat | Protocol::Gemini => Self::Chat(chat::ReadEvents::new(includes_reasoning)),
        }
    }

    pub(super) fn read(&mut self, data: &[u8], out: &mut dyn FnMut(Event<'_>)) {
        match self {
            Self::Chat(reader) => reader.read(data, out),
            Self::Messages(reader) => reader.read(data, out),
            Self::Responses(reader) => reader.read(data, out),
        }
    }

    pub(super) fn finish(&mut self, out: &mut dyn FnMut(Event<'_>)) {
        match self {
            Self::Chat(reader) => reader.finish(out),
            Self::Messages(reader) => reader.finish(out),
            Self::Responses(reader) => reader.finish(out),
        }
    }

    pub(super) fn service(&self) -> ServiceReport {
        match self {
            Self::Chat(reader) => reader.service(),
            Self::Messages(reader) => reader.service(),
            Self::Responses(reader) => reader.service(),
        }
    }
}
