//! The lists of a key with aliases, whole and in pages.

use proptest::prelude::*;

use super::*;
use crate::domain::{Alias, AliasSet, Catalog, Match, Model, Provider};

fn catalog() -> Catalog {
    let models: Vec<Model> = serde_json::from_str(include_str!("../../../tests/data/wire/models.json")).unwrap();
    let provider = |id: &str| {
        serde_json::from_value::<Provider>(serde_json::json!({
            "id": id, "name": id, "protocol": "openai-chat", "base_url": "https://example.com", "endpoints": []
        }))
        .unwrap()
    };
    Catalog::new(models, vec![provider("deepseek"), provider("acme")], 1)
}

fn aliases() -> AliasSet {
    let alias =
        |name: &str, matching, target: &str| Alias::new(name.parse().unwrap(), matching, target.parse().unwrap());
    AliasSet::new(vec![
        alias("fast", Match::Prefix, "deepseek/deepseek-chat"),
        alias("acme/tiny", Match::Exact, "deepseek/deepseek-chat"),
        alias("gone", Match::Exact, "acme/vanished"),
    ])
}

fn listed<'a>(rows: &[Row<'a>]) -> Vec<Listed<'a>> {
    rows.iter()
        .map(|row| Listed {
            id: row.id,
            shadowed: row.shadowed,
            json: row.json().into(),
        })
        .collect()
}

/// `tests/data/wire/model_list.json` and `model_page.json` are the lists of both protocols.
#[test]
fn aliases_come_first_and_a_shadowed_id_says_so() {
    let (aliases, catalog) = (aliases(), catalog());
    let entries = listed(&rows(&aliases, &catalog, None));

    let ids: Vec<_> = entries.iter().map(|e| (e.id, e.shadowed)).collect();
    assert_eq!(
        ids,
        [
            ("acme/tiny", false),
            ("fast", false),
            ("acme/tiny", true),
            ("deepseek/deepseek-chat", false)
        ]
    );

    assert_eq!(
        pretty(&openai_list(&entries)),
        include_str!("../../../tests/data/wire/model_list.json")
    );

    let page = anthropic_page(
        &entries,
        &Page {
            limit: Some(1),
            ..Page::default()
        },
    )
    .unwrap();
    assert_eq!(pretty(&page), include_str!("../../../tests/data/wire/model_page.json"));
}

fn pretty(json: &[u8]) -> String {
    let map: serde_json::Value = serde_json::from_slice(json).unwrap();
    serde_json::to_string_pretty(&map).unwrap() + "\n"
}

#[test]
fn a_limited_key_sees_its_models_and_the_aliases_of_those() {
    let (aliases, catalog) = (aliases(), catalog());
    let allowed = ["acme/tiny".parse().unwrap()];

    let rows = rows(&aliases, &catalog, Some(&allowed));

    assert_eq!(
        rows.iter().map(|r| (r.id, r.shadowed)).collect::<Vec<_>>(),
        [("acme/tiny", false)]
    );
}

#[test]
fn a_query_with_values_out_of_range_is_read_all_the_same() {
    assert_eq!(Page::from_query("limit=5000&beta=true").limit, Some(1000));
    assert_eq!(Page::from_query("limit=0").limit, Some(1));
    assert_eq!(Page::from_query("limit=many"), Page::default());
    assert_eq!(Page::from_query("after_id=a%2Fb").after.as_deref(), Some("a/b"));
}

#[test]
fn a_cursor_that_is_not_in_the_list_is_named() {
    let page = Page {
        after: Some("unknown".into()),
        ..Page::default()
    };

    let error = anthropic_page(&[], &page).unwrap_err();
    assert_eq!(
        (error.param, error.to_string().as_str()),
        ("after_id", "'unknown' is not in the list.")
    );
}

proptest! {
    #[test]
    fn paging_in_either_direction_meets_every_entry_once(count in 1_usize..12, shadows in prop::collection::vec(any::<bool>(), 12), limit in 1_usize..6) {
        // Aliases a0.., then the catalog, in which some ids are those of aliases.
        let ids: Vec<String> = (0..count).map(|n| format!("a{n}")).collect();
        let more: Vec<(String, bool)> = (0..count).map(|n| if shadows[n] { (format!("a{n}"), true) } else { (format!("m{n}"), false) }).collect();
        let entry = |id: &str, shadowed, n: usize| format!("{{\"id\":\"{id}\",\"n\":{n},\"s\":{shadowed}}}");
        let all: Vec<(String, bool)> = ids.into_iter().map(|id| (id, false)).chain(more).collect();
        let entries: Vec<Listed<'_>> = all.iter().enumerate().map(|(n, (id, s))| Listed { id, shadowed: *s, json: entry(id, *s, n).into() }).collect();
        let read = |page: &Page| -> serde_json::Value { serde_json::from_slice(&anthropic_page(&entries, page).unwrap()).unwrap() };
        let numbers = |page: &serde_json::Value| page["data"].as_array().unwrap().iter().map(|e| e["n"].as_u64().unwrap()).collect::<Vec<_>>();

        let (mut met, mut page) = (Vec::new(), Page { limit: Some(limit), ..Page::default() });
        loop {
            let got = read(&page);
            met.extend(numbers(&got));
            if got["has_more"] == false { break; }
            page.after = Some(got["last_id"].as_str().unwrap().to_owned());
        }
        prop_assert_eq!(met, (0..entries.len() as u64).collect::<Vec<_>>());

        let last = all.iter().rposition(|(_, s)| !s).unwrap();
        let (mut met, mut page) = (vec![last as u64], Page { limit: Some(limit), before: Some(all[last].0.clone()), after: None });
        loop {
            let got = read(&page);
            met.splice(0..0, numbers(&got));
            if got["has_more"] == false { break; }
            page.before = Some(got["first_id"].as_str().unwrap().to_owned());
        }
        prop_assert_eq!(met, (0..=last as u64).collect::<Vec<_>>());
    }
}
