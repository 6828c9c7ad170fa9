//! Forwards a provider's stream to a client that speaks the same protocol, and reads it on the way.

mod packed_signatures;
mod stop_cut;
#[cfg(test)]
mod tests;
mod think_tags;

use bytes::Bytes;

use self::packed_signatures::PackedSignatures;
use self::stop_cut::CutStream;
use self::think_tags::WithoutThinkTags;
use super::error::ApiError;
use super::event_stream::{EventStream, EventWatch, Metered, StreamEnd};
use super::json::Span;
use super::reported::Reported;
use super::sse::{EventAction, EventReader, EventTooLong, MAX_EVENT};
use super::{chat, messages, model_name, responses};
use crate::domain::Protocol;

pub use packed_signatures::pack_signatures;
pub use stop_cut::{StopCut, cut_answer};
pub use think_tags::without_think_tags;

/// How a stream is forwarded to a client of the same protocol.
#[derive(Clone, Debug)]
pub struct PassthroughStyle {
    /// The model's name for the client, as a JSON string.
    pub name: Bytes,
    /// Whether the client asked for the usage chunk (chat).
    pub include_usage: bool,
    /// Whether the provider counts thinking as completion tokens, where that is known.
    pub includes_reasoning: Option<bool>,
    /// Whether thoughts come as `<think>…</think>` (chat): the client gets them in their own field.
    pub think_tags: bool,
    /// What is put before each signature, if only its maker can read it.
    pub packs: Option<Bytes>,
    /// Where the gateway ends the answer, if the provider was not told of the client's stop texts (chat, messages).
    pub stop_cut: Option<StopCut>,
    /// The longest event, in bytes.
    pub longest_event: usize,
}

impl PassthroughStyle {
    /// The usual style, with this name of the model: a JSON string.
    pub fn new(name: impl Into<Bytes>) -> Self {
        Self {
            name: name.into(),
            include_usage: false,
            includes_reasoning: None,
            think_tags: false,
            packs: None,
            stop_cut: None,
            longest_event: MAX_EVENT,
        }
    }
}

/// Begins a stream of `protocol` that is forwarded.
pub fn stream(protocol: Protocol, mut style: PassthroughStyle) -> Box<dyn EventStream + Send> {
    let longest_event = style.longest_event;
    match style.packs.take() {
        Some(start) => {
            let stream = as_it_came(protocol, style);
            Box::new(PackedSignatures::new(stream, protocol, start, longest_event))
        }
        None => as_it_came(protocol, style),
    }
}

fn as_it_came(protocol: Protocol, mut style: PassthroughStyle) -> Box<dyn EventStream + Send> {
    let stop_cut = style.stop_cut.take();
    let PassthroughStyle {
        include_usage,
        includes_reasoning,
        think_tags,
        longest_event,
        ..
    } = style;
    let stream = match protocol {
        Protocol::AnthropicMessages => PassthroughStream::boxed(protocol, style, messages::PassthroughWatch::default()),
        Protocol::OpenaiResponses => PassthroughStream::boxed(protocol, style, responses::PassthroughWatch::default()),
        Protocol::OpenaiChat | Protocol::Gemini => {
            let watch = chat::PassthroughWatch::new(include_usage, includes_reasoning);
            PassthroughStream::boxed(protocol, style, watch)
        }
    };

    let stream = match stop_cut {
        Some(stops) => Box::new(CutStream::new(stream, protocol, stops, include_usage, longest_event)),
        None => stream,
    };
    match protocol {
        // The thoughts are not searched for stop texts.
        Protocol::OpenaiChat | Protocol::Gemini if think_tags => Box::new(WithoutThinkTags::new(stream, longest_event)),
        _ => stream,
    }
}

/// A forwarded stream: its bytes as they came, except for the model's name, which is replaced by the client's.
struct PassthroughStream<W> {
    reader: EventReader,
    watch: W,
    protocol: Protocol,
    /// The model's name for the client, as a JSON string.
    name: Bytes,
    /// The `sequence_number` of the next event of the Responses protocol.
    next_number: u64,
}

