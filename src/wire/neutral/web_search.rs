//! Searches of the web that a provider makes itself: as a request offers them, and as an answer tells of them.

use std::borrow::Cow;

use serde::Serialize;

use super::body_node::Node;
use super::untranslatable::Untranslatable;

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

/// A search that took place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WebSearch<'a> {
    /// What was searched for.
    pub query: Cow<'a, str>,
    /// The pages that were found, as far as the provider names them.
    pub pages: Vec<FoundPage<'a>>,
    /// Why it failed, in one of Anthropic's words.
    pub failed: Option<Cow<'a, str>>,
}

/// A page that a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FoundPage<'a> {
    /// Its address.
    pub url: Cow<'a, str>,
    /// Its title; empty if the provider names none.
    pub title: Cow<'a, str>,
}

impl WebSearch<'_> {
    /// The search with text of its own.
    pub fn into_owned(self) -> WebSearch<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        WebSearch {
            query: own(self.query),
            pages: self
                .pages
                .into_iter()
                .map(|page| FoundPage {
                    url: own(page.url),
                    title: own(page.title),
                })
                .collect(),
            failed: self.failed.map(own),
        }
    }
}
