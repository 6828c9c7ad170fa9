//! What providers can charge, against what was reserved.

use super::*;
use crate::domain::{BillableUsage, Tokens};
use proptest::prelude::*;
use serde_json::{Value, json};

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

/// A request, and what a provider of its endpoint makes of it at worst.
#[derive(Clone, Debug)]
struct Case {
    operation: Operation,
    body: String,
    /// Whether a field has a number that readers differ over.
    is_odd: bool,
    tokens: Tokens,
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (0..40_000_u64).prop_map(|number| number.to_string()),
        2 => Just("null".to_owned()),
        1 => any::<u64>().prop_map(|number| number.to_string()),
        1 => prop_oneof![
            Just("100.0".to_owned()), Just("1e2".to_owned()), Just("\"100\"".to_owned()), Just("-1".to_owned()),
            Just("true".to_owned()), Just("99999999999999999999".to_owned())
        ],
    ]
}

prop_compose! {
    fn case()(
        which in 0..4_usize,
        limits in prop::collection::vec(prop::option::of(value()), 3),
        answers in prop::collection::vec(prop::option::of(prop_oneof![(1..200_u64).prop_map(|n| n.to_string()), value()]), 2),
        text in ".{0,200}",
        adds in 0..12_usize,
        obeyed in any::<prop::sample::Index>(),
        repeated in 0..3_usize,
    ) -> Case {
        let (operation, own, said): (_, &[&str], _) = [
            (Operation::Chat, &["max_completion_tokens", "max_tokens"][..], "messages"),
            (Operation::Completions, &["max_tokens"], "prompt"),
            (Operation::Responses, &["max_output_tokens"], "input"),
            (Operation::Messages, &["max_tokens"], "messages"),
        ][which];
        let is_odd = |value: &String| value != "null" && value.parse::<u64>().is_err();
        let fields = ["max_tokens", "max_completion_tokens", "max_output_tokens"];
        let limits: Vec<(&str, String)> = fields.into_iter().zip(limits).filter_map(|(key, value)| Some((key, value?))).collect();
        let answers: Vec<(&str, String)> = ["n", "best_of"].into_iter().zip(answers).filter_map(|(key, value)| Some((key, value?))).collect();
        let messages = match said {
            "messages" => json!([{"role": "user", "content": text}]),
            _ => json!(text),
        };
        let extra = match adds {
            0 => r#","previous_response_id":"r""#,
            1 => r#","tools":[{"type":"web_search"}]"#,
            2 => r#","metadata":{"a":[{"image\u005furl":1}]},"something_new":{"x":1}"#,
            _ => "",
        };
        let members = limits.iter().chain(&answers).map(|(key, value)| format!(r#","{key}":{value}"#)).collect::<String>();
        let body = format!(r#"{{"model":"m","{said}":{messages}{members}{extra}}}"#);

        let numbers = |fields: &[(&str, String)]| -> Vec<(&'static str, u64)> {
            fields.iter().filter_map(|(key, value)| {
                let key = ["max_tokens", "max_completion_tokens", "max_output_tokens", "n", "best_of"].into_iter().find(|known| known == key)?;
                Some((key, value.parse().ok()?))
            }).collect()
        };
        // It takes any of the limits that there are, its own or another's, 0 for none; without one of its own, none.
        let given = numbers(&limits);
        let takes_one = given.iter().any(|(key, _)| own.contains(key));
        let limit = if takes_one { given[obeyed.index(given.len())].1 } else { 0 };
        let one = if limit == 0 { LONGEST } else { limit.min(LONGEST) };
        let many = numbers(&answers).get(repeated).map_or(1, |(_, number)| *number).max(1);
        let prompt = if adds <= 2 { CONTEXT } else { (body.len() as u64 + UNSEEN).min(CONTEXT) };
        Case {
            operation,
            is_odd: limits.iter().chain(&answers).any(|(_, value)| is_odd(value)) || numbers(&answers).iter().any(|(_, number)| *number == 0),
            body,
            tokens: Tokens { prompt, completion: one.saturating_mul(many), cache_write: prompt, ..Tokens::default() },
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn what_a_provider_that_obeys_any_of_the_keys_can_charge_never_exceeds_a_strict_reservation(
        case in case(),
        tier in prop::option::of(Just(ServiceTier::Priority)),
    ) {
        let control = match Control::read(case.body.as_bytes(), case.operation) {
            Ok(control) => control,
            Err(error) => {
                prop_assert!(case.is_odd && error.key().is_some(), "{}: {}", error, case.body);
                return Ok(());
            }
        };
        prop_assert!(!case.is_odd, "{}", case.body);
        let (model, asked) = (model(), RequestSize::read(&control, case.body.as_bytes(), Reserve::Strict));
        let (prompt, completion) = asked.of(&model, None);

        prop_assert!(case.tokens.prompt <= prompt && case.tokens.completion <= completion, "{:?}", case);
        // Beyond that there is no call at all.
        if let Some(reserved) = model.max_cost(prompt, completion, &ServiceTier::ALL, NOON) {
            let charged = model.cost(&BillableUsage { tokens: case.tokens, tier, ..BillableUsage::default() }, NOON).unwrap();
            prop_assert!(charged <= reserved, "{} of {}: {:?}", charged, reserved, case);
        }
    }
}
