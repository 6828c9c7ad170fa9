//! Limits of answers, in every field and spelling.

use super::*;
use crate::wire::control::Control;
use proptest::prelude::*;

fn read(operation: Operation, more: &str) -> Result<(Option<u64>, u64), ControlError> {
    let body = format!(r#"{{"model":"m","messages":[1],"prompt":"x","input":"x"{more}}}"#);
    Control::read(body.as_bytes(), operation).map(|control| (control.max_tokens, control.answers))
}

fn limit(operation: Operation, more: &str) -> Option<u64> {
    read(operation, more).unwrap().0
}

#[test]
fn each_endpoint_knows_its_own_fields() {
    use Operation::{Chat, Completions, CountTokens, Embeddings, Messages, Responses};
    let all = [Chat, Completions, Responses, Messages, Embeddings, CountTokens];
    for (field, own) in [
        ("max_tokens", &[Chat, Completions, Messages][..]),
        ("max_completion_tokens", &[Chat]),
        ("max_output_tokens", &[Responses]),
    ] {
        for operation in all {
            let expected = own.contains(&operation).then_some(7);
            assert_eq!(
                limit(operation, &format!(r#","{field}":7"#)),
                expected,
                "{operation:?}, {field}"
            );
        }
    }
    assert_eq!(limit(Chat, ""), None);
    assert_eq!(limit(Chat, r#","max_tokens":null,"max_completion_tokens":5"#), Some(5));
}

#[test]
fn of_several_limits_the_largest_counts_and_one_of_another_endpoint_never_lowers_it() {
    let chat = |more| limit(Operation::Chat, more);

    assert_eq!(chat(r#","max_completion_tokens":1,"max_tokens":90000"#), Some(90_000));
    assert_eq!(chat(r#","max_tokens":1,"max_completion_tokens":90000"#), Some(90_000));
    assert_eq!(chat(r#","max_output_tokens":1,"max_tokens":90000"#), Some(90_000));
    assert_eq!(chat(r#","max_output_tokens":90000,"max_tokens":1"#), Some(90_000));
    assert_eq!(chat(r#","max_output_tokens":1"#), None);
    assert_eq!(
        limit(
            Operation::Responses,
            r#","max_completion_tokens":1,"max_output_tokens":50"#
        ),
        Some(50)
    );
    assert_eq!(
        limit(Operation::Messages, r#","max_completion_tokens":1,"max_tokens":50"#),
        Some(50)
    );
}

#[test]
fn a_limit_of_nothing_is_none() {
    assert_eq!(limit(Operation::Messages, r#","max_tokens":0"#), None);
    assert_eq!(
        limit(Operation::Chat, r#","max_tokens":5,"max_completion_tokens":0"#),
        None
    );
    assert_eq!(limit(Operation::Chat, r#","max_tokens":5,"max_output_tokens":0"#), None);
    assert_eq!(limit(Operation::Chat, r#","max_tokens":18446744073709551615"#), None);
}

#[test]
fn answers_are_counted_wherever_they_are_asked_for() {
    let answers = |operation, more| read(operation, more).unwrap().1;

    for operation in [
        Operation::Chat,
        Operation::Completions,
        Operation::Responses,
        Operation::Messages,
    ] {
        assert_eq!(answers(operation, ""), 1);
        assert_eq!(answers(operation, r#","n":3"#), 3);
        assert_eq!(answers(operation, r#","n":null,"best_of":7"#), 7);
        assert_eq!(answers(operation, r#","n":3,"best_of":20"#), 20);
    }
}

#[test]
fn a_number_that_is_not_plain_is_refused_with_its_name() {
    for field in [
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "n",
        "best_of",
    ] {
        for value in [
            "100.0",
            "1e2",
            "1E2",
            "\"100\"",
            "-1",
            "-0",
            "0.5",
            "18446744073709551616",
            "true",
            "false",
            "[100]",
            "{}",
            "\"\"",
        ] {
            for operation in [
                Operation::Chat,
                Operation::Responses,
                Operation::Messages,
                Operation::Embeddings,
            ] {
                let error = read(operation, &format!(r#","{field}":{value}"#)).unwrap_err();
                assert_eq!(error.key(), Some(field), "{value}");
                assert!(error.to_string().contains("a whole number"), "{error}");
            }
            assert!(
                read(Operation::CountTokens, &format!(r#","{field}":{value}"#)).is_ok(),
                "nothing is generated"
            );
        }
    }
    assert!(read(Operation::Chat, r#","n":0"#).is_err());
    assert!(read(Operation::Chat, r#","best_of":0"#).is_err());
    assert_eq!(
        read(Operation::Chat, r#","n":100.0"#).unwrap_err().to_string(),
        "'n' must be a whole number of 1 or more, written in digits alone."
    );
}

#[test]
fn a_control_key_in_large_letters_is_refused_since_some_readers_take_it_for_the_same() {
    for (key, known) in [
        ("Max_Tokens", "max_tokens"),
        ("MODEL", "model"),
        ("N", "n"),
        ("Best_of", "best_of"),
        ("me\u{17f}\u{17f}ages", "messages"),
        ("max_to\u{212a}ens", "max_tokens"),
        ("\\u004d\\u004fDEL", "model"),
    ] {
        assert_eq!(
            read(Operation::Chat, &format!(r#","{key}":2"#)),
            Err(ControlError::Spelling(known)),
            "{key}"
        );
    }
    assert!(read(Operation::Chat, r#","User":"x","größe":1,"MaxTokens":3"#).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn no_reader_that_obeys_one_of_its_fields_finds_a_larger_limit(
        which in 0..4_usize,
        own in any::<prop::sample::Index>(),
        values in prop::collection::vec(prop::option::of(prop_oneof![0..50_u64, any::<u64>()]), 3),
    ) {
        const FIELDS: [&str; 3] = ["max_tokens", "max_completion_tokens", "max_output_tokens"];
        let (operation, fields): (_, &[&str]) = [
            (Operation::Chat, &["max_tokens", "max_completion_tokens"][..]),
            (Operation::Completions, &["max_tokens"]),
            (Operation::Responses, &["max_output_tokens"]),
            (Operation::Messages, &["max_tokens"]),
        ][which];
        let given: Vec<_> = FIELDS.into_iter().zip(&values).filter_map(|(key, value)| Some((key, (*value)?))).collect();
        let more: String = given.iter().map(|(key, value)| format!(r#","{key}":{value}"#)).collect();

        let limit = limit(operation, &more);

        // It obeys one field of its endpoint, if there is one, or one that it has borrowed from another; 0 is none to it.
        let its_own: Vec<_> = given.iter().filter(|(key, _)| fields.contains(key)).collect();
        if its_own.is_empty() {
            prop_assert_eq!(limit, None);
        } else {
            let (_, obeyed) = given[own.index(given.len())];
            prop_assert!(limit.is_none_or(|limit| obeyed != 0 && obeyed <= limit));
        }
    }
}
