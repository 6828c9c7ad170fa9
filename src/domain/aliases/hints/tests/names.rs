//! Hints about the name of an alias, each in its words.

use super::*;
use crate::domain::samples::row;

#[test]
fn an_alias_named_like_a_model_hides_it() {
    let shop = shop();
    let found = of(&["openai/gpt-5.5 = lab/m1"], &HintContext::new(&shop, NOW))
        .remove(0)
        .remove(0);

    assert_eq!(
        found.text,
        "Hides the real model openai/gpt-5.5 for this key: it now runs lab/m1."
    );
    assert_eq!((found.kind, found.severity), (HintKind::Shadow, Severity::Quiet));
}

#[test]
fn a_prefix_lists_the_models_it_hides_but_neither_its_target_nor_what_others_take() {
    let shop = shop();
    let aliases = [
        "anthropic/claude* = anthropic/claude-opus-4-8",
        "anthropic/claude-opus-4-7 = lab/m1",
        "lab/m3* = lab/m3",
    ];
    let found = of(&aliases, &HintContext::new(&shop, NOW));

    assert_eq!(
        found[0][0].text,
        "Hides the real model anthropic/claude-haiku-4-5 for this key: it now runs anthropic/claude-opus-4-8."
    );
    assert_eq!(found[2][0].text, "Hides 10 catalog models, for example lab/m30.");
    assert_eq!(found[2][0].ids.len(), 10);
    let two = first(&["anthropic/claude-opus* = lab/m1"], &HintContext::new(&shop, NOW)).remove(0);
    assert_eq!(
        two,
        "Hides 2 catalog models: anthropic/claude-opus-4-7 and anthropic/claude-opus-4-8."
    );
}

#[test]
fn an_exact_alias_for_its_own_name_changes_nothing() {
    let shop = shop();
    let context = HintContext::new(&shop, NOW);
    assert_eq!(first(&["lab/m1 = lab/m1"], &context), ["This alias changes nothing."]);
}

#[test]
fn a_longer_prefix_takes_names_from_a_shorter_one() {
    let shop = shop();
    let aliases = [
        "claude* = lab/m1",
        "claude-opus* = lab/m2",
        "claude-opus-4* = lab/m3",
        "claude-x = lab/m4",
    ];
    assert_eq!(
        first(&aliases, &HintContext::new(&shop, NOW)),
        ["Names starting with claude-opus use the alias \"claude-opus\", not this one (longest prefix wins)."]
    );
}

#[test]
fn several_longer_prefixes_are_told_in_one_line() {
    let shop = shop();
    let told = |longer: &[&str]| {
        let mut aliases = vec!["claude* = lab/m1"];
        aliases.extend(longer);
        first(&aliases, &HintContext::new(&shop, NOW))
    };
    let [sonnet, opus, haiku] = [
        "claude-sonnet* = lab/m2",
        "claude-opus* = lab/m3",
        "claude-haiku* = lab/m4",
    ];
    let [four, fable] = ["claude-4* = lab/m5", "claude-fable* = lab/m6"];

    assert_eq!(
        told(&[sonnet, opus]),
        ["Names starting with claude-opus or claude-sonnet use those aliases, not this one (longest prefix wins)."]
    );
    assert_eq!(
        told(&[sonnet, opus, haiku, four]),
        [
            "Names starting with claude-4, claude-haiku, claude-opus or claude-sonnet use those aliases, not this one \
          (longest prefix wins)."
        ]
    );
    assert_eq!(
        told(&[sonnet, opus, haiku, four, fable]),
        [
            "Names starting with claude-4, claude-fable, claude-haiku or 2 other prefixes use those aliases, not this one \
          (longest prefix wins)."
        ]
    );
}

#[test]
fn a_broad_prefix_counts_what_it_catches() {
    let shop = shop();
    let sent = [
        ("lab/m1".to_owned(), 9),
        ("lab/new".to_owned(), 1),
        ("other".to_owned(), 1),
    ];
    let context = HintContext {
        sent: &sent,
        ..HintContext::new(&shop, NOW)
    };

    let found = of(&["lab/* = openai/gpt-5.5"], &context).remove(0).remove(0);
    assert_eq!(
        found.text,
        "This prefix also catches 40 catalog models and 2 names your client sent this week."
    );
    assert_eq!((found.kind, found.ids.len()), (HintKind::BroadPrefix, 40));
    assert_eq!(
        first(&["gpt* = openai/gpt-5.5"], &context),
        ["This prefix also catches 0 catalog models and 0 names your client sent this week."]
    );
}

#[test]
fn a_name_with_a_version_is_offered_a_prefix() {
    let shop = shop();
    let context = HintContext::new(&shop, NOW);
    let found = of(&["claude-haiku-4-5-20251001 = anthropic/claude-haiku-4-5"], &context)
        .remove(0)
        .remove(0);
    assert_eq!(
        found.text,
        "If the client bumps its version this stops matching. Prefix \"claude-haiku-4-5\" would keep working."
    );
    let mut draft = row("claude-haiku-4-5-20251001", "exact", "anthropic/claude-haiku-4-5");
    found.fix.unwrap().apply(&mut draft);
    assert_eq!(draft, row("claude-haiku-4-5", "prefix", "anthropic/claude-haiku-4-5"));

    let taken = ["claude-opus-4-8 = lab/m1", "claude-opus* = lab/m2"];
    assert!(first(&taken, &context).is_empty(), "the offer would be a duplicate");
}

#[test]
fn versions_and_dates_are_told_from_other_endings() {
    let cases = [
        ("claude-opus-4-8", Some("claude-opus")),
        ("claude-3-5-sonnet-20241022", Some("claude-3-5-sonnet")),
        ("gpt-4o-2024-08-06", Some("gpt-4o")),
        ("gpt-4-0613", Some("gpt-4")),
        ("gpt-5.5", Some("gpt-5")),
        ("deepseek-v4", Some("deepseek")),
        ("anthropic/claude-opus-4-8", Some("anthropic/claude-opus")),
        ("gpt-4o", None),
        ("gemini-2.5-pro", None),
        ("llama-3.1-8b", None),
        ("cross-model-basic", None),
        ("openai/o3", None),
        ("o-3", None),
        ("2024", None),
        ("anthropic/2024-08-06", None),
    ];
    for (name, expected) in cases {
        assert_eq!(naming::without_version(name), expected, "{name}");
    }
}
