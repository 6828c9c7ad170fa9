//! Which models a query finds, and in which order.

use super::*;
use crate::domain::samples::{catalog, model, provider};

fn shop() -> Catalog {
    catalog(
        [
            "anthropic/sonnet-5",
            "anthropic/sonnet-5-fast",
            "openai/fast-jackson",
            "openai/sonnet-5-fast",
            "x-ai/grok",
        ]
        .map(model)
        .to_vec(),
    )
}

fn ids(catalog: &Catalog, used: &[&str], query: &str) -> Vec<String> {
    let used: Vec<ModelId> = used.iter().map(|id| id.parse().unwrap()).collect();
    search(catalog, None, &used, query)
        .hits
        .iter()
        .map(|hit| hit.model.id.to_string())
        .collect()
}

#[test]
fn every_word_must_occur_in_any_order_and_case() {
    let expected = ["anthropic/sonnet-5-fast", "openai/sonnet-5-fast", "openai/fast-jackson"];
    assert_eq!(
        ids(&shop(), &[], "FAST  son"),
        expected,
        "a word's beginning counts more than its middle"
    );
    assert!(ids(&shop(), &[], "son slow").is_empty());
}

#[test]
fn the_provider_counts_by_its_short_and_its_display_name() {
    assert_eq!(ids(&shop(), &[], "x-ai inc"), ["x-ai/grok"]);
}

#[test]
fn an_exact_id_comes_first_then_ids_that_start_so() {
    assert_eq!(
        ids(&shop(), &[], "anthropic/sonnet-5"),
        ["anthropic/sonnet-5", "anthropic/sonnet-5-fast"]
    );
    let shop = catalog(["host/openai-like", "openai/zeta"].map(model).to_vec());
    assert_eq!(ids(&shop, &[], "openai"), ["openai/zeta", "host/openai-like"]);
}

#[test]
fn what_the_account_uses_breaks_in_before_the_rest() {
    assert_eq!(ids(&shop(), &[], "ast")[0], "anthropic/sonnet-5-fast");
    assert_eq!(
        ids(&shop(), &["openai/sonnet-5-fast"], "ast")[0],
        "openai/sonnet-5-fast"
    );
}

#[test]
fn nothing_typed_shows_the_most_used_and_then_all_from_a_to_z() {
    let shown = ids(&shop(), &["x-ai/grok", "gone/model", "anthropic/sonnet-5-fast"], "  ");
    assert_eq!(
        shown[..3],
        ["x-ai/grok", "anthropic/sonnet-5-fast", "anthropic/sonnet-5"]
    );
    assert_eq!(shown.len(), 5);
}

#[test]
fn at_most_twenty_are_shown_and_all_are_counted() {
    let many = catalog((0..30).map(|n| model(&format!("lab/m{n:02}"))).collect());
    let found = search(&many, None, &[], "lab");
    assert_eq!((found.hits.len(), found.total), (20, 30));
}

#[test]
fn models_that_cannot_be_a_target_are_marked() {
    let off = crate::domain::catalog::provider::Provider {
        enabled: false,
        ..provider("x-ai")
    };
    let shop = Catalog::new(
        vec![model("x-ai/grok"), model("openai/gpt")],
        vec![off, provider("openai")],
        1,
    );
    let usable = |allowed: Option<&[ModelId]>| -> Vec<bool> {
        search(&shop, allowed, &[], "g")
            .hits
            .iter()
            .map(|hit| hit.usable)
            .collect()
    };

    assert_eq!(usable(None), [true, false]);
    assert_eq!(usable(Some(&[])), [false, false]);
}

#[test]
fn a_long_query_is_cut() {
    let query = format!("x-ai/grok{}{}", " ".repeat(QUERY_MAX), "nothing has this");
    assert_eq!(ids(&shop(), &[], &query), ["x-ai/grok"]);
}
