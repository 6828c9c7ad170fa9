//! Written streams keep the rules of the protocol and have all of the answer.

use proptest::prelude::*;
use serde_json::json;

use super::generated::{piece, stop, stream};
use super::validate::validate;
use super::*;
use crate::domain::ServiceReport;
use crate::wire::error::{ApiError, Code};
use crate::wire::neutral::{Signature, Stop, settle_arguments};

/// The part of an answer that this protocol can carry.
fn plain(mut response: Response<'_>) -> Response<'_> {
    (response.id, response.service) = (None, ServiceReport::default());
    for part in &mut response.parts {
        match part {
            Part::Thinking {
                signature: Some(signature),
                ..
            } => *signature = Signature::of_thoughts(signature.value.clone()),
            Part::Text { text, citations, .. } => {
                // A blank line comes between messages.
                *text = text.trim_start_matches('\n').to_owned().into();
                citations.iter_mut().for_each(|citation| citation.span = None);
            }
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
    fn any_answer_gives_a_valid_stream_that_reads_the_same(
        pieces in prop::collection::vec(piece(), 0..7), marked: bool, late: bool, stop in stop(), tokens in prop::option::of(1..99_u64)
    ) {
        let events = stream(pieces, marked, late, stop, tokens);

        let written = written(&events, identity(&json!({})));

        let last = validate(&written);
        let mut expected = stops(plain(fold(&events)));
        settle_arguments(&mut expected.parts);

        let mut told = plain(fold(&super::events(&written)));
        settle_arguments(&mut told.parts);
        prop_assert_eq!(&told, &expected);
        prop_assert_eq!(&plain(read_response(&last, Commentary::Text).unwrap()), &expected, "the last event has all of it");
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
        let last = validate(&text);
        prop_assert_eq!(&last["error"], &json!({"code": "provider_error", "message": "It broke."}));
    }

    #[test]
    fn any_events_of_a_provider_do_no_harm(
        events in prop::collection::vec(
            (0..40_usize, any::<prop::sample::Index>(), "[{}\"\\[\\],:a-z0-9]{0,3}"), 0..40)
    ) {
        let all: Vec<String> = ["thinking", "parallel_tools", "image", "refusal"].iter()
            .flat_map(|case| data(&fixture(&format!("answer/{case}.sse")))).collect();
        let mut reader = ReadEvents::new(Commentary::Text);
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
        let Ok(response) = read_response(&answer, Commentary::Text) else {
            continue;
        };
        let identity = identity(&json!({"model": "m"}));

        let whole: Value = serde_json::from_slice(&write_response(&response, &identity)).unwrap();
        let last = validate(&written(&response.events(), identity));

        assert_eq!(last, whole, "{case}");
    }
}

#[test]
fn events_after_the_end_are_skipped() {
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

    let expected = "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":5,\"item_id\":\"msg_cm1_0a1_0\",\"output_index\":0,\"content_index\":0,\"delta\":\"b\\\"\",\"logprobs\":[]}\n\n";

    assert_eq!(String::from_utf8(out).unwrap(), expected);
}
