//! Streams that are written obey the rules, whatever comes, and say what they were told.

use proptest::prelude::*;
use serde_json::json;

use super::validate::validate;
use super::*;
use crate::domain::{Protocol, ServiceReport, Tokens};
use crate::wire::error::{ApiError, Code};
use crate::wire::neutral::{Citation, Stop};

/// One part of an answer, in pieces.
#[derive(Clone, Debug)]
enum Piece {
    Words(bool, Vec<String>, bool),
    Thoughts(Vec<String>, bool),
    Call(bool, Vec<String>),
}

fn piece() -> impl Strategy<Value = Piece> {
    let texts = || prop::collection::vec(prop_oneof![Just(String::new()), "[a-z\"\\\\é😀\n]{1,6}"], 0..4);
    prop_oneof![
        (any::<bool>(), texts(), any::<bool>()).prop_map(|(refusal, texts, cited)| Piece::Words(refusal, texts, cited)),
        (texts(), any::<bool>()).prop_map(|(texts, sealed)| Piece::Thoughts(texts, sealed)),
        (any::<bool>(), texts()).prop_map(|(custom, texts)| Piece::Call(custom, texts)),
    ]
}

fn stop() -> impl Strategy<Value = Stop> {
    prop::sample::select(vec![
        Stop::End,
        Stop::Sequence,
        Stop::Length,
        Stop::Tools,
        Stop::Refusal,
    ])
}

/// A stream of these parts. `marked`: each says that it ends, as at Anthropic. Otherwise nothing does, and the arguments of
/// calls may come later, by turns.
fn stream(pieces: Vec<Piece>, marked: bool, late: bool, stop: Stop, tokens: Option<u64>) -> Vec<Event<'static>> {
    let mut events = vec![Event::Start {
        id: Some("x".into()),
        tokens: None,
    }];
    let mut later: Vec<Vec<Event<'static>>> = Vec::new();
    let mut calls = 0;
    for piece in pieces {
        match piece {
            Piece::Words(refusal, texts, cited) => {
                let some = texts.iter().any(|text| !text.is_empty());
                let event = |text: String| {
                    if refusal {
                        Event::Refusal(text.into())
                    } else {
                        Event::Text(text.into())
                    }
                };
                events.extend(texts.into_iter().map(event));
                if cited && some && !refusal {
                    let (url, title) = ("https://x.example".into(), "X".into());
                    events.push(Event::Citation(Citation {
                        url,
                        title,
                        quote: None,
                        span: None,
                    }));
                }
            }
            Piece::Thoughts(texts, sealed) => {
                events.extend(texts.into_iter().map(|text| Event::Thinking(text.into())));
                if sealed {
                    let origin = Protocol::OpenaiResponses;
                    events.push(Event::Signature(Signature {
                        origin,
                        value: "gAAA".into(),
                        id: None,
                        redacted: false,
                    }));
                }
            }
            Piece::Call(custom, texts) => {
                let (index, id) = (calls, format!("call_{calls}").into());
                events.push(Event::ToolStart {
                    index,
                    id,
                    name: "run".into(),
                    custom,
                });
                let pieces = texts.into_iter().map(|text| Event::ToolArguments {
                    index,
                    text: text.into(),
                });
                if late && !marked {
                    later.push(pieces.collect())
                } else {
                    events.extend(pieces)
                }
                calls += 1;
            }
        }
        if marked {
            events.push(Event::PartEnd);
        }
    }
    while later.iter().any(|call| !call.is_empty()) {
        events.extend(
            later
                .iter_mut()
                .filter(|call| !call.is_empty())
                .map(|call| call.remove(0)),
        );
    }
    let usage = tokens.map(|n| {
        Event::Usage(Tokens {
            prompt: n,
            completion: 7,
            cache_read: 1,
            ..Tokens::default()
        })
    });
    events.push(Event::Stop { stop, sequence: None });
    events.extend(usage);
    events.push(Event::End);
    events
}

