//! Answers of providers, as they are read.

use serde_json::{Value, json};

use super::{ANSWERS, Lines, data, lines};
use crate::domain::Tokens;
use crate::wire::event_stream::{EventWatch as _, StreamEnd};
use crate::wire::messages::passthrough::PassthroughWatch;
use crate::wire::messages::read_events::ReadEvents;
use crate::wire::messages::read_response::read_response;
use crate::wire::messages::usage::tokens;
use crate::wire::neutral::{Event, NotAnAnswer, Part, Stop};

const ERROR: &str = include_str!("../../../../tests/data/wire/messages/answer/error.sse");

#[test]
fn a_stream_is_read_like_the_whole_answer() {
    for (name, whole, stream) in ANSWERS {
        let whole: Value = serde_json::from_str(whole).unwrap();
        let mut expected = Lines::default();
        read_response(&whole, None)
            .unwrap()
            .events()
            .iter()
            .for_each(|event| expected.add(event));

        assert_eq!(lines(&data(stream)), expected.0, "{name}");
    }
}

#[test]
fn usage_is_exact_whichever_way_the_answer_comes() {
    for (name, whole, stream) in ANSWERS {
        let whole: Value = serde_json::from_str(whole).unwrap();
        let mut passing = PassthroughWatch::new();
        let mut last = None;
        let mut reader = ReadEvents::new(None);
        for event in data(stream) {
            passing.judge(event.as_bytes());
            reader.read(event.as_bytes(), &mut |event| {
                if let Event::Usage(tokens) = event {
                    last = Some(tokens);
                }
            });
        }

        assert!(tokens(&whole).is_some());
        assert_eq!(
            (last, passing.metered().tokens),
            (tokens(&whole), tokens(&whole)),
            "{name}"
        );
        assert_eq!((passing.end(), passing.is_done()), (StreamEnd::Complete, true));
        assert_eq!(read_response(&whole, None).unwrap().tokens, tokens(&whole));
    }

    let (_, whole, _) = ANSWERS[0];
    let expected = Tokens {
        prompt: 2583,
        completion: 17,
        cache_read: 2048,
        cache_write: 512,
        cache_write_1h: 128,
        reasoning: 0,
    };

    assert_eq!(tokens(&serde_json::from_str(whole).unwrap()), Some(expected));
}

#[test]
fn an_error_in_the_stream_ends_it() {
    let events = lines(&data(ERROR));
    let last = events.last().unwrap();

    assert!(
        last.starts_with("Error(") && last.contains("overloaded_error"),
        "{last}"
    );

    let mut passing = PassthroughWatch::new();
    for event in data(ERROR) {
        passing.judge(event.as_bytes());
    }

    assert_eq!(passing.end(), StreamEnd::Failed);
}

#[test]
fn a_stream_that_breaks_off_does_not_end() {
    let (_, _, stream) = ANSWERS[0];
    let events = data(stream);
    for length in 0..events.len() {
        let (head, _) = events.split_at(length);
        let stopped = head.iter().any(|event| event.contains("\"stop_reason\":\"end_turn\""));
        assert_eq!(
            lines(head).last().is_some_and(|last| last == "End"),
            stopped,
            "{length}"
        );
    }
}

#[test]
fn an_answer_in_json_by_a_forced_tool_is_text() {
    let (_, whole, stream) = ANSWERS[9];
    let whole: Value = serde_json::from_str(whole).unwrap();

    let response = read_response(&whole, None).unwrap();

    assert_eq!(response.parts, [Part::text(r#"{"name":"Ada Lovelace","age":36}"#)]);
    assert_eq!(response.stop, Stop::End);

    let lines = lines(&data(stream));
    assert!(
        lines.contains(&r#"text {"name":"Ada Lovelace","age":36}"#.to_owned()),
        "{lines:?}"
    );
}

#[test]
fn providers_are_read_leniently() {
    let response = |answer: Value| {
        read_response(&answer, None).map(|response| format!("{:?} {:?}", response.parts, response.stop))
    };

    assert_eq!(response(json!({"content": []})), Ok("[] End".to_owned()));
    assert_eq!(
        response(json!({"content": [7, {"type": "hologram"}, {}], "stop_reason": 7})),
        Ok("[] End".to_owned())
    );
    assert_eq!(response(json!({"type": "error", "error": {}})), Err(NotAnAnswer));
    assert_eq!(response(json!("x")), Err(NotAnAnswer));

    // The answer has calls, so the reason is corrected.
    let called = json!({"content": [{"type": "tool_use", "id": "1", "name": "f"}], "stop_reason": "end_turn"});
    assert!(response(called).unwrap().ends_with("Tools"));

    let odd = [
        r#"{"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":"a"}}"#,
        "garbage",
        r#"{"type":"content_block_start","index":4,"content_block":{"type":"tool_use","id":"1","name":"f","input":{"a":1}}}"#,
        r#"{"type":"content_block_stop","index":4}"#,
        r#"{"type":"content_block_stop","index":9}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":null}"#,
    ];
    let lines = lines(&odd.map(str::to_owned));
    assert_eq!(
        lines,
        [
            "start",
            "text a",
            "call 0 1 f",
            "arguments 0 {\"a\":1}",
            "Stop { stop: Tools, sequence: None }",
            "End"
        ]
    );
}

#[test]
fn citations_that_come_before_their_words_are_told_after_them() {
    let citation = r#"{"type":"content_block_delta","index":0,"delta":{"type":"citations_delta","citation":{"type":"web_search_result_location","url":"https://a.example/","title":"A","cited_text":"q","encrypted_index":"x"}}}"#;
    let words = r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Rome is old."}}"#;
    let start = r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#;
    let stop = r#"{"type":"content_block_stop","index":0}"#;
    let end = r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":null}"#;

    for events in [
        vec![start, citation, words, stop, end],
        vec![start, words, citation, stop, end],
        vec![start, citation, words, end],
    ] {
        let mut reader = ReadEvents::new(None);
        let mut kinds = Vec::new();
        for event in &events {
            reader.read(event.as_bytes(), &mut |event| match event {
                Event::Text(_) => kinds.push("text"),
                Event::Citation(_) => kinds.push("citation"),
                _ => {}
            });
        }
        assert_eq!(kinds, ["text", "citation"], "{events:?}");
    }
}
