//! The control keys of requests, and the errors that name them.

use crate::wire::control::{Control, ControlError};
use crate::wire::operation::Operation;

#[test]
fn a_control_key_that_is_there_twice_is_refused_however_it_is_written() {
    for (more, key) in [
        (r#""model":"b""#, "model"),
        (r#""mod\u0065l":"b""#, "model"),
        (r#""stream":true,"stream":false"#, "stream"),
        (r#""messages":[2]"#, "messages"),
        (r#""max_tokens":1,"max_tokens":2"#, "max_tokens"),
        (
            r#""max_completion_tokens":1,"max_completion_tokens":1"#,
            "max_completion_tokens",
        ),
        (r#""n":1,"n":2"#, "n"),
        (r#""best_of":1,"best_of":2"#, "best_of"),
        (r#""prediction":null,"prediction":{}"#, "prediction"),
        (r#""stream_options":{},"stream_options":null"#, "stream_options"),
        (r#""service_tier":"flex","service_tier":"auto""#, "service_tier"),
        (r#""speed":"fast","sp\u0065ed":null"#, "speed"),
        (
            r#""stream_options":{"include_usage":true,"include_usage":false}"#,
            "stream_options.include_usage",
        ),
    ] {
        let body = format!(r#"{{"model":"a","messages":[1],{more}}}"#);

        assert_eq!(
            Control::read(body.as_bytes(), Operation::Chat),
            Err(ControlError::Duplicate(key))
        );
    }
}

#[test]
fn keys_that_decide_nothing_may_repeat() {
    assert!(
        Control::read(
            br#"{"model":"a","messages":[1],"user":"x","user":"y"}"#,
            Operation::Chat
        )
        .is_ok()
    );
}

#[test]
fn an_escaped_name_is_read_as_it_was_meant() {
    let body = br#"{"model":"cl\u0061ude-\"x","messages":[1]}"#;
    let control = Control::read(body, Operation::Chat).unwrap();

    assert_eq!(control.model(body), "claude-\"x");
}

#[test]
fn what_is_missing_or_of_the_wrong_kind_is_named() {
    let error = |body: &str| Control::read(body.as_bytes(), Operation::Chat).unwrap_err();

    assert_eq!(error(r#"{"messages":[1]}"#), ControlError::MissingModel);
    assert_eq!(error(r#"{"model":"","messages":[1]}"#), ControlError::MissingModel);
    assert_eq!(
        error(r#"{"model":7,"messages":[1]}"#),
        ControlError::Kind {
            key: "model",
            wanted: "a string"
        }
    );
    assert_eq!(
        error(&format!(r#"{{"model":"{}","messages":[1]}}"#, "m".repeat(257))),
        ControlError::LongModel
    );
    assert_eq!(error(r#"{"model":"m"}"#), ControlError::Messages);
    assert_eq!(error(r#"{"model":"m","messages":[ ]}"#), ControlError::Messages);
    assert_eq!(error(r#"{"model":"m","messages":{}}"#), ControlError::Messages);
    assert_eq!(
        error(r#"{"model":"m","messages":[1],"stream":"yes"}"#),
        ControlError::Kind {
            key: "stream",
            wanted: "true or false"
        }
    );
    assert_eq!(
        Control::read(b"{\"model\":\"\xff\"}", Operation::Chat).unwrap_err(),
        ControlError::Utf8
    );
}

#[test]
fn each_endpoint_wants_what_it_works_on() {
    let read = |body: &'static str, operation| Control::read(body.as_bytes(), operation);

    for operation in [Operation::Messages, Operation::CountTokens] {
        assert_eq!(
            read(r#"{"model":"m","input":"x"}"#, operation),
            Err(ControlError::Messages)
        );
    }
    // Some agents send the body of Responses to chat.
    for (body, is_taken) in [
        (r#"{"model":"m","input":"x"}"#, true),
        (r#"{"model":"m","messages":[],"input":[1],"max_output_tokens":9}"#, true),
        (r#"{"model":"m","messages":[1],"input":[1]}"#, false),
    ] {
        let control = read(body, Operation::Chat).unwrap();
        assert_eq!(control.has_input_for_messages, is_taken, "{body}");
        let limit = body.contains("max_output").then_some(9);
        assert_eq!((control.max_tokens, control.prompt_bytes), (limit, 3));
    }
    for body in [r#"{"model":"m","input":[]}"#, r#"{"model":"m","input":null}"#] {
        assert_eq!(read(body, Operation::Chat), Err(ControlError::Messages));
    }
    assert_eq!(
        read(r#"{"model":"m"}"#, Operation::Embeddings),
        Err(ControlError::Content("input"))
    );
    assert_eq!(
        read(r#"{"model":"m","prompt":null}"#, Operation::Completions),
        Err(ControlError::Content("prompt"))
    );

    let responses = read(
        r#"{"model":"m","instructions":"be brief","input":"hello","max_output_tokens":9}"#,
        Operation::Responses,
    )
    .unwrap();
    assert_eq!((responses.prompt_bytes, responses.max_tokens), (10 + 7, Some(9)));

    assert!(
        read(
            r#"{"model":"m","input":["a","b"],"stream_options":7}"#,
            Operation::Embeddings
        )
        .is_ok()
    );
}
