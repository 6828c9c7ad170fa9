//! Rules for every stream that the writer makes.

use proptest::prelude::*;

use super::strict_client::receive;
use super::*;
use crate::domain::{Protocol, Tokens};
use crate::wire::error::{ApiError, Code};
use crate::wire::neutral::Stop;

/// Pieces in any order that a reader may make. Arguments belong to calls that have begun.
fn any_events() -> impl Strategy<Value = Vec<Event<'static>>> {
    let stop = prop::sample::select(vec![
        Stop::End,
        Stop::Sequence,
        Stop::Length,
        Stop::Tools,
        Stop::Refusal,
    ]);
    let tail = prop::collection::vec(
        Just(Event::Usage(Tokens {
            prompt: 3,
            completion: 2,
            ..Tokens::default()
        })),
        0..2,
    );

    let pieces = prop::collection::vec(any_piece(), 0..24);
    (pieces, stop, tail).prop_map(|(pieces, stop, tail)| {
        let mut events = vec![Event::Start {
            id: Some("x".into()),
            tokens: None,
        }];
        events.extend(numbered(pieces));
        events.push(Event::Stop { stop, sequence: None });
        events.extend(tail);
        events.push(Event::End);
        events
    })
}

fn any_piece() -> impl Strategy<Value = Event<'static>> {
    prop_oneof![
        ".{0,8}".prop_map(|text| Event::Text(text.into())),
        ".{0,8}".prop_map(|text| Event::Thinking(text.into())),
        ".{1,8}".prop_map(|text| Event::Refusal(text.into())),
        "[a-z]{1,8}".prop_map(|value| Event::Signature(Signature::of(Protocol::AnthropicMessages, value, None, false))),
        Just(Event::Citation(Citation {
            url: "https://x.org".into(),
            title: "".into(),
            quote: None,
            span: None
        })),
        "[a-z_]{1,8}".prop_map(|name| Event::ToolStart {
            index: 0,
            id: "".into(),
            name: name.into(),
            custom: false
        }),
        // Text after a whole object is no part of the arguments.
        (any::<usize>(), "[^{\n]{0,8}").prop_map(|(index, text)| Event::ToolArguments {
            index,
            text: text.into()
        }),
        Just(Event::PartEnd),
        (0..1_000_u64, 0..1_000_u64).prop_map(|(prompt, completion)| Event::Usage(Tokens {
            prompt,
            completion,
            ..Tokens::default()
        })),
    ]
}

