//! The walk accepts what `serde_json` accepts, and nothing else.

use super::*;
use proptest::prelude::*;

fn accepts(text: &str) -> bool {
    Walk::new(text).object(|_, _| Ok::<(), JsonError>(())).is_ok()
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".*".prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::hash_map(".{0,6}", inner, 0..6).prop_map(|m| m.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn every_object_that_serde_writes_is_accepted(value in any_json()) {
        let object = serde_json::json!({ "a": value, "b": "x" });
        prop_assert!(accepts(&object.to_string()));
        prop_assert!(accepts(&serde_json::to_string_pretty(&object).unwrap()));
    }

    #[test]
    fn a_damaged_object_is_accepted_exactly_if_serde_accepts_it(
        value in any_json(), at in any::<prop::sample::Index>(), with in "[\\]\\[{}\",:\\\\0-9eE+.\\-ntu \\n\u{1}é]{0,2}"
    ) {
        let mut text = serde_json::json!({ "a": value }).to_string();
        let mut cut = at.index(text.len());
        while !text.is_char_boundary(cut) { cut -= 1; }
        let end = (cut + 1..=text.len()).find(|&e| text.is_char_boundary(e)).unwrap();
        text.replace_range(cut..end, &with);
        let serde = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text);
        // Serde also refuses half surrogates and numbers beyond f64, which are grammatical.
        if serde.is_ok() || !text.contains("\\u") && !text.contains(['e', 'E']) {
            prop_assert_eq!(accepts(&text), serde.is_ok(), "{}", text);
        }
    }
}

#[test]
fn what_ends_a_string_is_found_wherever_it_stands() {
    for length in 0..100 {
        for (end, fine) in [
            ("\"", true),
            ("\\n\"", true),
            ("\n\"", false),
            ("\u{1f}\"", false),
            ("\\x\"", false),
        ] {
            for more in ["", "  ", " ,\"b\":\"0123456789012345678901234567890123456789\""] {
                let text = format!("{{\"a\":\"{}{end}{more}}}", "é".repeat(length));
                assert_eq!(accepts(&text), fine, "{text}");
                let text = format!("{{\"a\":\"{}{end}{more}}}", "x".repeat(length));
                assert_eq!(accepts(&text), fine, "{text}");
            }
        }
    }
}

#[test]
fn the_deepest_accepted_nesting_is_127() {
    let deep = |n: usize| format!("{{\"a\":{}{}}}", "[".repeat(n - 1), "]".repeat(n - 1));

    assert!(accepts(&deep(127)));
    assert!(!accepts(&deep(128)));
    assert!(!accepts(&deep(200)));
}

#[test]
fn only_one_object_and_nothing_after_it_is_accepted() {
    assert!(accepts(" {} \n"));
    for text in [
        "",
        " ",
        "[]",
        "1",
        "{} {}",
        "{}x",
        "{,}",
        "{\"a\":1,}",
        "{\"a\"}",
        "{a:1}",
        "{\"a\":01}",
        "{\"a\":.5}",
    ] {
        assert!(!accepts(text), "{text}");
    }
}
