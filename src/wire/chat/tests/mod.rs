//! Fixtures of this protocol, and helpers that read and write streams.

mod answers;
mod calls;
mod damage;
mod odd_answers;
mod refused_requests;
mod requests;
mod rules;
mod streams;
mod strict_client;
mod written_answers;
mod written_requests;
mod written_streams;

use bytes::Bytes;

use super::*;
use crate::wire::error::ProviderError;
use crate::wire::neutral::{Citation, Event, Part, Response, ResponseIdentity, Signature, SignatureKind, ToolCall};
use crate::wire::sse::{EventAction, EventReader};

/// The text of a fixture.
macro_rules! fixture {
    ($path:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/wire/chat/", $path))
    };
}
use fixture;

fn identity() -> ResponseIdentity {
    ResponseIdentity {
        id: "7h3x".into(),
        model: "fast".into(),
        created: 1_795_300_000,
        include_usage: true,
        ..ResponseIdentity::default()
    }
}

/// The events that the reader makes from a stream's bytes.
fn events(stream: &str) -> Vec<Event<'static>> {
    let mut events = Vec::new();
    let mut reader = ReadEvents::new(None);
    let mut split = EventReader::default();

    let judge = |data: &[u8]| {
        reader.read(data, &mut |event| events.push(event.into_owned()));
        EventAction::Forward
    };
    split
        .push(&Bytes::copy_from_slice(stream.as_bytes()), judge, |_| {})
        .unwrap();

    reader.finish(&mut |event| events.push(event.into_owned()));
    events
}

/// The stream that the writer makes from events.
fn stream(events: &[Event<'_>], identity: ResponseIdentity) -> String {
    let mut writer = WriteEvents::new(identity);
    let mut out = Vec::new();
    for event in events {
        writer.write(event.clone(), &mut out);
    }
    String::from_utf8(out).unwrap()
}

/// The answer that events add up to, with their error or end.
#[derive(Debug, Default, PartialEq)]
struct Folded {
    response: Response<'static>,
    error: Option<ProviderError>,
    ended: bool,
}

fn fold(events: &[Event<'static>]) -> Folded {
    let mut all = Folded::default();
    let response = &mut all.response;
    let mut calls = Vec::new();

    for event in events.iter().cloned() {
        match event {
            Event::Start { id, tokens } => (response.id, response.tokens) = (id, tokens),
            Event::Text(more) => match response.parts.last_mut() {
                Some(Part::Text { text, .. }) => text.to_mut().push_str(&more),
                _ => response.parts.push(Part::text(more)),
            },
            Event::Thinking(more) => match response.parts.last_mut() {
                Some(Part::Thinking { text, signature: None }) => text.to_mut().push_str(&more),
                _ => response.parts.push(Part::Thinking {
                    text: more,
                    signature: None,
                }),
            },
            Event::Signature(it) => match response.parts.last_mut() {
                Some(Part::Thinking { signature, .. }) if signature.is_none() => *signature = Some(it),
                _ => response.parts.push(Part::Thinking {
                    text: "".into(),
                    signature: Some(it),
                }),
            },
            Event::Refusal(more) => match response.parts.last_mut() {
                Some(Part::Refusal(text)) => text.to_mut().push_str(&more),
                _ => response.parts.push(Part::Refusal(more)),
            },
            Event::Citation(it) => {
                if let Some(Part::Text { citations, .. }) = response.parts.last_mut() {
                    citations.push(it);
                }
            }
            Event::ToolStart {
                index,
                id,
                name,
                custom,
            } => {
                assert_eq!(index, calls.len(), "calls begin in their order");
                calls.push(ToolCall {
                    id,
                    name,
                    namespace: None,
                    arguments: "".into(),
                    custom,
                });
            }
            Event::ToolArguments { index, text } => calls[index].arguments.to_mut().push_str(&text),
            Event::PartEnd => {}
            Event::Stop { stop, sequence } => (response.stop, response.stop_sequence) = (stop, sequence),
            Event::Usage(tokens) => response.tokens = Some(tokens),
            Event::Error(error) => all.error = Some(error),
            Event::WebSearch(_) => {}
            Event::End => all.ended = true,
        }
    }

    response.parts.extend(calls.into_iter().map(Part::ToolCall));
    all
}
