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

#[test]
fn every_fact_has_a_meaning_and_every_word_of_one_can_be_stated() {
    for spec in fact_specs() {
        let path = match spec.is_map() {
            true => format!("{}.x", spec.path),
            false => spec.path.clone(),
        };
        let examples = match &spec.kind {
            FactKind::Words(words) => words.iter().map(|word| word.word.clone()).collect(),
            FactKind::TextsOf(words) => vec![words.join(","), "[]".into()],
            FactKind::Flag => vec!["true".into(), "false".into()],
            FactKind::Number => vec!["0".into(), "32000".into()],
            FactKind::Text | FactKind::Values => vec!["a word".into(), "7".into()],
            FactKind::Betas => vec!["drop".into(), "pass".into(), "a-1,b-2".into()],
            FactKind::Texts => vec!["a,b".into(), r#"["a"]"#.into()],
            FactKind::Fields => ["ok", "refused_if_thinks", r#"{"only":1}"#, r#"{"range":{"min":0}}"#]
                .map(Into::into)
                .into(),
            FactKind::Rules => vec![r#"[{"when":["tools","thinks"],"not":"openai-chat"}]"#.into()],
        };

        assert!(spec.about.ends_with('.') && !spec.about.contains("  "), "{spec:?}");
        for example in examples {
            let edit = FactEdit::set(&path, &example).unwrap_or_else(|error| panic!("{path}={example}: {error}"));
            let patch = FactsPatch::default().edited(&[edit]);
            assert_eq!(patch.stated().len(), 1, "{path}={example}");
            assert_eq!(patch.stated()[0].0, path);
        }
        let null = FactEdit::set(&path, "null");
        assert!(null.is_err() || matches!(spec.kind, FactKind::Text), "{path}");
    }
}

#[test]
fn an_edit_states_one_fact_and_a_reset_takes_back_that_one_or_its_group() {
    let set = |path: &str, text: &str| FactEdit::set(path, text).unwrap();
    let before = patch(r#"{"roles":{"order":"alternate"},"fields":{"a.b":"ok"}}"#);

    let after = before.edited(&[
        set("roles.developer", "user"),
        set("fields.stop", "refused"),
        set("thinking.efforts", "low, high"),
        set("max_tokens", "9"),
    ]);
    let expected = r#"{"fields":{"a.b":"ok","stop":"refused"},"max_tokens":9,
        "roles":{"developer":"user","order":"alternate"},"thinking":{"efforts":["low","high"]}}"#;
    assert_eq!(after, patch(expected));

    let resets = ["roles.developer", "fields.a.b", "thinking", "max_tokens", "seals"].map(FactEdit::reset);
    let left = after.edited(&resets.map(Result::unwrap));
    assert_eq!(
        left,
        patch(r#"{"fields":{"stop":"refused"},"roles":{"order":"alternate"}}"#)
    );
    assert_eq!(left.edited(&[FactEdit::ResetAll]), FactsPatch::default());
}

#[test]
fn what_cannot_be_stated_is_named_with_what_can() {
    for (path, text, error) in [
        (
            "roles.develper",
            "user",
            "`roles.develper` is no fact; did you mean `roles.developer`?",
        ),
        (
            "develper",
            "user",
            "`develper` is no fact; did you mean `roles.developer`?",
        ),
        ("ids.tool", "any", "`ids.tool` is no fact; did you mean `ids.call`?"),
        (
            "roles",
            "user",
            "`roles` is a group of facts; say one of roles.developer, roles.system, roles.order, roles.last",
        ),
        (
            "limit_field",
            "max_token",
            "limit_field: `max_token` is not allowed (did you mean `max_tokens`?); it is one of max_tokens, \
             max_completion_tokens",
        ),
        (
            "tools.choice",
            r#"["auto", 7]"#,
            "tools.choice: `[\"auto\",7]` is not allowed; it is a list of auto, none, required, named",
        ),
        (
            "stream_options",
            "yes",
            "stream_options: `yes` is not allowed; it is true or false",
        ),
        (
            "adds.a",
            "null",
            "adds.a: `null` is not allowed; it is any JSON value but null",
        ),
        (
            "fields",
            "refused",
            "fields: `refused` is not allowed; it is an object of facts",
        ),
    ] {
        assert_eq!(FactEdit::set(path, text).unwrap_err().to_string(), error);
    }
    let unknown = FactEdit::set("temperature", "refused").unwrap_err().to_string();
    assert!(unknown.contains("say `fields.temperature`"), "{unknown}");
    assert!(FactEdit::reset("fields.").is_err());
}

#[test]
fn facts_in_a_file_are_checked_by_path() {
    let check = |json: &str| check_facts(&serde_json::from_str(json).unwrap());

    check(r#"{"roles":{"developer":"user"},"fields":{"a.b":{"named":"c"}},"adds":{"x":{"y":null}},"protocols":[]}"#)
        .unwrap();
    for (json, named) in [
        (r#"{"roles":{"developer":"usr"}}"#, "roles.developer: `usr`"),
        (r#"{"roles":"user"}"#, "roles: `user`"),
        (r#"{"fields":{"stop":"no"}}"#, "fields.stop: `no`"),
        (r#"{"rolls":{}}"#, "`rolls` is no fact; did you mean `roles`?"),
        ("[]", "an object of facts"),
    ] {
        let error = check(json).unwrap_err().to_string();
        assert!(error.contains(named), "{json}: {error}");
    }
}

#[test]
fn the_page_about_facts_has_each_of_them() {
    let row = |spec: &FactSpec| {
        let path = match spec.is_map() {
            true => format!("{}.NAME", spec.path),
            false => spec.path.clone(),
        };
        let allowed = spec.kind.allowed().replace('|', "\\|");
        format!("| `{path}` | {} | {allowed} |\n", spec.about)
    };
    let rows: String = fact_specs().iter().map(row).collect();
    let table = format!("| fact | what it says | what it may be |\n| --- | --- | --- |\n{rows}");

    assert!(include_str!("../../../docs/facts.md").ends_with(&table), "\n{table}");
}