impl<W: EventWatch + Send + 'static> PassthroughStream<W> {
    fn boxed(protocol: Protocol, style: PassthroughStyle, watch: W) -> Box<dyn EventStream + Send> {
        Box::new(Self {
            reader: EventReader::with_text(style.name.clone()).holding(style.longest_event),
            watch,
            protocol,
            name: style.name,
            next_number: 0,
        })
    }
}

impl<W: EventWatch> EventStream for PassthroughStream<W> {
    fn push(&mut self, chunk: &Bytes, out: &mut Vec<Bytes>) -> Result<(), EventTooLong> {
        let Self {
            reader,
            watch,
            protocol,
            name,
            next_number,
        } = self;
        reader.push(
            chunk,
            |data| judge(watch, *protocol, name, next_number, data),
            |piece| out.push(piece),
        )
    }

    fn finish(&mut self) -> Option<Bytes> {
        let Self {
            reader,
            watch,
            protocol,
            name,
            next_number,
        } = self;
        reader.finish(|data| {
            if watch.is_whole(data) {
                judge(watch, *protocol, name, next_number, data)
            } else {
                EventAction::Drop
            }
        })
    }

    fn fail(&mut self, error: &ApiError) -> Bytes {
        if let Some(events) = self.watch.fail(&self.name, self.next_number, error) {
            return events.into();
        }
        match self.protocol {
            Protocol::AnthropicMessages => error.messages_event(),
            Protocol::OpenaiResponses => error.responses_event(self.next_number),
            Protocol::OpenaiChat | Protocol::Gemini => error.chat_event(),
        }
        .into()
    }

    fn end(&self) -> StreamEnd {
        self.watch.end()
    }

    fn is_done(&self) -> bool {
        self.watch.is_done()
    }

    fn has_content(&self) -> bool {
        self.watch.has_content()
    }

    fn held(&self) -> usize {
        self.reader.held()
    }

    fn metered(&self) -> Metered {
        self.watch.metered()
    }

    fn error(&self) -> Option<&Reported> {
        self.watch.error()
    }

    fn shows_error(&self) -> bool {
        self.watch.tells_failure()
    }

    fn keepalive(&mut self) -> Option<Bytes> {
        self.watch.keepalive(&self.name, self.next_number).map(Bytes::from)
    }
}

fn judge(
    watch: &mut impl EventWatch,
    protocol: Protocol,
    name: &[u8],
    next_number: &mut u64,
    data: &[u8],
) -> EventAction {
    if protocol == Protocol::OpenaiResponses
        && let Some(number) = sequence_number(data)
    {
        *next_number = number + 1;
    }

    match watch.judge(data) {
        EventAction::Forward => match model_name::in_event(protocol, data) {
            Some(span) if data.get(span.start..span.end) != Some(name) => EventAction::Replace(span),
            _ => EventAction::Forward,
        },
        other => other,
    }
}

/// The number of an event of the Responses protocol. It stands at either end of the event, and nowhere else.
fn sequence_number(data: &[u8]) -> Option<u64> {
    const KEY: &[u8] = b"\"sequence_number\":";

    let at = memchr::memmem::find(data, KEY)? + KEY.len();
    let digits = data.get(at..)?.trim_ascii_start();
    let end = digits
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(digits.len());

    std::str::from_utf8(digits.get(..end)?).ok()?.parse().ok()
}

/// A whole answer with `name`, a JSON string, as its model's name; `None` if it has that name already, or none.
pub fn renamed(answer: &[u8], name: &[u8]) -> Option<Vec<u8>> {
    renamed_at(answer, model_name::in_answer(answer)?, name)
}

/// The same as [`renamed`], for a caller that knows where the name stands: at `model`.
pub fn renamed_at(answer: &[u8], model: Span, name: &[u8]) -> Option<Vec<u8>> {
    if answer.get(model.start..model.end)? == name {
        return None;
    }

    Some([answer.get(..model.start)?, name, answer.get(model.end..)?].concat())
}
