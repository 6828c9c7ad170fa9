//! Answers of providers, as they are read.

use serde_json::json;

use super::*;
use crate::domain::{Protocol, ServiceReport, Tokens};
use crate::wire::event_stream::{EventWatch, StreamEnd};
use crate::wire::neutral::{Citation, NotAnAnswer, Stop};

fn response(answer: &Value) -> Response<'_> {
    read_response(answer, Commentary::Text).unwrap()
}

#[test]
fn a_stream_is_read_like_the_whole_answer() {
    let mut seen = 0;
    for case in cases("answer", ".sse") {
        let Some(whole) = find(&format!("answer/{case}.json")) else {
            continue;
        };
        let whole: Value = serde_json::from_str(whole).unwrap();
        let Ok(whole) = read_response(&whole, Commentary::Text) else {
            continue;
        };

        assert_eq!(
            fold(&events(&fixture(&format!("answer/{case}.sse")))),
            without_service(whole),
            "{case}"
        );
        seen += 1;
    }
    assert!(seen >= 9);
}

#[test]
fn a_provider_that_sends_only_whole_items_or_only_the_whole_answer_is_understood() {
    for case in ["plain", "thinking", "parallel_tools", "image", "refusal", "custom_tool"] {
        let stream = fixture(&format!("answer/{case}.sse"));
        let whole = json(&format!("answer/{case}.json"));
        for kept in [
            &["item.done", "completed"][..],
            &["completed"],
            &["item.added", "part.added", ".done", "completed"],
        ] {
            let event = |event: &&str| kept.iter().any(|kind| event.lines().next().unwrap().ends_with(kind));
            let less: String = stream.split_inclusive("\n\n").filter(event).collect();

            assert_eq!(
                plain(fold(&events(&less))),
                plain(without_service(response(&whole))),
                "{case} of {kept:?}"
            );
        }
    }
}

