//! The models that examples name: a newcomer copies them, so they are in service.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::tree::{files, report, root};

/// What shows examples to people: pages, help texts, templates, presets, and what the demo starts with.
const SHOWN: &[(&str, &[&str])] = &[
    ("README.md", &["md"]),
    ("docs", &["md", "json"]),
    ("src/cli", &["rs"]),
    ("src/config", &["rs"]),
    ("src/console", &["rs", "json"]),
    ("static", &["js", "ts", "html"]),
    ("templates", &["html"]),
];

/// The models that have gone on the day of the catalog, and why each counts as gone.
fn gone() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(root().join("catalog/models.json")).unwrap_or_default();
    let catalog: Value = serde_json::from_str(&text).unwrap_or_default();
    let today = catalog["as_of"].as_str().unwrap_or_default();

    let models = catalog["data"].as_array().into_iter().flatten();
    let gone = models.filter_map(|model| {
        let ends = model["expiration_date"].as_str().filter(|end| *end < today);
        let why = match (model["status"].as_str(), ends) {
            (Some("retired"), _) => "is retired".to_owned(),
            (_, Some(end)) => format!("ended on {end}"),
            _ => return None,
        };
        Some((model["id"].as_str()?.to_owned(), why))
    });
    gone.collect()
}

/// The ids in a text: all that may be one, with its end.
fn ids(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "/.-_:".contains(c);
    let words = text.split(move |c| !is_part(c));
    words
        .map(|word| word.trim_end_matches(['.', ':', '-']))
        .filter(|word| word.contains('/'))
}

#[test]
fn no_example_names_a_model_that_has_gone() {
    let gone = gone();
    assert!(
        gone.contains_key("deepseek/deepseek-chat"),
        "the catalog has models that have gone"
    );
    assert_eq!(
        ids("as `a/b-1.`, (c/d)=e/f:").collect::<Vec<_>>(),
        ["a/b-1", "c/d", "e/f"]
    );

    let shown = SHOWN.iter().flat_map(|(folder, endings)| files(folder, endings));
    let shown = shown.filter(|(path, _)| !path.ends_with("tests.rs") && !path.contains("/tests/"));
    let mut wrong = Vec::new();
    for (path, text) in shown {
        for (number, line) in text.lines().enumerate() {
            let named = ids(line).filter_map(|id| Some((id, gone.get(id)?)));
            wrong.extend(named.map(|(id, why)| format!("{path}:{}: {id} {why}", number + 1)));
        }
    }

    report(&wrong);
}
