//! What providers can charge for random requests, against what was reserved.

use proptest::prelude::*;

use super::*;
use crate::domain::{BillableUsage, Tokens};

/// A request, and the most that a provider of its endpoint can charge for it.
#[derive(Clone, Debug)]
struct Case {
    operation: Operation,
    body: String,
    /// Whether a field has a number that programs read differently.
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
        let (operation, own, input): (_, &[&str], _) = [
            (Operation::Chat, &["max_completion_tokens", "max_tokens"][..], "messages"),
            (Operation::Completions, &["max_tokens"], "prompt"),
            (Operation::Responses, &["max_output_tokens"], "input"),
            (Operation::Messages, &["max_tokens"], "messages"),
        ][which];
        let is_odd = |value: &String| value != "null" && value.parse::<u64>().is_err();
        let fields = ["max_tokens", "max_completion_tokens", "max_output_tokens"];
        let limits: Vec<(&str, String)> = fields.into_iter().zip(limits).filter_map(|(key, value)| Some((key, value?))).collect();
        let answers: Vec<(&str, String)> = ["n", "best_of"].into_iter().zip(answers).filter_map(|(key, value)| Some((key, value?))).collect();
        let messages = match input {
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
        let body = format!(r#"{{"model":"m","{input}":{messages}{members}{extra}}}"#);

        let numbers = |fields: &[(&str, String)]| -> Vec<(&'static str, u64)> {
            fields.iter().filter_map(|(key, value)| {
                let key = ["max_tokens", "max_completion_tokens", "max_output_tokens", "n", "best_of"].into_iter().find(|known| known == key)?;
                Some((key, value.parse().ok()?))
            }).collect()
        };
        // The provider obeys any of the limits, its own or another's, and takes 0 for none. Without one of its own it obeys none.
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
        let (model, size) = (model(), RequestSize::read(&control, case.body.as_bytes(), Reserve::Strict));
        let (prompt, completion) = size.of(&model, None);

        prop_assert!(case.tokens.prompt <= prompt && case.tokens.completion <= completion, "{:?}", case);
        // Beyond that there is no call at all.
        if let Some(reserved) = model.max_cost(prompt, completion, &ServiceTier::ALL, NOON) {
            let charged = model.cost(&BillableUsage { tokens: case.tokens, tier, ..BillableUsage::default() }, NOON).unwrap();
            prop_assert!(charged <= reserved, "{} of {}: {:?}", charged, reserved, case);
        }
    }
}