/// The answer without its service, which no event has.
fn without_service(response: Response<'_>) -> Response<'_> {
    Response {
        service: ServiceReport::default(),
        ..response
    }
}

fn plain(mut response: Response<'_>) -> Response<'_> {
    response.id = None;
    response
}

#[test]
fn thoughts_come_with_their_signature_and_are_counted() {
    let answer = json("answer/thinking.json");
    let response = response(&answer);

    let Some(Part::Thinking {
        text,
        signature: Some(signature),
    }) = response.parts.first()
    else {
        panic!("{response:?}")
    };

    assert_eq!(
        text,
        "**Dividing by primes**\n\nUp to 14 only.\n\n**None divides**\n\nSo it is one."
    );
    assert_eq!(
        (&*signature.domain, signature.id.as_deref()),
        ("", Some("rs_68a0think"))
    );
    assert_eq!(response.parts.get(1), Some(&Part::text("Yes, 223 is a prime.")));

    let tokens = Tokens {
        prompt: 97,
        completion: 152,
        cache_read: 32,
        cache_write: 16,
        cache_write_1h: 0,
        reasoning: 141,
    };
    assert_eq!((response.tokens, tokens_of(&answer)), (Some(tokens), Some(tokens)));
}

fn tokens_of(answer: &Value) -> Option<Tokens> {
    crate::wire::responses::usage::tokens(answer)
}

#[test]
fn a_call_is_known_by_its_call_id() {
    let answer = json("answer/parallel_tools.json");
    let response = response(&answer);

    let ids = response.parts.iter().filter_map(|part| match part {
        Part::ToolCall(call) => Some((call.id.as_ref(), call.name.as_ref())),
        _ => None,
    });

    assert_eq!(
        ids.collect::<Vec<_>>(),
        [("call_p1Lima", "get_weather"), ("call_p2Quito", "get_weather")]
    );
    assert_eq!(response.stop, Stop::Tools);
}

#[test]
fn reasons_to_stop_are_read() {
    for (case, stop) in [
        ("plain", Stop::End),
        ("tools", Stop::Tools),
        ("length", Stop::Length),
        ("refusal", Stop::Refusal),
    ] {
        assert_eq!(response(&json(&format!("answer/{case}.json"))).stop, stop, "{case}");
    }
    let filtered = json!({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}, "output": []});
    assert_eq!(response(&filtered).stop, Stop::Refusal);
}

#[test]
fn failures_and_other_bodies_are_no_answers() {
    for answer in [
        json!({}),
        json!([]),
        json!({"error": {"message": "x"}}),
        json!({"status": "failed", "output": [], "error": {"code": "server_error", "message": "x"}}),
        json!({"status": "in_progress", "output": []}),
    ] {
        assert_eq!(read_response(&answer, Commentary::Text), Err(NotAnAnswer), "{answer}");
    }
}

#[test]
fn an_answer_without_most_fields_is_read() {
    let answer = json!({"output": [
        null, 3, {"type": "message"}, {"type": "message", "content": [{"type": "output_text", "text": "a"}, {"type": "new"}]},
        {"type": "reasoning", "summary": null}, {"type": "function_call", "id": "fc_1", "name": "f"}, {"type": "new"},
    ]});
    let response = response(&answer);

    assert_eq!(response.parts.first(), Some(&Part::text("a")));
    let Some(Part::ToolCall(call)) = response.parts.get(1) else {
        panic!("{response:?}")
    };

    assert_eq!((call.id.as_ref(), call.arguments.as_ref()), ("fc_1", "{}"));
    assert_eq!((response.parts.len(), response.tokens), (2, None));
}

#[test]
fn citations_count_the_characters_of_the_whole_answer_and_are_written_for_their_part() {
    let answer = json!({"output": [{"type": "message", "content": [
        {"type": "output_text", "text": "é1", "annotations": []},
        {"type": "output_text", "text": "two", "annotations": [
            {"type": "url_citation", "url": "https://x", "title": "X", "start_index": 1, "end_index": 3},
            {"type": "file_citation", "file_id": "f"}]},
    ]}]});
    let response = response(&answer);

    let citation = Citation {
        url: "https://x".into(),
        title: "X".into(),
        quote: None,
        span: Some((3, 5)),
    };

    assert_eq!(
        response.parts.get(1),
        Some(&Part::Text {
            text: "two".into(),
            citations: vec![citation],
            cache: None
        })
    );

    let written: Value = serde_json::from_slice(&write_response(&response, &identity(&json!({})))).unwrap();
    assert_eq!(
        written["output"][0]["content"][1]["annotations"],
        json!([{"type": "url_citation", "start_index": 1, "end_index": 3, "url": "https://x", "title": "X"}])
    );
}

#[test]
fn errors_in_a_stream_are_read_in_both_shapes() {
    let last = |case: &str| events(&fixture(case)).pop();

    let Some(Event::Error(failed)) = last("answer/error.sse") else {
        panic!()
    };

    assert_eq!(failed.code.as_deref(), Some("server_error"));
    assert!(failed.message.unwrap().starts_with("The server had an error"));
    let Some(Event::Error(error)) = last("answer/error_event.sse") else {
        panic!()
    };

    assert_eq!(
        (error.code.as_deref(), error.message.as_deref()),
        (Some("rate_limit_exceeded"), Some("Rate limit reached."))
    );
}

#[test]
fn a_signature_of_another_protocol_is_packed_for_the_client_and_unpacked_again() {
    for (text, redacted) in [("Hm.", false), ("", true), ("", false)] {
        let signature = Signature::of(Protocol::AnthropicMessages, "EqQB", None, redacted);
        let parts = vec![Part::Thinking {
            text: text.into(),
            signature: Some(signature),
        }];
        let response = Response {
            parts: parts.clone(),
            ..Response::default()
        };

        let answer: Value = serde_json::from_slice(&write_response(&response, &identity(&json!({})))).unwrap();
        let next = json!({"model": "m", "input": [{"role": "user", "content": "x"}, answer["output"][0]]});

        assert_eq!(read_request(&next).unwrap().turns[1].parts, parts);
    }
}

#[test]
fn a_stream_that_passes_is_counted_and_its_end_is_seen() {
    for (case, ending, text_bytes) in [
        ("plain", StreamEnd::Complete, 44),
        ("length", StreamEnd::Complete, 28),
        ("tools", StreamEnd::Complete, 19),
        ("error", StreamEnd::Failed, 9),
        ("error_event", StreamEnd::Failed, 0),
    ] {
        let mut passing = PassthroughWatch::new();
        let events = data(&fixture(&format!("answer/{case}.sse")));
        let (last, before) = events.split_last().unwrap();
        before.iter().for_each(|event| {
            passing.judge(event.as_bytes());
        });
        assert_eq!((passing.end(), passing.is_done()), (StreamEnd::Cut, false), "{case}");

        passing.judge(last.as_bytes());

        assert_eq!(
            (passing.end(), passing.metered().text_bytes),
            (ending, text_bytes),
            "{case}"
        );
        let counted = super::events(&fixture(&format!("answer/{case}.sse")))
            .into_iter()
            .find_map(|event| match event {
                Event::Usage(tokens) => Some(tokens),
                _ => None,
            });
        assert_eq!(passing.metered().tokens, counted, "{case}");
    }
}

#[test]
fn tools_and_texts_with_words_of_the_protocol_do_not_disturb_the_watcher() {
    let mut passing = PassthroughWatch::new();
    passing.judge(br#"{"type":"response.output_text.delta","delta":"\"response.completed\" \"error\""}"#);

    assert_eq!((passing.end(), passing.metered().text_bytes), (StreamEnd::Cut, 32));

    passing.judge(br#"{"type":"response.completed","response":{"tools":[{"parameters":{"delta":"x"}}],"usage":{"input_tokens":1}}}"#);

    assert_eq!((passing.end(), passing.metered().text_bytes), (StreamEnd::Complete, 32));
    assert_eq!(passing.metered().tokens.map(|tokens| tokens.prompt), Some(1));
}
