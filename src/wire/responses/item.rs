//! The items of an answer, as the SDKs read them.

use serde::Serialize;
use serde_json::value::RawValue;

use super::annotation::Annotation;
use crate::wire::neutral::WebSearch;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Item<'a> {
    Reasoning {
        id: &'a str,
        /// At most one text.
        summary: &'a [SummaryText<'a>],
        #[serde(skip_serializing_if = "Option::is_none")]
        encrypted_content: Option<&'a str>,
    },
    Message {
        id: &'a str,
        status: &'a str,
        /// It is always `assistant`.
        role: &'static str,
        content: &'a [Content<'a>],
    },
    FunctionCall {
        id: &'a str,
        status: &'a str,
        call_id: &'a str,
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        namespace: Option<&'a str>,
        /// The JSON text of an object.
        arguments: &'a str,
    },
    WebSearchCall {
        id: &'a str,
        status: &'a str,
        action: SearchAction<'a>,
    },
    CustomToolCall {
        id: &'a str,
        status: &'a str,
        call_id: &'a str,
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        namespace: Option<&'a str>,
        input: &'a str,
    },
}

/// What a search looked for, and what it found.
#[derive(Serialize)]
#[serde(tag = "type", rename = "search")]
pub(super) struct SearchAction<'a> {
    query: &'a str,
    queries: [&'a str; 1],
    sources: Vec<SearchSource<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "url")]
struct SearchSource<'a> {
    url: &'a str,
}

impl<'a> Item<'a> {
    /// A search that has begun: what it found is not told yet.
    pub fn open_search(search: &'a WebSearch<'_>, id: &'a str) -> Self {
        Self::WebSearchCall {
            id,
            status: "in_progress",
            action: SearchAction {
                query: &search.query,
                queries: [&search.query],
                sources: Vec::new(),
            },
        }
    }

    /// A search that took place.
    pub fn search(search: &'a WebSearch<'_>, id: &'a str) -> Self {
        Self::WebSearchCall {
            id,
            status: if search.failed.is_some() { "failed" } else { "completed" },
            action: SearchAction {
                query: &search.query,
                queries: [&search.query],
                sources: search
                    .pages
                    .iter()
                    .map(|page| SearchSource { url: &page.url })
                    .collect(),
            },
        }
    }
}

impl Item<'_> {
    /// The item as JSON text.
    pub fn raw(&self) -> Option<Box<RawValue>> {
        serde_json::value::to_raw_value(self).ok()
    }
}

/// A part of a message.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Content<'a> {
    OutputText {
        text: &'a str,
        annotations: &'a [Annotation<'a>],
        /// Always an empty list.
        logprobs: [(); 0],
    },
    Refusal {
        refusal: &'a str,
    },
}

/// A part of a reasoning item.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum SummaryText<'a> {
    SummaryText { text: &'a str },
}
