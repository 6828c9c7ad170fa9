//! Answers, as clients get them.

use serde_json::{Value, json};

use super::stream::check;
use super::{ANSWERS, data, lines};
use crate::domain::Protocol;
use crate::wire::error::{ApiError, Code};
use crate::wire::messages::read_events::ReadEvents;
use crate::wire::messages::read_response::read_response;
use crate::wire::messages::write_events::WriteEvents;
use crate::wire::messages::write_response::write_response;
use crate::wire::neutral::{Event, Part, Response, ResponseIdentity, Signature, Stop, ToolCall};

fn identity() -> ResponseIdentity {
    ResponseIdentity {
        id: "abc".into(),
        model: "claude-x".into(),
        ..ResponseIdentity::default()
    }
}

#[test]
fn parts_of_other_protocols_get_a_form() {
    let responses = |redacted| Signature::of(Protocol::OpenaiResponses, "gA", Some("rs_1"), redacted);
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
            {"type": "thinking", "thinking": "", "signature": "cm1.openai.-.rs_1.gA"},
            {"type": "thinking", "thinking": "open", "signature": "cm1.none.-.."},
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

#[test]
fn written_answers_read_like_the_originals() {
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
            // The reason of a refusal becomes text.
            let words = events.into_iter().map(|line| line.replacen("refusal ", "text ", 1));
            words
                .filter(|line| !line.starts_with("text The request could"))
                .collect()
        };
        let again = lines(&data(std::str::from_utf8(&out).unwrap()));
        let again: Vec<_> = again
            .into_iter()
            .map(|line| line.replace("The request could enable a burglary.", ""))
            .collect();
        assert_eq!(words(again), words(lines(&data(stream))), "{name}");

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
