//! Every hint in its words.

use super::*;
use crate::domain::catalog::ModelStatus;
use crate::domain::samples::{alias, catalog, model, provider, row, shipped};
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

#[test]
fn a_target_that_is_gone_off_or_forbidden_is_an_error() {
    let mut models = vec![model("lab/on"), model("lab/forbidden"), model("dark/m")];
    models[0].enabled = false;
    let off = crate::domain::catalog::Provider {
        enabled: false,
        ..provider("dark")
    };
    let shop = Catalog::new(models, vec![provider("lab"), off], 1);
    let context = HintContext {
        allowed: Some(&[]),
        ..HintContext::new(&shop, NOW)
    };

    let found = of(
        &["a = gone/m", "b = lab/on", "c = dark/m", "d = lab/forbidden"],
        &context,
    );

    let got: Vec<(Option<&str>, &str)> = found
        .iter()
        .map(|of| (of[0].kind.badge(), of[0].text.as_str()))
        .collect();
    assert_eq!(
        got,
        [
            (Some("Removed"), "Requests fail with model_not_found."),
            (Some("Switched off"), "Requests fail with model_not_found."),
            (Some("Switched off"), "Requests fail with model_not_found."),
            (
                Some("Not allowed"),
                "This key can't use the target. Requests fail with 403."
            ),
        ]
    );
    assert!(found.iter().all(|of| of[0].severity == Severity::Error));
}

#[test]
fn a_retiring_target_names_its_day_and_a_successor() {
    let shop = shipped();
    let context = HintContext::new(&shop, NOW);
    let says = |target: &str| first(&[&format!("a = {target}")], &context).remove(0);

    assert_eq!(
        says("openai/gpt-5.1"),
        "Retires on 1 Apr 2027. Suggested: openai/gpt-5.5."
    );
    assert_eq!(
        says("openai/gpt-5-2025-08-07"),
        "Retires on 11 Dec 2026. Suggested: openai/gpt-5.5."
    );
    assert_eq!(
        says("deepseek/deepseek-chat"),
        "Retired on 24 Jul 2026. Suggested: deepseek/deepseek-flash.",
        "the product's own example"
    );
    assert_eq!(
        says("minimax/minimax-m2"),
        "Its provider has announced its end. Suggested: minimax/minimax-m3."
    );
    assert_eq!(says("perplexity/sonar"), "Its provider has announced its end.");
}

#[test]
fn a_successor_is_newest_then_cheapest_and_may_be_called() {
    let make = |id: &str, created: i64, cost: &str| {
        let mut made = model(id);
        made.family = Some("f".into());
        made.created = Some(created);
        made.pricing.base.prompt = Some(cost.parse().unwrap());

        made
    };
    let mut old = make("lab/old", 1, "0.1");
    old.status = ModelStatus::Deprecated;
    let mut off = make("lab/off", 9, "0.1");
    off.enabled = false;
    let shop = catalog(vec![
        old,
        off,
        make("lab/dear", 5, "0.3"),
        make("lab/cheap", 5, "0.2"),
        make("lab/older", 4, "0.1"),
    ]);
    let context = HintContext::new(&shop, NOW);

    let found = of(&["a = lab/old"], &context).remove(0).remove(0);

    assert_eq!(found.text, "Its provider has announced its end. Suggested: lab/cheap.");
    assert_eq!(
        found.fix.as_ref().map(|fix| (fix.label, fix.value.as_str())),
        Some(("Switch", "lab/cheap"))
    );
    let allowed = ["lab/old".parse().unwrap(), "lab/older".parse().unwrap()];
    let limited = HintContext {
        allowed: Some(&allowed),
        ..context
    };
    assert_eq!(
        first(&["a = lab/old"], &limited),
        ["Its provider has announced its end. Suggested: lab/older."]
    );
}

#[test]
fn a_day_has_come_at_its_first_moment_in_utc() {
    let mut ending = model("lab/old");
    ending.status = ModelStatus::Deprecated;
    ending.expiration_date = Some("2026-11-23".into());
    let shop = catalog(vec![ending]);
    let says = |now: i64| first(&["a = lab/old"], &HintContext::new(&shop, Timestamp::from_millis(now))).remove(0);

    assert_eq!(says(1_795_391_999_999), "Retires on 23 Nov 2026.");
    assert_eq!(says(1_795_392_000_000), "Retired on 23 Nov 2026.");
}

#[test]
fn a_changed_target_shows_prices_context_and_losses() {
    let mut dear = model("lab/dear");
    dear.pricing.base.prompt = Some("0.000015".parse().unwrap());
    dear.pricing.base.completion = Some("0.000075".parse().unwrap());
    dear.context_length = 200_000;
    dear.architecture.input_modalities = vec!["text".into(), "image".into()];
    dear.features.tools = Some(true);
    let mut cheap = model("lab/cheap");
    cheap.pricing.base.prompt = Some("0.000003".parse().unwrap());
    cheap.pricing.base.completion = Some("0.000015".parse().unwrap());
    cheap.context_length = 200_000;
    cheap.architecture.input_modalities = vec!["text".into()];
    let shop = catalog(vec![dear, cheap]);
    let saved = [alias("a = lab/dear"), alias("b = lab/cheap")];
    let context = HintContext {
        saved: &saved,
        ..HintContext::new(&shop, NOW)
    };

    let found = of(&["a = lab/cheap", "b = lab/dear"], &context);

    assert_eq!(
        found[0][0].text,
        "in $15.00 → $3.00 ▼80 %, out $75.00 → $15.00 ▼80 %, context 200K = 200K; loses image input"
    );
    assert_eq!(found[0][0].severity, Severity::Warning);
    assert_eq!(
        found[1][0].text,
        "in $3.00 → $15.00 ▲400 %, out $15.00 → $75.00 ▲400 %, context 200K = 200K"
    );
    assert!(first(&["a = lab/dear"], &context).is_empty(), "unchanged");
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
