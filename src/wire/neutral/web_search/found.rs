//! A search of the web that an answer tells of.

use std::borrow::Cow;

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
