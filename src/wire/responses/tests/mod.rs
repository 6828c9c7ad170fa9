//! Fixtures of this protocol, and helpers that read and write streams.

mod answers;
mod codex;
mod generated;
mod items;
mod requests;
mod streams;
mod validate;

use serde_json::Value;

use super::*;
use crate::wire::neutral::{Event, Part, Response, ResponseIdentity, Signature, ToolCall};

/// `tests/data/wire/responses/`, compiled in: this room reads no files, not even in tests.
macro_rules! fixtures {
    ($($path:literal)*) => { &[$(($path, include_str!(concat!("../../../../tests/data/wire/responses/", $path)))),*] };
}

const FIXTURES: &[(&str, &str)] = fixtures! {
    "answer/custom_tool.json"
    "answer/custom_tool.sse"
    "answer/error.json"
    "answer/error.sse"
    "answer/error_event.sse"
    "answer/image.json"
    "answer/image.sse"
    "answer/length.json"
    "answer/length.sse"
    "answer/parallel_tools.json"
    "answer/parallel_tools.sse"
    "answer/plain.json"
    "answer/plain.sse"
    "answer/refusal.json"
    "answer/refusal.sse"
    "answer/stream.json"
    "answer/stream.sse"
    "answer/structured_output.json"
    "answer/structured_output.sse"
    "answer/thinking.json"
    "answer/thinking.sse"
    "answer/tools.json"
    "answer/tools.sse"
    "ask/codex_history.json"
    "ask/codex_known_model.json"
    "ask/codex_unknown_model.json"
    "ask/error.json"
    "ask/image.json"
    "ask/length.json"
    "ask/parallel_tools.json"
    "ask/plain.json"
    "ask/refusal.json"
    "ask/stream.json"
    "ask/structured_output.json"
    "ask/thinking.json"
    "ask/tools.json"
};

fn find(path: &str) -> Option<&'static str> {
    FIXTURES.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
}

fn fixture(path: &str) -> String {
    find(path)
        .unwrap_or_else(|| panic!("{path} is not in the list"))
        .to_owned()
}

fn json(path: &str) -> Value {
    serde_json::from_str(&fixture(path)).unwrap()
}

/// The names of the fixtures with this ending.
fn cases(kind: &str, ending: &str) -> Vec<String> {
    let names = FIXTURES
        .iter()
        .filter_map(|(name, _)| name.strip_prefix(kind)?.strip_prefix('/')?.strip_suffix(ending));
    let names: Vec<_> = names.map(str::to_owned).collect();

    assert!(names.len() > 8, "{names:?}");
    names
}

fn identity(request: &Value) -> ResponseIdentity {
    ResponseIdentity {
        id: "0a1".into(),
        model: "fast".into(),
        created: 1_763_800_000,
        echo: echo(request),
        ..ResponseIdentity::default()
    }
}

/// The data of each event of a stream.
fn data(stream: &str) -> Vec<String> {
    let events = stream.split("\n\n").filter(|event| !event.is_empty());
    events
        .map(|event| event.split_once("data: ").unwrap().1.to_owned())
        .collect()
}

/// The events of a stream.
fn events(stream: &str) -> Vec<Event<'static>> {
    let (mut reader, mut events) = (ReadEvents::new(Commentary::Text), Vec::new());
    for data in data(stream) {
        reader.read(data.as_bytes(), &mut |event| events.push(event.into_owned()));
    }

    reader.finish(&mut |event| events.push(event.into_owned()));
    events
}

fn written(events: &[Event<'_>], identity: ResponseIdentity) -> String {
    let (mut writer, mut out) = (WriteEvents::new(identity), Vec::new());
    for event in events {
        writer.write(event.clone(), &mut out);
    }
    String::from_utf8(out).unwrap()
}

/// The answer that the events of a stream add up to.
fn fold(events: &[Event<'static>]) -> Response<'static> {
    let mut response = Response::default();
    let mut open = false;
    let mut calls = std::collections::HashMap::new();

    for event in events.iter().cloned() {
        let grows = std::mem::replace(&mut open, true);
        match (event, response.parts.last_mut().filter(|_| grows)) {
            (Event::Text(more), Some(Part::Text { text, .. })) => text.to_mut().push_str(&more),
            (Event::Text(text), _) if !text.is_empty() => response.parts.push(Part::text(text)),
            (Event::Refusal(more), Some(Part::Refusal(text))) => text.to_mut().push_str(&more),
            (Event::Refusal(text), _) if !text.is_empty() => response.parts.push(Part::Refusal(text)),
            (Event::Thinking(more), Some(Part::Thinking { text, signature: None })) => text.to_mut().push_str(&more),
            (Event::Thinking(text), _) if !text.is_empty() => {
                response.parts.push(Part::Thinking { text, signature: None })
            }
            (
                Event::Signature(new),
                Some(Part::Thinking {
                    signature: signature @ None,
                    ..
                }),
            ) => *signature = Some(new),
            (Event::Signature(signature), _) => response.parts.push(Part::Thinking {
                text: "".into(),
                signature: Some(signature),
            }),
            (Event::Citation(new), Some(Part::Text { citations, .. })) => citations.push(new),
            (
                Event::ToolStart {
                    index,
                    id,
                    name,
                    custom,
                },
                _,
            ) => {
                calls.insert(index, response.parts.len());
                let call = ToolCall {
                    id,
                    name,
                    namespace: None,
                    arguments: "".into(),
                    custom,
                };
                response.parts.push(Part::ToolCall(call));
            }
            (Event::ToolArguments { index, text }, _) => {
                open = grows;
                let Part::ToolCall(call) = &mut response.parts[calls[&index]] else {
                    unreachable!()
                };
                call.arguments.to_mut().push_str(&text);
            }
            (Event::WebSearch(search), _) => {
                open = false;
                response.parts.push(Part::WebSearch(search));
            }
            (Event::PartEnd, _) => open = false,
            (Event::Start { id, .. }, _) => response.id = id,
            (Event::Stop { stop, sequence }, _) => (response.stop, response.stop_sequence) = (stop, sequence),
            (Event::Usage(tokens), _) => response.tokens = Some(tokens),
            _ => open = grows,
        }
    }

    for part in &mut response.parts {
        if let Part::ToolCall(call) = part
            && call.arguments.is_empty()
            && !call.custom
        {
            call.arguments = "{}".into();
        }
    }

    response
}
