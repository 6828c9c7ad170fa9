//! The models that the made-up clients use, and the names by which they ask for them.

use crossmodel::domain::{AliasName, Catalog, Match, Price, ProviderId};

use crate::Error;

/// A model that a hundred calls or so use, all of one key.
pub const RARE_MODEL: &str = "openai/o3-pro";
/// A name that five keys ask for, together about once a day.
pub const RARE_NAME: &str = "gemini-pro-latest";

/// Names that clients ask for, the alias that each one matches, if any, and the real model.
pub(super) const NAMES: &[(&str, &str, Match, &str)] = &[
    (
        "claude-opus-4-8",
        "claude-opus",
        Match::Prefix,
        "anthropic/claude-opus-4-8",
    ),
    (
        "claude-opus-4-7-20260416",
        "claude-opus",
        Match::Prefix,
        "anthropic/claude-opus-4-8",
    ),
    (
        "claude-sonnet-5",
        "claude-sonnet",
        Match::Prefix,
        "anthropic/claude-sonnet-5",
    ),
    (
        "claude-haiku-4-5",
        "claude-haiku",
        Match::Prefix,
        "deepseek/deepseek-chat",
    ),
    (
        "claude-haiku-4-5-20251001",
        "claude-haiku",
        Match::Prefix,
        "deepseek/deepseek-chat",
    ),
    ("gpt-5", "gpt-5", Match::Exact, "openai/gpt-5.5"),
    ("gpt-5-mini", "gpt-5-mini", Match::Exact, "openai/gpt-5-mini"),
    ("gpt-4o", "gpt-4o", Match::Exact, "openai/gpt-5.4"),
    ("gpt-4o-mini", "gpt-4o-mini", Match::Exact, "deepseek/deepseek-flash"),
    (
        "cross-model-basic",
        "cross-model-basic",
        Match::Exact,
        "deepseek/deepseek-chat",
    ),
    ("deepseek/deepseek-chat", "", Match::Exact, "deepseek/deepseek-chat"),
    (
        "deepseek/deepseek-reasoner",
        "",
        Match::Exact,
        "deepseek/deepseek-reasoner",
    ),
    ("openai/gpt-5.5", "", Match::Exact, "openai/gpt-5.5"),
    ("openai/gpt-5-nano", "", Match::Exact, "openai/gpt-5-nano"),
    (
        "openai/text-embedding-3-small",
        "",
        Match::Exact,
        "openai/text-embedding-3-small",
    ),
    ("google/gemini-2.5-flash", "", Match::Exact, "google/gemini-2.5-flash"),
    ("google/gemini-2.5-pro", "", Match::Exact, "google/gemini-2.5-pro"),
    (
        "mistral/mistral-large-latest",
        "",
        Match::Exact,
        "mistral/mistral-large-latest",
    ),
    ("mistral/codestral-latest", "", Match::Exact, "mistral/codestral-latest"),
    ("xai/grok-4.5", "", Match::Exact, "xai/grok-4.5"),
];

pub(super) struct Use {
    pub(super) requested: &'static str,
    pub(super) alias: Option<(AliasName, Match)>,
    pub(super) model: &'static str,
    pub(super) provider: ProviderId,
    pub(super) price: Price,
}

impl Use {
    /// One use for each of [`NAMES`], in their order; then the rare model, and last the rare name.
    pub(super) fn all(catalog: &Catalog) -> Result<Vec<Self>, Error> {
        let rare_model = (RARE_MODEL, "", Match::Exact, RARE_MODEL);
        let rare_name = (RARE_NAME, RARE_NAME, Match::Exact, "google/gemini-pro-latest");
        NAMES
            .iter()
            .copied()
            .chain([rare_model, rare_name])
            .map(|name| Self::new(catalog, name))
            .collect()
    }

    fn new(catalog: &Catalog, name: (&'static str, &str, Match, &'static str)) -> Result<Self, Error> {
        let (requested, alias, matching, model) = name;
        let entry = catalog
            .get(model)
            .ok_or_else(|| format!("{model} is not in the catalog"))?;
        let alias = if alias.is_empty() {
            None
        } else {
            Some((alias.parse()?, matching))
        };

        Ok(Self {
            requested,
            alias,
            model,
            provider: entry.provider.clone(),
            price: entry.pricing.base,
        })
    }
}
