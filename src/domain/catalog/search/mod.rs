//! The search for a model by a few letters, for the target picker.

use std::collections::HashSet;
use std::sync::Arc;

use crate::domain::catalog::catalog::Catalog;
use crate::domain::catalog::model::Model;
use crate::domain::catalog::model_id::ModelId;

/// A longer query is cut to this many characters.
const QUERY_MAX: usize = 100;
/// How many models one answer lists.
const SHOWN: usize = 20;
/// How many of the account's own models come first for an empty query.
const MOST_USED: usize = 8;

/// The result of [`search`].
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

/// Models in whose id, name or provider every word of the query occurs, letter case aside; ties by id. Models that
/// cannot be a target are listed too, and marked. `allowed` are the only models that the key may call; `None` allows
/// all. `used` are the models that the account used lately, the most used first: they come first for an empty query.
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
mod tests;