/// What survives of an answer on its way through this protocol.
fn plain(mut response: Response<'_>) -> Response<'_> {
    (response.id, response.service) = (None, ServiceReport::default());
    for part in &mut response.parts {
        match part {
            Part::Thinking {
                signature: Some(signature),
                ..
            } => signature.id = None,
            Part::Text { citations, .. } => citations.iter_mut().for_each(|citation| citation.span = None),
            _ => {}
        }
    }
    response
}

fn stops(mut response: Response<'_>) -> Response<'_> {
    let called = response.parts.iter().any(|part| matches!(part, Part::ToolCall(_)));
    let refused = response.parts.iter().any(|part| matches!(part, Part::Refusal(_)));
    response.stop = match response.stop {
        Stop::End | Stop::Sequence | Stop::Tools | Stop::Refusal if refused => Stop::Refusal,
        Stop::End | Stop::Sequence | Stop::Tools => Stop::End.with_tools(called),
        other => other,
    };
    response
}

proptest! {
    #[test]
    fn any_answer_gives_a_valid_stream_that_says_the_same(
        pieces in prop::collection::vec(piece(), 0..7), marked: bool, late: bool, stop in stop(), tokens in prop::option::of(1..99_u64)
    ) {
        let events = stream(pieces, marked, late, stop, tokens);

        let written = written(&events, identity(&json!({})));

        let last = validate(&written);
        let expected = stops(plain(told(&events)));
        prop_assert_eq!(&plain(told(&super::events(&written))), &expected);
        prop_assert_eq!(&plain(read_response(&last, None).unwrap()), &expected, "the last event has all of it");
    }

    #[test]
    fn a_stream_that_breaks_is_valid_and_never_complete(
        pieces in prop::collection::vec(piece(), 0..5), marked: bool, at in any::<prop::sample::Index>()
    ) {
        let mut events = stream(pieces, marked, false, Stop::End, None);
        events.truncate(at.index(events.len()));
        let (mut writer, mut out) = (WriteEvents::new(identity(&json!({}))), Vec::new());
        events.iter().for_each(|event| writer.write(event.clone(), &mut out));

        writer.fail(&ApiError::new(Code::ProviderError, "It broke."), &mut out);
        writer.write(Event::End, &mut out);
        writer.fail(&ApiError::new(Code::ProviderError, "Again."), &mut out);

        let text = String::from_utf8(out).unwrap();
        prop_assert!(!text.contains("response.completed") && !text.contains("[DONE]"));
        if events.is_empty() {
            prop_assert_eq!(text, "event: error\ndata: {\"type\":\"error\",\"sequence_number\":0,\"code\":\"provider_error\",\"message\":\"It broke.\",\"param\":null}\n\n");
        } else {
            let last = validate(&text);
            prop_assert_eq!(&last["error"], &json!({"code": "provider_error", "message": "It broke."}));
        }
    }

    #[test]
    fn whatever_a_provider_sends_does_no_harm(
        events in prop::collection::vec(
            (0..40_usize, any::<prop::sample::Index>(), "[{}\"\\[\\],:a-z0-9]{0,3}"), 0..40)
    ) {
        let all: Vec<String> = ["thinking", "parallel_tools", "image", "refusal"].iter()
            .flat_map(|case| data(&fixture(&format!("answer/{case}.sse")))).collect();
        let mut reader = ReadEvents::new(None);
        for (which, cut, with) in events {
            let mut event = all[which % all.len()].clone();
            let mut at = cut.index(event.len());
            while !event.is_char_boundary(at) { at -= 1; }
            if !with.is_empty() { event.replace_range(at..at, &with); }
            reader.read(event.as_bytes(), &mut |_| {});
        }
    }
}

#[test]
fn the_last_event_of_a_stream_is_the_whole_answer() {
    for case in cases("answer", ".sse") {
        let Some(answer) = find(&format!("answer/{case}.json")) else {
            continue;
        };
        let answer: Value = serde_json::from_str(answer).unwrap();
        let Ok(response) = read_response(&answer, None) else {
            continue;
        };
        let identity = identity(&json!({"model": "m"}));

        let whole: Value = serde_json::from_slice(&write_response(&response, &identity)).unwrap();
        let last = validate(&written(&response.events(), identity));

        assert_eq!(last, whole, "{case}");
    }
}

#[test]
fn events_after_the_end_are_passed_over() {
    let mut stream = fixture("answer/plain.sse");
    stream.push_str(&fixture("answer/plain.sse"));

    let ends = events(&stream)
        .iter()
        .filter(|event| matches!(event, Event::End | Event::Start { .. }))
        .count();

    assert_eq!(ends, 2);
}

#[test]
fn text_is_written_as_it_comes() {
    let (mut writer, mut out) = (WriteEvents::new(identity(&json!({}))), Vec::new());
    writer.write(Event::Start { id: None, tokens: None }, &mut out);
    out.clear();
    writer.write(Event::Text("a".into()), &mut out);
    out.clear();

    writer.write(Event::Text("b\"".into()), &mut out);

    let expected = "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":5,\"item_id\":\"msg_0a1_0\",\"output_index\":0,\"content_index\":0,\"delta\":\"b\\\"\",\"logprobs\":[]}\n\n";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}
