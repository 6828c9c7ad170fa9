//! Every outcome in its words.

use super::*;
use crate::domain::catalog::Provider;
use crate::domain::samples::{alias, model, provider};

fn rules() -> AliasSet {
    AliasSet::new(vec![
        alias("cross-model-basic = deepseek/deepseek-chat"),
        alias("claude-opus* = anthropic/claude-opus-4-8"),
        alias("claude* = anthropic/claude-haiku-4-5"),
        alias("old = gone/model"),
        alias("resting = openai/gpt-5.5"),
    ])
}

fn shop() -> Catalog {
    let off = Provider {
        enabled: false,
        ..provider("openai")
    };
    let models = [
        "deepseek/deepseek-chat",
        "anthropic/claude-opus-4-8",
        "anthropic/claude-haiku-4-5",
        "openai/gpt-5.5",
    ];
    Catalog::new(
        models.map(model).to_vec(),
        vec![provider("deepseek"), provider("anthropic"), off],
        1,
    )
}

fn why(requested: &str) -> Explanation {
    explain(&rules(), &shop(), None, KeyStatus::Active, requested)
}

#[test]
fn every_outcome_has_its_sentence() {
    let cases = [
        ("", "Type a model name to see where it goes."),
        (
            "cross-model-basic",
            "cross-model-basic runs deepseek/deepseek-chat (exact alias).",
        ),
        (
            "claude-opus-4-9",
            "claude-opus-4-9 runs anthropic/claude-opus-4-8 (prefix alias claude-opus).",
        ),
        (
            "deepseek/deepseek-chat",
            "deepseek/deepseek-chat isn't aliased. It runs the catalog model deepseek/deepseek-chat.",
        ),
        (
            "gpt-9",
            "gpt-9 isn't aliased and isn't in the catalog. Requests fail with model_not_found.",
        ),
        (
            "Claude-Opus-4",
            "Claude-Opus-4 isn't aliased and isn't in the catalog. Requests fail with model_not_found. \
             Matching is case-sensitive. In lowercase it would match claude-opus.",
        ),
        (
            "old",
            "old points at gone/model, which is no longer in the catalog. Requests fail.",
        ),
        (
            "resting",
            "resting points at openai/gpt-5.5, which is switched off. Requests fail.",
        ),
    ];
    for (requested, sentence) in cases {
        assert_eq!(why(requested).sentence, sentence);
    }
}

#[test]
fn permission_is_checked_after_resolving() {
    let allowed = ["deepseek/deepseek-chat".parse().unwrap()];
    let why = |name: &str| explain(&rules(), &shop(), Some(&allowed), KeyStatus::Active, name);

    assert_eq!(
        why("claude-opus-5").sentence,
        "claude-opus-5 resolves to anthropic/claude-opus-4-8, but this key can't use it. Requests fail with 403."
    );
    assert_eq!(why("claude-opus-5").outcome, ExplainedOutcome::ModelNotAllowed);
    assert!(why("cross-model-basic").runs());
}

#[test]
fn the_reasons_list_every_candidate_with_its_length() {
    let steps: Vec<String> = why("claude-opus-4-9")
        .steps
        .iter()
        .map(|step| {
            let alias = step.alias.as_ref().map_or("-", |name| name.as_str());
            format!(
                "{} | {alias} | {} | {}",
                step.rule.label(),
                step.text,
                step.mark.label()
            )
        })
        .collect();

    assert_eq!(
        steps,
        [
            "Exact | - | no alias is named claude-opus-4-9 | ",
            "Prefix | claude-opus | 11 of 15 characters | WINS",
            "Prefix | claude | 6 of 15 characters | shorter",
            "Passthrough | - |  | not reached",
            "Then | - | in catalog | ✔",
            "Then | - | allowed for this key | ✔",
        ]
    );
}

#[test]
fn a_name_that_leads_nowhere_gets_the_nearest_ids_and_an_offer() {
    let lost = why("deepseek-chatt");
    assert_eq!(
        lost.nearest.first().map(ModelId::as_str),
        Some("deepseek/deepseek-chat")
    );
    assert_eq!(
        lost.can_be_alias.as_ref().map(AliasName::as_str),
        Some("deepseek-chatt")
    );
    assert_eq!(why("GPT 9").can_be_alias, None, "no alias can have that name");
}

#[test]
fn blanks_at_the_ends_are_pointed_out() {
    assert_eq!(
        why(" gpt").notes,
        ["Your text starts with a space. A client sending that won't match."]
    );
    assert_eq!(
        why("gpt\t").notes,
        ["Your text ends with a tab. A client sending that won't match."]
    );
    assert_eq!(
        why(" gpt ").notes,
        ["Your text starts and ends with a space. A client sending that won't match."]
    );
    assert_eq!(
        why("claude-opus ").notes,
        ["Your text ends with a space. It is part of the name."]
    );
}

#[test]
fn a_key_that_is_off_says_so_and_still_answers() {
    let why = explain(&rules(), &shop(), None, KeyStatus::Disabled, "old");
    assert_eq!(
        why.notes,
        ["This key is disabled, so every request fails now. The result shows what would happen."]
    );
    assert!(explain(&rules(), &shop(), None, KeyStatus::Expired, "x").notes[0].starts_with("This key has expired"));
}

#[test]
fn nothing_that_was_typed_can_hide_in_the_sentence() {
    let sentence = why("gpt\u{1b}[2J\u{202e}").sentence;
    assert!(
        sentence.starts_with("gpt\\u{1b}[2J\\u{202e} isn't aliased"),
        "{sentence}"
    );
}

#[test]
fn the_json_has_what_a_script_needs() {
    let json = serde_json::to_value(why("claude-opus-4-9")).unwrap();
    assert_eq!(json["requested"], "claude-opus-4-9");
    assert_eq!(json["outcome"], "runs");
    assert_eq!(json["model"], "anthropic/claude-opus-4-8");
    assert_eq!(json["alias"]["name"], "claude-opus");
    assert_eq!(json["alias"]["match"], "prefix");
    assert_eq!(json["steps"][1]["mark"], "wins");
    assert_eq!(json["facts"], "$1 in / $2 out per M · 128K");
}
