//! The web search that a request offers to the model.

use std::borrow::Cow;

use serde::Serialize;

use crate::wire::neutral::{Node, Untranslatable};

/// The web search that a request offers to the model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchTool<'a> {
    /// The most searches of one answer.
    pub max_uses: Option<u64>,
    /// Only pages of these domains are found; empty: of all.
    pub allowed_domains: Vec<Cow<'a, str>>,
    /// No pages of these domains are found.
    pub blocked_domains: Vec<Cow<'a, str>>,
    /// The place that the search is made for.
    pub location: Option<SearchLocation<'a>>,
    /// How much of the pages the model reads: `low`, `medium`, `high` (OpenAI).
    pub context_size: Option<Cow<'a, str>>,
    /// Only pages that the provider has stored are found (Responses, `external_web_access: false`).
    pub stored_only: bool,
}

/// A place, about.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SearchLocation<'a> {
    /// The city's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<Cow<'a, str>>,
    /// The region's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Cow<'a, str>>,
    /// The country, in two letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Cow<'a, str>>,
    /// The time zone's IANA name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<Cow<'a, str>>,
}

impl<'a> SearchLocation<'a> {
    /// Reads a place.
    ///
    /// # Errors
    /// If one of its fields is no text.
    pub fn read(node: &Node<'a, '_>) -> Result<Self, Untranslatable> {
        node.object()?;
        let text = |key: &str| Ok::<_, Untranslatable>(node.text_at(key)?.map(Cow::Borrowed));
        Ok(Self {
            city: text("city")?,
            region: text("region")?,
            country: text("country")?,
            timezone: text("timezone")?,
        })
    }
}

/// A list of domains.
///
/// # Errors
/// If it is no list of texts.
pub fn read_domains<'a>(holder: &Node<'a, '_>, key: &str) -> Result<Vec<Cow<'a, str>>, Untranslatable> {
    let Some(list) = holder.get(key) else {
        return Ok(Vec::new());
    };
    list.list()?.map(|domain| domain.text().map(Cow::Borrowed)).collect()
}
