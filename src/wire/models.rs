//! The model list: a key's aliases first, then the catalog; in the shape of OpenAI, and in the envelope of Anthropic.

use std::sync::Arc;

use serde::Serialize;

use crate::domain::{AliasSet, Catalog, Model, ModelId, PicoUsd};

/// One line of a key's model list.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The name to call: an alias name or a real id.
    pub id: &'a str,
    /// The real model that runs.
    pub model: &'a Arc<Model>,
    /// Whether `id` is an alias.
    pub alias: bool,
    /// Whether an alias of the same name stands before it, so that a call to the name gets that.
    pub shadowed: bool,
}

/// What a key sees, in order: its aliases in evaluation order, then every callable model by id. A key that is limited to
/// some models sees those. An alias whose target cannot be called is left out, since a call to it fails.
pub fn rows<'a>(aliases: &'a AliasSet, catalog: &'a Catalog, allowed: Option<&'a [ModelId]>) -> Vec<Row<'a>> {
    let may = |model: &Model| allowed.is_none_or(|list| list.contains(&model.id));
    let named = aliases.rows().iter().filter_map(|alias| {
        let model = catalog.callable(alias.target.as_str()).filter(|model| may(model))?;
        Some(Row {
            id: alias.name.as_str(),
            model,
            alias: true,
            shadowed: false,
        })
    });
    let mut rows: Vec<Row<'a>> = named.collect();
    let mut taken: Vec<&str> = rows.iter().map(|row| row.id).collect();
    taken.sort_unstable();
    rows.extend(catalog.all_callable().filter(|model| may(model)).map(|model| {
        let id = model.id.as_str();
        Row {
            id,
            model,
            alias: false,
            shadowed: taken.binary_search(&id).is_ok(),
        }
    }));
    rows
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    object: &'static str,
    created: i64,
    owned_by: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    shadowed: bool,
    context_length: u64,
    max_output_tokens: Option<u64>,
    architecture: &'a crate::domain::Architecture,
    pricing: Pricing,
    supported_parameters: &'a [String],
    #[serde(rename = "type")]
    kind: &'static str,
    display_name: &'a str,
    created_at: String,
    max_input_tokens: u64,
    status: crate::domain::ModelStatus,
}

/// What is billed per token, by kind. A kind without a price of its own is billed as input, and so it says.
#[derive(Serialize)]
struct Pricing {
    prompt: Option<PicoUsd>,
    completion: Option<PicoUsd>,
    input_cache_read: Option<PicoUsd>,
    input_cache_write: Option<PicoUsd>,
}

impl Row<'_> {
    /// The entry as JSON.
    pub fn json(&self) -> String {
        let Model {
            id,
            name,
            created,
            context_length,
            limits,
            ..
        } = self.model.as_ref();
        let price = &self.model.pricing.base;
        // Clients want a number and a date even where nobody knows them: the epoch, as Anthropic's own list does.
        let created = created.unwrap_or(0);
        let entry = Entry {
            id: self.id,
            object: "model",
            created,
            owned_by: id.vendor(),
            name,
            root: self.alias.then_some(id.as_str()),
            shadowed: self.shadowed,
            context_length: *context_length,
            max_output_tokens: self.model.max_output_tokens(),
            architecture: &self.model.architecture,
            pricing: Pricing {
                prompt: price.prompt,
                completion: price.completion,
                input_cache_read: price.input_cache_read.or(price.prompt),
                input_cache_write: price.input_cache_write.or(price.prompt),
            },
            supported_parameters: &self.model.supported_parameters,
            kind: "model",
            display_name: name,
            created_at: jiff::Timestamp::from_second(created).unwrap_or_default().to_string(),
            max_input_tokens: limits.max_prompt_tokens.unwrap_or(*context_length),
            status: self.model.status,
        };
        serde_json::to_string(&entry).unwrap_or_default()
    }
}

/// An entry, ready to be listed.
#[derive(Clone, Debug)]
pub struct Listed<'a> {
    /// Its `id`, the cursor of Anthropic's pages.
    pub id: &'a str,
    /// Whether it is shadowed, so that its id does not tell it from the alias.
    pub shadowed: bool,
    /// The entry.
    pub json: std::borrow::Cow<'a, str>,
}

/// The list as OpenAI's clients read it.
pub fn openai_list(entries: &[Listed<'_>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(entries.iter().map(|entry| entry.json.len() + 1).sum::<usize>() + 32);
    out.extend_from_slice(b"{\"object\":\"list\",\"data\":[");
    join(&mut out, entries);
    out.extend_from_slice(b"]}");
    out
}

/// Which part of the list is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// How many entries, 1 to 1000; without it 20 in Anthropic's envelope, all in OpenAI's list.
    pub limit: Option<usize>,
    /// Those that follow this id.
    pub after: Option<String>,
    /// Those before this id.
    pub before: Option<String>,
}

