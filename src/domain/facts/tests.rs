//! Patches of facts.

use super::*;

fn patch(json: &str) -> FactsPatch {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

#[test]
fn a_later_layer_wins_member_by_member_and_field_by_field() {
    let facts = Facts::default()
        .with(&patch(
            r#"{"limit_field":"max_completion_tokens","roles":{"developer":"native","system":"once"},
                "fields":{"stop":"refused","temperature":{"only":1}}}"#,
        ))
        .with(&patch(r#"{"roles":{"developer":"user"},"fields":{"stop":"ok"}}"#));

    assert_eq!(facts.limit_field, LimitField::MaxCompletionTokens);
    assert_eq!(facts.roles.developer, DeveloperRole::User);
    assert_eq!(facts.roles.system, SystemTurns::Once);
    assert_eq!(facts.field("stop"), &FieldFact::Ok);
    assert_eq!(facts.field("temperature"), &FieldFact::Only(1.into()));
}

#[test]
fn two_patches_joined_are_the_one_after_the_other() {
    let (below, above) = (
        patch(r#"{"thinking":{"efforts":["low"],"off":"impossible"},"adds":{"a":1}}"#),
        patch(r#"{"thinking":{"efforts":["max"]},"adds":{"b":2},"max_tokens":9}"#),
    );

    let mut joined = below.clone();
    joined.join(&above);

    assert_eq!(
        Facts::default().with(&joined),
        Facts::default().with(&below).with(&above)
    );
}

#[test]
fn a_patch_is_written_without_what_it_does_not_state() {
    let text = r#"{"fields":{"n":{"only":1},"top_k":{"range":{"max":9}}},"tools":{"parameters":"needed"}}"#;

    assert_eq!(serde_json::to_string(&patch(text)).unwrap(), text);
    assert_eq!(serde_json::to_string(&FactsPatch::default()).unwrap(), "{}");
}

#[test]
fn an_unknown_fact_or_word_is_refused_by_name() {
    for (json, named) in [
        (r#"{"roles":{"develper":"system"}}"#, "develper"),
        (r#"{"limit_field":"max"}"#, "max"),
        (r#"{"fields":{"stop":"never"}}"#, "never"),
    ] {
        let error = serde_json::from_str::<FactsPatch>(json).unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn an_effort_that_the_model_lacks_becomes_the_next_lower_one() {
    let thinking = |list: &[&str]| ThinkingFacts {
        efforts: Some(list.iter().map(|e| (*e).to_owned()).collect()),
        ..ThinkingFacts::default()
    };

    assert_eq!(
        thinking(&["low", "high"]).nearest_effort(Effort::Max),
        Some(Effort::High)
    );
    assert_eq!(
        thinking(&["low", "high"]).nearest_effort(Effort::Medium),
        Some(Effort::Low)
    );
    assert_eq!(
        thinking(&["medium"]).nearest_effort(Effort::Minimal),
        Some(Effort::Medium)
    );
    assert_eq!(thinking(&["none"]).nearest_effort(Effort::Low), None);
    assert_eq!(
        ThinkingFacts::default().nearest_effort(Effort::XHigh),
        Some(Effort::XHigh)
    );
}
