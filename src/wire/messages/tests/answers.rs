//! Providers' answers, read and written again.

use serde_json::{Value, json};

use super::stream::check;
use super::{ANSWERS, Spoken, data, said};
use crate::domain::{Protocol, Tokens};
use crate::wire::error::{ApiError, Code};
use crate::wire::event_stream::{StreamEnd, Watch as _};
use crate::wire::messages::passthrough::Passing;
use crate::wire::messages::read_events::ReadEvents;
use crate::wire::messages::read_response::read_response;
use crate::wire::messages::usage::tokens;
use crate::wire::messages::write_events::WriteEvents;
use crate::wire::messages::write_response::write_response;
use crate::wire::neutral::{Event, NotAnAnswer, Part, Response, ResponseIdentity, Signature, Stop, ToolCall};

const ERROR: &str = include_str!("../../../../tests/data/wire/messages/answer/error.sse");

fn identity() -> ResponseIdentity {
    ResponseIdentity {
        id: "abc".into(),
        model: "claude-x".into(),
        ..ResponseIdentity::default()
    }
}

#[test]
fn a_stream_says_what_the_whole_answer_says() {
    for (name, whole, stream) in ANSWERS {
        let whole: Value = serde_json::from_str(whole).unwrap();
        let mut expected = Spoken::default();
        read_response(&whole, None)
            .unwrap()
            .events()
            .iter()
            .for_each(|event| expected.add(event));

        assert_eq!(said(&data(stream)), expected.0, "{name}");
    }
}

#[test]
fn what_is_written_reads_as_what_was_read() {
    for (name, whole, stream) in ANSWERS {
        let mut writer = WriteEvents::new(identity());
        let mut out = Vec::new();
        let mut reader = ReadEvents::new(None);
        for event in data(stream) {
            reader.read(event.as_bytes(), &mut |event| writer.write(event, &mut out));
        }
        let message = check(&out);
        assert_eq!(message.error, None);

        let words = |events: Vec<String>| -> Vec<_> {
            // A refusal's reason becomes words.
            let words = events.into_iter().map(|line| line.replacen("refusal ", "text ", 1));
            words
                .filter(|line| !line.starts_with("text The request could"))
                .collect()
        };
        let again = said(&data(std::str::from_utf8(&out).unwrap()));
        let again: Vec<_> = again
            .into_iter()
            .map(|line| line.replace("The request could enable a burglary.", ""))
            .collect();
        assert_eq!(words(again), words(said(&data(stream))), "{name}");

        let whole: Value = serde_json::from_str(whole).unwrap();
        let response = read_response(&whole, None).unwrap();
        let written: Value = serde_json::from_slice(&write_response(&response, &identity())).unwrap();
        assert_eq!(
            (&written["id"], &written["model"]),
            (&json!("msg_abc"), &json!("claude-x"))
        );
        let back = read_response(&written, None).unwrap();
        assert_eq!(
            (back.stop, &back.stop_sequence, back.tokens),
            (response.stop, &response.stop_sequence, response.tokens)
        );
        if name != "refusal" {
            assert_eq!(back.parts, response.parts, "{name}");
        }
    }
}