/// No entry has the id that a page was asked to begin or end at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{id}' is not in the list.")]
pub struct UnknownCursor {
    /// `after_id` or `before_id`.
    pub param: &'static str,
    /// What was asked for.
    pub id: String,
}

impl Page {
    /// Entries of a page where nothing else is asked for.
    const DEFAULT: usize = 20;
    /// Most entries of a page.
    const MOST: usize = 1000;

    /// Reads the query. What is not understood is as good as absent; a limit beyond the range is brought into it.
    pub fn from_query(query: &str) -> Self {
        let mut page = Self::default();
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match key.as_ref() {
                "limit" => page.limit = value.parse::<usize>().ok().map(|n| n.clamp(1, Self::MOST)),
                "after_id" if !value.is_empty() => page.after = Some(value.into_owned()),
                "before_id" if !value.is_empty() => page.before = Some(value.into_owned()),
                _ => {}
            }
        }
        page
    }
}

/// One page of the list as Anthropic's clients read it.
///
/// # Errors
/// If `after_id` or `before_id` is not in the list.
pub fn anthropic_page(entries: &[Listed<'_>], page: &Page) -> Result<Vec<u8>, UnknownCursor> {
    let find = |param, id: &str| {
        let at = entries.iter().position(|entry| entry.id == id);
        at.ok_or_else(|| UnknownCursor {
            param,
            id: id.to_owned(),
        })
    };
    let limit = page.limit.unwrap_or(Page::DEFAULT);
    let (mut from, mut to);
    if let Some(id) = &page.before {
        to = find("before_id", id)?;
        from = to.saturating_sub(limit);
    } else {
        from = match &page.after {
            Some(id) => find("after_id", id)? + 1,
            None => 0,
        };
        to = (from + limit).min(entries.len());
    }
    // A shadowed entry has the id of an alias further up and cannot be a cursor, so no page begins or ends with one.
    let shadowed = |at: usize| entries.get(at).is_some_and(|entry| entry.shadowed);
    if page.before.is_some() {
        while from > 0 && shadowed(from) {
            from -= 1;
        }
    } else {
        while to > from && to < entries.len() && shadowed(to - 1) {
            to += 1;
        }
    }
    let identity = entries.get(from..to).unwrap_or_default();
    let has_more = if page.before.is_some() {
        from > 0
    } else {
        to < entries.len()
    };
    let id = |entry: Option<&Listed<'_>>| entry.map_or_else(|| "null".to_owned(), |entry| super::json::quote(entry.id));
    let mut out = b"{\"data\":[".to_vec();
    join(&mut out, identity);
    let (first, last) = (id(identity.first()), id(identity.last()));
    out.extend_from_slice(format!("],\"first_id\":{first},\"has_more\":{has_more},\"last_id\":{last}}}").as_bytes());
    Ok(out)
}

fn join(out: &mut Vec<u8>, entries: &[Listed<'_>]) {
    for (n, entry) in entries.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        out.extend_from_slice(entry.json.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Alias, Match, Provider};
    use proptest::prelude::*;

    fn catalog() -> Catalog {
        let models: Vec<Model> = serde_json::from_str(include_str!("../../tests/data/wire/models.json")).unwrap();
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

    /// `tests/data/wire/model_list.json` and `model_page.json`.
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
            include_str!("../../tests/data/wire/model_list.json")
        );
        let page = anthropic_page(
            &entries,
            &Page {
                limit: Some(1),
                ..Page::default()
            },
        )
        .unwrap();
        assert_eq!(pretty(&page), include_str!("../../tests/data/wire/model_page.json"));
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
    fn a_query_is_read_kindly() {
        assert_eq!(Page::from_query("limit=5000&beta=true").limit, Some(1000));
        assert_eq!(Page::from_query("limit=0").limit, Some(1));
        assert_eq!(Page::from_query("limit=many"), Page::default());
        assert_eq!(Page::from_query("after_id=a%2Fb").after.as_deref(), Some("a/b"));
    }

    #[test]
    fn a_cursor_that_is_not_in_the_list_is_named() {
        let page = Page {
            after: Some("nobody".into()),
            ..Page::default()
        };

        let error = anthropic_page(&[], &page).unwrap_err();
        assert_eq!(
            (error.param, error.to_string().as_str()),
            ("after_id", "'nobody' is not in the list.")
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
}
