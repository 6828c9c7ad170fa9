//! Every hint in its words.

mod names;
mod targets;

use super::*;
use crate::domain::samples::{alias, catalog, model};
use crate::domain::values::Match;

/// 22 November 2026, noon.
const NOW: Timestamp = Timestamp::from_millis(1_795_348_800_000);

fn shop() -> Catalog {
    let mut models: Vec<Model> = (0..40).map(|n| model(&format!("lab/m{n}"))).collect();
    let ids = [
        "anthropic/claude-opus-4-7",
        "anthropic/claude-opus-4-8",
        "anthropic/claude-haiku-4-5",
        "openai/gpt-5.5",
    ];
    models.extend(ids.map(model));
    catalog(models)
}

fn of(aliases: &[&str], context: &HintContext<'_>) -> Vec<Vec<Hint>> {
    hints(&aliases.iter().map(|line| alias(line)).collect::<Vec<_>>(), context)
}

/// The hints of the first alias, as text.
fn first(aliases: &[&str], context: &HintContext<'_>) -> Vec<String> {
    of(aliases, context)
        .remove(0)
        .into_iter()
        .map(|hint| hint.text)
        .collect()
}

#[test]
fn an_ordinary_alias_has_none() {
    let shop = shop();
    assert!(first(&["cross-model-basic = openai/gpt-5.5"], &HintContext::new(&shop, NOW)).is_empty());
    assert!(
        first(
            &["claude-opus* = anthropic/claude-opus-4-8"],
            &HintContext::new(&shop, NOW)
        )
        .is_empty()
    );
}

#[test]
fn an_alias_that_nothing_matched_for_a_month_says_so() {
    let shop = shop();
    let saved = [alias("a = lab/m1"), alias("b = lab/m1"), alias("c = lab/m1")];
    let day = |n: u64| NOW.minus(std::time::Duration::from_secs(n * 86_400));
    let matched = [("a".parse().unwrap(), day(29)), ("b".parse().unwrap(), day(30))];
    let context = HintContext {
        saved: &saved,
        saved_at: Some(day(40)),
        last_match: &matched,
        ..HintContext::new(&shop, NOW)
    };
    let unused = |context: &HintContext<'_>| -> Vec<bool> {
        let found = hints(&saved, context);
        found
            .iter()
            .map(|of| of.iter().any(|hint| hint.text == "No request matched in 30 days."))
            .collect()
    };

    assert_eq!(unused(&context), [false, true, true]);
    assert_eq!(
        unused(&HintContext {
            saved_at: Some(day(3)),
            ..context
        }),
        [false, true, false],
        "too early to tell"
    );
    assert_eq!(
        unused(&HintContext { saved: &[], ..context }),
        [false; 3],
        "not saved yet"
    );
}

#[test]
fn the_loudest_comes_first_and_a_script_can_read_it() {
    let shop = shop();
    let found = of(&["gpt-4-0613 = gone/m"], &HintContext::new(&shop, NOW)).remove(0);
    let json = serde_json::to_value(&found).unwrap();

    assert_eq!(json[0]["kind"], "removed");
    assert_eq!(json[0]["severity"], "error");
    assert_eq!(json[1]["fix"]["match"], "prefix");
    assert_eq!(Match::Prefix.as_str(), json[1]["fix"]["match"]);
}
