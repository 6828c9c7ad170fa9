//! Hints about the target of an alias, each in its words.

use super::*;
use crate::domain::catalog::ModelStatus;
use crate::domain::samples::{provider, shipped};

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
