//! Completions, read and written.

use serde_json::{Value, json};

use super::*;
use crate::domain::Tokens;
use crate::wire::error::{ApiError, Code};
use crate::wire::neutral::{Event, Part, Response, ResponseIdentity, Role, Stop};

fn identity() -> ResponseIdentity {
    ResponseIdentity {
        id: "7h3x".into(),
        model: "fast".into(),
        created: 1_795_300_000,
        include_usage: true,
        ..ResponseIdentity::default()
    }
}

#[test]
fn a_prompt_is_a_turn_of_the_user() {
    for prompt in [json!("Once upon"), json!(["Once upon"])] {
        let body = json!({"model": "m", "prompt": prompt, "max_tokens": 7, "stop": "\n", "temperature": 0, "seed": 1,
            "user": "u", "stream": true, "n": 1, "best_of": 1, "echo": false, "suffix": null, "logprobs": null, "logit_bias": {}});

        let request = read_request(&body).unwrap();

        assert_eq!(
            (request.turns[0].role, &request.turns[0].parts),
            (Role::User, &vec![Part::text("Once upon")])
        );
        assert_eq!(
            (request.max_tokens, request.stop, request.stream),
            (Some(7), vec!["\n".into()], true)
        );
        assert!(request.sampling.temperature.is_some() && request.sampling.seed.is_some());
    }
}

#[test]
fn fields_that_a_conversation_has_no_place_for_are_refused() {
    for (more, param, invalid) in [
        (json!({}), "prompt", true),
        (json!({"prompt": []}), "prompt", true),
        (json!({"prompt": 7}), "prompt", true),
        (json!({"prompt": [1, 2]}), "prompt[0]", false),
        (json!({"prompt": [[1, 2]]}), "prompt[0]", false),
        (json!({"prompt": ["a", "b"]}), "prompt", false),
        (json!({"prompt": "a", "n": 2}), "n", false),
        (json!({"prompt": "a", "best_of": 2}), "best_of", false),
        (json!({"prompt": "a", "echo": true}), "echo", false),
        (json!({"prompt": "a", "suffix": "b"}), "suffix", false),
        (json!({"prompt": "a", "logprobs": 0}), "logprobs", false),
        (json!({"prompt": "a", "logit_bias": {"1": 2}}), "logit_bias", false),
    ] {
        let refused = read_request(&more).unwrap_err();
        assert_eq!((refused.param.as_ref(), refused.invalid), (param, invalid), "{more}");
    }
}

#[test]
fn an_answer_is_one_text() {
    let tokens = Tokens {
        prompt: 9,
        completion: 5,
        cache_read: 4,
        cache_write: 3,
        reasoning: 2,
        ..Tokens::default()
    };
    let response = Response {
        parts: vec![
            Part::Thinking {
                text: "hm".into(),
                signature: None,
            },
            Part::text("a "),
            Part::text("time"),
        ],
        stop: Stop::Length,
        tokens: Some(tokens),
        ..Response::default()
    };

    let answer: Value = serde_json::from_slice(&write_response(&response, &identity())).unwrap();

    assert_eq!(
        answer,
        json!({
            "id": "cmpl-7h3x",
            "object": "text_completion",
            "created": 1_795_300_000,
            "model": "fast",
            "choices": [{"text": "a time", "index": 0, "logprobs": null, "finish_reason": "length"}],
            "usage": {
                "prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14,
                "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 3},
                "completion_tokens_details": {"reasoning_tokens": 2}
            }
        })
    );
}

#[test]
fn a_stream_is_chunks_of_the_same_shape() {
    let write = |include_usage, events: Vec<Event<'static>>| {
        let mut writer = WriteEvents::new(ResponseIdentity {
            include_usage,
            ..identity()
        });
        let mut out = Vec::new();
        for event in events {
            writer.write(event, &mut out);
        }
        String::from_utf8(out).unwrap()
    };
    let events = || {
        vec![
            Event::Start { id: None, tokens: None },
            Event::Thinking("hm".into()),
            Event::Text("a time".into()),
            Event::Stop {
                stop: Stop::End,
                sequence: None,
            },
            Event::Usage(Tokens {
                prompt: 1,
                completion: 2,
                ..Tokens::default()
            }),
            Event::End,
            Event::Text("late".into()),
        ]
    };

    let head = r#"data: {"id":"cmpl-7h3x","object":"text_completion","created":1795300000,"model":"fast","choices":["#;
    let chunk = |text: &str, reason: &str| {
        format!("{head}{{\"text\":\"{text}\",\"index\":0,\"logprobs\":null,\"finish_reason\":{reason}}}]}}\n\n")
    };
    let text = chunk("a time", "null") + &chunk("", "\"stop\"");

    assert_eq!(write(false, events()), format!("{text}data: [DONE]\n\n"));

    let with = write(true, events());
    assert!(
        with.starts_with(&format!("{text}{head}],\"usage\":{{\"prompt_tokens\":1,")),
        "{with}"
    );
    assert!(with.ends_with("}}\n\ndata: [DONE]\n\n"), "{with}");
}

#[test]
fn a_failure_reaches_the_client_and_no_end_follows() {
    let error = ApiError::new(Code::ProviderError, "It broke off.");
    let mut writer = WriteEvents::new(identity());
    let mut out = Vec::new();

    writer.fail(&error, &mut out);
    writer.write(Event::End, &mut out);

    assert_eq!(out, error.chat_event().as_bytes());
}