#[test]
fn usage_is_exact_whichever_way_the_answer_comes() {
    for (name, whole, stream) in ANSWERS {
        let whole: Value = serde_json::from_str(whole).unwrap();
        let mut passing = Passing::new();
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
        assert_eq!((last, passing.tokens()), (tokens(&whole), tokens(&whole)), "{name}");
        assert_eq!((passing.ending(), passing.is_done()), (StreamEnd::Complete, true));
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
    let events = said(&data(ERROR));
    let last = events.last().unwrap();
    assert!(
        last.starts_with("Error(") && last.contains("overloaded_error"),
        "{last}"
    );

    let mut passing = Passing::new();
    for event in data(ERROR) {
        passing.judge(event.as_bytes());
    }
    assert_eq!(passing.ending(), StreamEnd::Failed);
}

#[test]
fn a_stream_that_breaks_off_does_not_end() {
    let (_, _, stream) = ANSWERS[0];
    let events = data(stream);
    for length in 0..events.len() {
        let (head, _) = events.split_at(length);
        let stopped = head.iter().any(|event| event.contains("\"stop_reason\":\"end_turn\""));
        assert_eq!(said(head).last().is_some_and(|last| last == "End"), stopped, "{length}");
    }
}

#[test]
fn an_answer_in_json_by_a_forced_tool_is_text() {
    let (_, whole, stream) = ANSWERS[9];
    let whole: Value = serde_json::from_str(whole).unwrap();

    let response = read_response(&whole, None).unwrap();

    assert_eq!(response.parts, [Part::text(r#"{"name":"Ada Lovelace","age":36}"#)]);
    assert_eq!(response.stop, Stop::End);
    let said = said(&data(stream));
    assert!(
        said.contains(&r#"text {"name":"Ada Lovelace","age":36}"#.to_owned()),
        "{said:?}"
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
    // Tools were called, whatever the reason says.
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
    let said = said(&odd.map(str::to_owned));
    assert_eq!(
        said,
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
fn other_protocols_answers_get_a_form() {
    let responses = |redacted| Signature {
        origin: Protocol::OpenaiResponses,
        value: "gA".into(),
        id: Some("rs_1".into()),
        redacted,
    };
    let response = Response {
        parts: vec![
            Part::Thinking {
                text: "".into(),
                signature: Some(responses(false)),
            },
            Part::Thinking {
                text: "open".into(),
                signature: None,
            },
            Part::Thinking {
                text: "".into(),
                signature: None,
            },
            Part::Refusal("no".into()),
            Part::ToolCall(ToolCall {
                id: "1".into(),
                name: "f".into(),
                namespace: None,
                arguments: "".into(),
                custom: false,
            }),
            Part::ToolCall(ToolCall {
                id: "2".into(),
                name: "f".into(),
                namespace: None,
                arguments: "{\"a\": ".into(),
                custom: false,
            }),
        ],
        stop: Stop::End,
        ..Response::default()
    };

    let written: Value = serde_json::from_slice(&write_response(&response, &identity())).unwrap();

    assert_eq!(
        written["content"],
        json!([
            {"type": "thinking", "thinking": "", "signature": "cm1.openai-responses.-.rs_1.gA"},
            {"type": "thinking", "thinking": "open", "signature": ""},
            {"type": "text", "text": "no"},
            {"type": "tool_use", "id": "1", "name": "f", "input": {}},
            {"type": "tool_use", "id": "2", "name": "f", "input": {"input": "{\"a\": "}},
        ])
    );
    assert_eq!(
        (&written["stop_reason"], &written["usage"]["input_tokens"]),
        (&json!("tool_use"), &json!(0))
    );
}

#[test]
fn an_answer_of_nothing_has_an_empty_text() {
    let written: Value = serde_json::from_slice(&write_response(&Response::default(), &identity())).unwrap();
    assert_eq!(written["content"], json!([{"type": "text", "text": ""}]));

    let mut out = Vec::new();
    WriteEvents::new(identity()).write(Event::End, &mut out);
    assert_eq!(check(&out).blocks, [json!({"type": "text", "text": ""})]);
}

#[test]
fn a_refusal_says_so() {
    let response = Response {
        stop: Stop::Refusal,
        ..Response::default()
    };
    let written: Value = serde_json::from_slice(&write_response(&response, &identity())).unwrap();
    assert_eq!(written["stop_reason"], "refusal");
    assert_eq!(written["stop_details"]["type"], "refusal");
}

#[test]
fn a_failure_closes_nothing() {
    let error = ApiError::new(Code::ProviderError, "It broke.");
    let mut writer = WriteEvents::new(identity());
    let mut out = Vec::new();
    writer.write(Event::Start { id: None, tokens: None }, &mut out);
    writer.write(Event::Text("a".into()), &mut out);

    writer.fail(&error, &mut out);
    writer.write(Event::End, &mut out);
    writer.fail(&error, &mut out);

    let message = check(&out);
    assert_eq!(
        message.error,
        Some(json!({"type": "provider_error", "message": "It broke."}))
    );
    assert_eq!(message.last, None);

    let mut out = Vec::new();
    WriteEvents::new(identity()).fail(&error, &mut out);
    assert!(out.starts_with(b"event: error\ndata: {\"type\":\"error\","));
}