/// The pieces with calls numbered in their order. Arguments without a call are dropped.
fn numbered(pieces: Vec<Event<'static>>) -> Vec<Event<'static>> {
    let mut calls = 0;
    let number = |piece| match piece {
        Event::ToolStart { name, .. } => {
            calls += 1;
            Some(Event::ToolStart {
                index: calls - 1,
                id: format!("call_{calls}").into(),
                name,
                custom: false,
            })
        }
        Event::ToolArguments { index, text } if calls > 0 => Some(Event::ToolArguments {
            index: index % calls,
            text,
        }),
        Event::ToolArguments { .. } => None,
        other => Some(other),
    };
    pieces.into_iter().filter_map(number).collect()
}

/// The texts of one kind, joined.
fn all(events: &[Event<'static>], which: impl Fn(&Event<'static>) -> Option<String>) -> String {
    events.iter().filter_map(which).collect()
}

proptest! {
    #[test]
    fn every_stream_keeps_the_rules_and_has_all_of_the_answer(events in any_events(), include_usage in any::<bool>()) {
        let received = receive(&stream(&events, ResponseIdentity { include_usage, ..identity() }), include_usage);

        prop_assert!(received.done && !received.failed);
        prop_assert_eq!(received.text, all(&events, |event| match event { Event::Text(text) => Some(text.to_string()), _ => None }));
        prop_assert_eq!(received.thoughts, all(&events, |event| match event { Event::Thinking(text) => Some(text.to_string()), _ => None }));
        prop_assert_eq!(received.refusal, all(&events, |event| match event { Event::Refusal(text) => Some(text.to_string()), _ => None }));

        let counted = events.iter().any(|event| matches!(event, Event::Usage(_)));
        prop_assert_eq!(received.usage.is_some(), include_usage && counted);
    }

    #[test]
    fn a_stream_that_is_written_reads_the_same(events in any_events()) {
        let again = fold(&super::events(&stream(&events, identity())));
        let mut expected = fold(&events);
        // This protocol loses an end by a stop text, the text of a citation without a range, and the order of texts of
        // different kinds.
        let kinds = |folded: &mut Folded| {
            let parts = std::mem::take(&mut folded.response.parts);
            folded.response = Response { id: None, stop: Stop::End, ..std::mem::take(&mut folded.response) };
            let words = |wanted: fn(&Part<'static>) -> Option<String>| -> String { parts.iter().filter_map(wanted).collect() };
            let text = words(|part| match part { Part::Text { text, .. } => Some(text.to_string()), _ => None });
            let thoughts = words(|part| match part { Part::Thinking { text, .. } => Some(text.to_string()), _ => None });
            let refusal = words(|part| match part { Part::Refusal(text) => Some(text.to_string()), _ => None });
            let signatures: Vec<_> = parts.iter().filter_map(|part| match part { Part::Thinking { signature, .. } => signature.clone(), _ => None }).collect();
            let calls: Vec<_> = parts.into_iter().filter_map(|part| match part {
                Part::ToolCall(mut call) => {
                    if call.arguments.is_empty() { call.arguments = "{}".into(); }
                    Some(call)
                }
                _ => None,
            }).collect();
            (text, thoughts, refusal, signatures, calls)
        };

        let mut again = again;

        prop_assert_eq!(kinds(&mut again), kinds(&mut expected));
        prop_assert_eq!(again, expected);
    }

    #[test]
    fn a_stream_that_breaks_anywhere_never_looks_complete(events in any_events(), at in any::<prop::sample::Index>()) {
        let at = at.index(events.len());
        let mut writer = WriteEvents::new(identity());
        let mut out = Vec::new();
        for event in events.into_iter().take(at) {
            writer.write(event, &mut out);
        }

        writer.fail(&ApiError::new(Code::ProviderError, "It broke off."), &mut out);

        let received = receive(&String::from_utf8(out).unwrap(), true);

        prop_assert!(received.failed && !received.done && received.finish.is_none());
    }

    #[test]
    fn any_bytes_of_a_provider_do_no_harm(
        pieces in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..20),
                prop::sample::select(vec![
                    "[DONE]", "{}", "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":18446744073709551615,\"id\":\"x\",\"function\":{\"name\":\"f\"}}]}}]}",
                    "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":-1,\"function\":{\"arguments\":\"x\"}}]}}]}",
                    "{\"choices\":[{\"index\":1,\"delta\":{\"content\":\"other\"}}]}", "{\"choices\":{}}", "{\"error\":null}",
                    "{\"choices\":[{\"delta\":{\"content\":[{\"type\":\"text\"}],\"function_call\":{\"name\":\"f\"}},\"finish_reason\":\"stop\"}]}",
                ]).prop_map(|text| text.as_bytes().to_vec()),
            ],
            0..12,
        )
    ) {
        let mut reader = ReadEvents::new(None);
        let mut events = Vec::new();
        for piece in &pieces {
            reader.read(piece, &mut |event| events.push(event.into_owned()));
        }

        reader.finish(&mut |event| events.push(event.into_owned()));

        let starts = events.iter().filter(|event| matches!(event, Event::Start { .. })).count();
        let first = events.first().is_some_and(|event| matches!(event, Event::Start { .. }));

        prop_assert_eq!(starts, usize::from(first), "an answer begins once, and first of all");
        receive(&stream(&events, identity()), true);
    }
}
