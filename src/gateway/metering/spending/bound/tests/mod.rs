//! Tests of the bound: how much is reserved for which request.

mod charges;

use serde_json::{Value, json};

use super::request_size::{LEAST_LIMIT, UNSEEN, UNSEEN_OF_TEXT};
use super::*;
use crate::wire::operation::Operation;

const NOON: Timestamp = Timestamp::from_millis(1_795_348_800_000);
const CONTEXT: u64 = 100_000;
const LONGEST: u64 = 30_000;

fn model() -> Model {
    serde_json::from_value(json!({
        "id": "lab/m", "name": "M", "provider": "lab", "upstream_model": "m", "type": "chat", "protocols": ["openai-chat"],
        "context_length": CONTEXT, "top_provider": {"max_completion_tokens": LONGEST},
        "pricing": {"prompt": "0.000001", "completion": "0.00001", "input_cache_write": "0.000002", "request": "0.0001"},
        "service_tiers": {"priority": {"prompt": "0.000003", "completion": "0.00003"}},
    }))
    .unwrap()
}

/// Tokens in and out that are reserved.
fn reserved(operation: Operation, body: &Value, reserve: Reserve, includes_reasoning: Option<bool>) -> (u64, u64) {
    let body = body.to_string();
    let control = Control::read(body.as_bytes(), operation).unwrap();
    RequestSize::read(&control, body.as_bytes(), reserve).of(&model(), includes_reasoning)
}

fn strict(operation: Operation, body: &Value) -> (u64, u64) {
    reserved(operation, body, Reserve::Strict, None)
}

fn chat(more: &Value) -> Value {
    let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "Hello"}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[test]
fn a_strict_reservation_is_for_every_answer_at_its_longest() {
    for (more, completion) in [
        (json!({"max_tokens": 1_000}), 1_000),
        (json!({"max_tokens": 1_000, "n": 3}), 3_000),
        (json!({"max_tokens": 1_000, "n": 3, "best_of": 20}), 20_000),
        (json!({"max_tokens": 1, "max_completion_tokens": 900}), 900),
        (json!({"max_tokens": 1}), LEAST_LIMIT),
        (json!({"max_tokens": 90_000}), LONGEST),
        (json!({}), LONGEST),
        (json!({"max_output_tokens": 5}), LONGEST),
        (json!({"max_tokens": 0}), LONGEST),
        (json!({"max_tokens": 1_000, "n_predict": 9}), LONGEST),
        (json!({"n": 1_000}), LONGEST * 1_000),
        (json!({"max_tokens": 1_000, "n": u64::MAX}), u64::MAX),
    ] {
        assert_eq!(strict(Operation::Chat, &chat(&more)).1, completion, "{more}");
    }

    let predicted = json!({"type": "content", "content": "x".repeat(5_000)});
    let length = predicted.to_string().len() as u64;
    assert_eq!(
        strict(
            Operation::Chat,
            &chat(&json!({"max_tokens": 100, "prediction": predicted}))
        )
        .1,
        100 + length
    );
}

#[test]
fn a_limit_that_may_not_hold_for_thinking_does_not_count() {
    let body = chat(&json!({"max_tokens": 100}));

    assert_eq!(reserved(Operation::Chat, &body, Reserve::Strict, Some(true)).1, 100);
    assert_eq!(
        reserved(Operation::Chat, &body, Reserve::Strict, Some(false)).1,
        LONGEST
    );
    assert_eq!(reserved(Operation::Chat, &body, Reserve::Soft, Some(false)).1, 100);
}

#[test]
fn what_is_not_in_the_body_is_as_long_as_the_context() {
    let body = chat(&json!({"max_tokens": 100}));
    assert_eq!(strict(Operation::Chat, &body).0, body.to_string().len() as u64 + UNSEEN);

    let picture = json!([{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]);
    let body = chat(&json!({"messages": [{"role": "user", "content": picture}], "max_tokens": 100}));
    assert_eq!(strict(Operation::Chat, &body), (CONTEXT, 100));
    let body = json!({"model": "m", "input": "x", "previous_response_id": "r", "max_output_tokens": 100});
    assert_eq!(strict(Operation::Responses, &body), (CONTEXT, 100));
    let long = chat(&json!({"user": "x".repeat(200_000)}));
    assert_eq!(strict(Operation::Chat, &long).0, CONTEXT);
}

#[test]
fn limits_per_minute_count_what_is_sent_not_what_might_be_read() {
    let picture = json!([{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]);
    let body = chat(&json!({"messages": [{"role": "user", "content": picture}]})).to_string();
    let control = Control::read(body.as_bytes(), Operation::Chat).unwrap();
    let about = |reserve| RequestSize::read(&control, body.as_bytes(), reserve).about(&model());

    assert_eq!(about(Reserve::Strict), body.len() as u64);
    assert_eq!(about(Reserve::Soft), (body.len() as u64).div_ceil(3));
}

#[test]
fn texts_that_become_vectors_are_not_one_prompt() {
    let texts = vec!["x".repeat(9_000); 50];
    let body = json!({"model": "m", "input": texts});

    assert!(strict(Operation::Embeddings, &body).0 > 450_000);
    assert!(reserved(Operation::Embeddings, &body, Reserve::Soft, None).0 > 150_000);
    let short = json!({"model": "m", "input": vec!["x"; 1_000]});
    assert!(strict(Operation::Embeddings, &short).0 > 1_000 * UNSEEN_OF_TEXT);
    let pictures = json!({"model": "m", "input": [{"image": "https://example.com/a.png"}, {"image": "https://example.com/b.png"}]});
    assert!(strict(Operation::Embeddings, &pictures).0 > 2 * CONTEXT);
}

#[test]
fn a_soft_reservation_is_for_a_usual_answer() {
    let soft = |more: Value| reserved(Operation::Chat, &chat(&more), Reserve::Soft, None).1;

    assert_eq!(soft(json!({})), USUAL_ANSWER);
    assert_eq!(soft(json!({"max_output_tokens": 5})), USUAL_ANSWER);
    assert_eq!(soft(json!({"max_completion_tokens": 5, "max_tokens": 700})), 700);
    assert_eq!(soft(json!({"max_completion_tokens": 5, "n": 2})), 10);
}
