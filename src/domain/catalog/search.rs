//! Finding a model by a few letters of it, for the target picker.

use std::collections::HashSet;
use std::sync::Arc;

use super::catalog::Catalog;
use super::model::{Model, ModelId};

/// The most characters of a query that are looked at.
const QUERY_MAX: usize = 100;
/// How many models one answer shows.
const SHOWN: usize = 20;
/// How many of the account's own models stand first when nothing was typed.
const MOST_USED: usize = 8;

/// What a search found.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// The best matches, at most 20.
    pub hits: Vec<Hit<'a>>,
    /// How many models match in all.
    pub total: usize,
}

/// A model that matches.
#[derive(Clone, Copy, Debug)]
pub struct Hit<'a> {
    /// The model.
    pub model: &'a Arc<Model>,
    /// Whether it can be a target: it and its provider are enabled, and the key may call it.
    pub usable: bool,
}

/// How well a model matches, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    ExactId,
    IdStartsWithQuery,
    EveryTokenStartsAWord,
    UsedByAccount,
    Other,
}

/// Models in whose id, name or provider every word of the query occurs, letter case aside; ties by id. Models that cannot
/// be a target are listed too, and marked. `used` are the models that the account used lately, the most used first.
///
/// ```
/// use crossmodel::domain::{Catalog, search};
/// assert_eq!(search(&Catalog::default(), None, &[], "son fast").total, 0);
/// ```
pub fn search<'a>(catalog: &'a Catalog, allowed: Option<&[ModelId]>, used: &[ModelId], query: &str) -> Found<'a> {
    let query: String = query.chars().take(QUERY_MAX).collect::<String>().trim().to_lowercase();
    let models = if query.is_empty() {
        most_used_first(catalog, used)
    } else {
        matching(catalog, used, &query)
    };
    let usable =
        |model: &Model| catalog.is_callable(model) && allowed.is_none_or(|allowed| allowed.contains(&model.id));
    let total = models.len();
    let hits = models
        .into_iter()
        .take(SHOWN)
        .map(|model| Hit {
            model,
            usable: usable(model),
        })
        .collect();
    Found { hits, total }
}

fn most_used_first<'a>(catalog: &'a Catalog, used: &[ModelId]) -> Vec<&'a Arc<Model>> {
    let mut models: Vec<&Arc<Model>> = used
        .iter()
        .filter_map(|id| catalog.get(id.as_str()))
        .take(MOST_USED)
        .collect();
    let first: HashSet<&ModelId> = models.iter().map(|model| &model.id).collect();
    models.extend(catalog.models().iter().filter(|model| !first.contains(&model.id)));
    models
}

fn matching<'a>(catalog: &'a Catalog, used: &[ModelId], query: &str) -> Vec<&'a Arc<Model>> {
    let used: HashSet<&ModelId> = used.iter().collect();
    let tokens: Vec<&str> = query.split_whitespace().collect();
    let mut ranked: Vec<(Rank, &Arc<Model>)> = catalog
        .models()
        .iter()
        .filter_map(|model| Some((rank(catalog, model, query, &tokens, used.contains(&model.id))?, model)))
        .collect();
    // The catalog is sorted by id and the sort is stable.
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, model)| model).collect()
}

/// `None` if the model does not match.
fn rank(catalog: &Catalog, model: &Model, query: &str, tokens: &[&str], used: bool) -> Option<Rank> {
    let id = model.id.as_str();
    let provider = catalog
        .provider(&model.provider)
        .map_or("", |provider| provider.name.as_str());
    let texts = [
        id.to_owned(),
        model.name.to_lowercase(),
        model.provider.to_string(),
        provider.to_lowercase(),
    ];
    if !tokens.iter().all(|token| texts.iter().any(|text| text.contains(token))) {
        return None;
    }
    Some(if id == query {
        Rank::ExactId
    } else if id.starts_with(query) {
        Rank::IdStartsWithQuery
    } else if tokens
        .iter()
        .all(|token| texts.iter().any(|text| starts_a_word(text, token)))
    {
        Rank::EveryTokenStartsAWord
    } else if used {
        Rank::UsedByAccount
    } else {
        Rank::Other
    })
}

fn starts_a_word(text: &str, token: &str) -> bool {
    text.match_indices(token).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|c| !c.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
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
}
