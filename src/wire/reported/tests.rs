//! Errors that come as a success, as providers send them.

use super::*;
use serde_json::json;

const CHAT: Protocol = Protocol::OpenaiChat;
const MESSAGES: Protocol = Protocol::AnthropicMessages;
const RESPONSES: Protocol = Protocol::OpenaiResponses;

/// A protocol, an answer in it, and the status and message of the failure that it reports.
type Case = (Protocol, serde_json::Value, Option<u16>, Option<&'static str>);

fn chat_cases() -> Vec<Case> {
    vec![
        (
            CHAT,
            json!({"error": {"message": "Overloaded", "type": "overloaded_error"}}),
            Some(529),
            Some("Overloaded"),
        ),
        (
            CHAT,
            json!({"error": {"message": "slow down", "code": 429}}),
            Some(429),
            Some("slow down"),
        ),
        (
            CHAT,
            json!({"error": "Rate limit reached"}),
            Some(429),
            Some("Rate limit reached"),
        ),
        (
            CHAT,
            json!({"error": {"message": "m", "code": "502"}}),
            Some(502),
            Some("m"),
        ),
        (
            CHAT,
            json!({"error": {"message": "m", "code": "1302"}}),
            None,
            Some("m"),
        ),
        (
            CHAT,
            json!({"object": "error", "message": "m", "type": "BadRequestError", "code": 400}),
            Some(400),
            Some("m"),
        ),
        (
            CHAT,
            json!({"code": 500, "msg": "it broke"}),
            Some(500),
            Some("it broke"),
        ),
        (
            CHAT,
            json!({"code": "InvalidParameter", "message": "no such field"}),
            None,
            Some("no such field"),
        ),
        (
            CHAT,
            json!({"base_resp": {"status_code": 1002, "status_msg": "rate limit exceeded"}, "choices": null}),
            Some(429),
            Some("rate limit exceeded"),
        ),
        (
            CHAT,
            json!([{"error": {"code": 503, "message": "m", "status": "UNAVAILABLE"}}]),
            Some(503),
            Some("m"),
        ),
        (
            CHAT,
            json!({"error": {"message": "This model's maximum context length is 9 tokens."}}),
            Some(400),
            Some("This model's maximum context length is 9 tokens."),
        ),
    ]
}

fn other_cases() -> Vec<Case> {
    vec![
        (
            MESSAGES,
            json!({"type": "error", "error": {"type": "authentication_error", "message": "m"}}),
            Some(401),
            Some("m"),
        ),
        (
            MESSAGES,
            json!({"type": "error", "error": {"type": "api_error", "message": "m"}}),
            None,
            Some("m"),
        ),
        (
            RESPONSES,
            json!({"object": "response", "status": "failed", "error": {"code": "server_error", "message": "m"}, "output": []}),
            Some(500),
            Some("m"),
        ),
    ]
}

#[test]
fn every_known_shape_of_a_failure_is_read_with_its_status() {
    for (protocol, answer, status, message) in [chat_cases(), other_cases()].concat() {
        let reported = Reported::in_answer(protocol, &answer).unwrap_or_else(|| panic!("{answer}"));

        assert_eq!(
            (reported.status, reported.error.message.as_deref()),
            (status, message),
            "{answer}"
        );
    }
}

#[test]
fn an_empty_answer_is_a_failure_without_a_message() {
    for (protocol, answer) in [
        (CHAT, json!({"id": "c", "choices": []})),
        (CHAT, json!({"id": "c", "choices": null, "usage": {"prompt_tokens": 1}})),
        (CHAT, json!({"object": "list", "data": []})),
        (MESSAGES, json!({"type": "message", "content": [], "stop_reason": null})),
    ] {
        assert_eq!(
            Reported::in_answer(protocol, &answer),
            Some(Reported::default()),
            "{answer}"
        );
    }
}

#[test]
fn a_body_that_may_be_an_answer_is_no_failure() {
    for (protocol, answer) in [
        (
            CHAT,
            json!({"error": null, "choices": [{"finish_reason": "content_filter"}]}),
        ),
        (
            CHAT,
            json!({"choices": [{"message": {"content": ""}, "finish_reason": "stop"}], "code": 0, "msg": "ok"}),
        ),
        (
            CHAT,
            json!({"base_resp": {"status_code": 0, "status_msg": ""}, "choices": [{"message": {}}]}),
        ),
        (CHAT, json!({"object": "list", "data": [{"embedding": [1.0]}]})),
        (
            MESSAGES,
            json!({"type": "message", "content": [], "stop_reason": "end_turn"}),
        ),
        (
            RESPONSES,
            json!({"object": "response", "status": "incomplete", "error": null, "output": []}),
        ),
        (RESPONSES, json!({"something": "else"})),
    ] {
        assert_eq!(Reported::in_answer(protocol, &answer), None, "{answer}");
    }
}

#[test]
fn a_failed_response_is_read_inside_its_event() {
    let event = json!({"type": "response.failed", "response": {"status": "failed",
        "error": {"code": "rate_limit_exceeded", "message": "Try again in 12s."}}});

    let reported = Reported::in_event(&event).unwrap();

    assert_eq!(
        (reported.status, reported.error.message.as_deref()),
        (Some(429), Some("Try again in 12s."))
    );
}

#[test]
fn a_text_that_is_no_json_reports_no_details() {
    assert_eq!(Reported::read(b"<html>busy</html>"), Reported::default());
}
