//! Whole answers, as providers send them.

use serde_json::{Value, json};

use super::*;
use crate::domain::{ServiceReport, Tokens};
use crate::wire::neutral::{NotAnAnswer, Stop};

pub(super) fn read(text: &'static str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn an_answer_and_its_stream_say_the_same() {
    for (name, whole, streamed) in [
        ("plain", fixture!("answer/plain.json"), fixture!("answer/plain.sse")),
        ("tools", fixture!("answer/tools.json"), fixture!("answer/tools.sse")),
        (
            "parallel_tools",
            fixture!("answer/parallel_tools.json"),
            fixture!("answer/parallel_tools.sse"),
        ),
        ("image", fixture!("answer/image.json"), fixture!("answer/image.sse")),
        (
            "thinking",
            fixture!("answer/thinking.json"),
            fixture!("answer/thinking.sse"),
        ),
        (
            "structured_output",
            fixture!("answer/structured_output.json"),
            fixture!("answer/structured_output.sse"),
        ),
        (
            "refusal",
            fixture!("answer/refusal.json"),
            fixture!("answer/refusal.sse"),
        ),
        ("length", fixture!("answer/length.json"), fixture!("answer/length.sse")),
    ] {
        let whole = read(whole);
        let whole = read_response(&whole, None).unwrap();
        let streamed = fold(&events(streamed));

        assert!(streamed.ended && streamed.error.is_none(), "{name}");
        assert_eq!(streamed.response, without_service(whole.clone()), "{name}");
        assert!(
            whole
                .tokens
                .is_some_and(|tokens| tokens.reasoning > 0 && tokens.cache_read > 0),
            "{name}"
        );
    }
}

/// The answer without its service, which neither events nor written answers have.
pub(super) fn without_service(response: Response<'_>) -> Response<'_> {
    Response {
        service: ServiceReport::default(),
        ..response
    }
}

#[test]
fn shapes_of_other_providers_are_understood() {
    let response = |message: Value, reason: &str| {
        let answer = json!({"id": "x", "choices": [{"message": message, "finish_reason": reason}]});
        read_response(&answer, None)
            .map(|response| fold(&response.events().into_iter().map(Event::into_owned).collect::<Vec<_>>()).response)
    };
    let call = |id: &'static str, arguments: &'static str| {
        Part::ToolCall(ToolCall {
            id: id.into(),
            name: "f".into(),
            namespace: None,
            arguments: arguments.into(),
            custom: false,
        })
    };

    let ollama = response(
        json!({"content": "", "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]}),
        "stop",
    )
    .unwrap();

    assert_eq!(
        (ollama.parts, ollama.stop),
        (vec![call("call_x_0", "{\"a\":1}")], Stop::Tools)
    );

    let retired = response(
        json!({"content": null, "function_call": {"name": "f", "arguments": "{}"}}),
        "function_call",
    )
    .unwrap();
    assert_eq!(
        (retired.parts, retired.stop),
        (vec![call("call_x_0", "{}")], Stop::Tools)
    );

    let mistral = json!([
        {"type": "thinking", "thinking": [{"type": "text", "text": "h"}, {"type": "text", "text": "m"}]},
        {"type": "text", "text": "yes"},
    ]);
    let mistral = response(json!({"content": mistral, "tool_calls": null}), "stop").unwrap();
    assert_eq!(
        mistral.parts,
        [
            Part::Thinking {
                text: "hm".into(),
                signature: None
            },
            Part::text("yes")
        ]
    );

    let groq = response(json!({"content": "yes", "reasoning": "hm"}), "eos").unwrap();
    assert_eq!((groq.parts, groq.stop), (mistral.parts, Stop::End));

    let twice = response(
        json!({"content": "yes", "reasoning": "hm", "reasoning_content": "hm"}),
        "stop",
    )
    .unwrap();
    assert_eq!(twice.parts, groq_parts());
}

fn groq_parts() -> Vec<Part<'static>> {
    vec![
        Part::Thinking {
            text: "hm".into(),
            signature: None,
        },
        Part::text("yes"),
    ]
}

#[test]
fn counts_stand_where_the_provider_puts_them() {
    let message = json!({"content": "yes"});
    let moonshot = json!({"choices": [{"message": message, "usage": {"prompt_tokens": 9.0, "completion_tokens": 4, "cached_tokens": 2}}]});
    let none = json!({"choices": [{"message": message}], "usage": null});

    let tokens = Tokens {
        prompt: 9,
        completion: 4,
        cache_read: 2,
        ..Tokens::default()
    };

    assert_eq!(read_response(&moonshot, None).unwrap().tokens, Some(tokens));
    assert_eq!(read_response(&none, None).unwrap().tokens, None);
}

#[test]
fn other_bodies_are_no_answers() {
    let error = read(fixture!("answer/error.json"));
    for answer in [
        error,
        json!({}),
        json!([]),
        json!({"choices": []}),
        json!({"choices": [{"text": "a completion"}]}),
        json!({"object": "error", "message": "boom"}),
        json!({"choices": [{"message": {"content": "The"}, "finish_reason": "error"}]}),
        json!({"choices": [{"message": {"content": "The"}, "finish_reason": "stop"}], "error": {"message": "boom"}}),
    ] {
        assert_eq!(read_response(&answer, None), Err(NotAnAnswer), "{answer}");
    }
}
