//! Blocks of content, as the gateway writes them to providers and clients. They borrow all long text.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::wire::neutral::{UNSIGNED, WebSearch};

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Block<'a> {
    Text {
        text: Cow<'a, str>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        citations: Vec<WebCitation<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<&'a Value>,
    },
    Image {
        source: BlockSource<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<&'a Value>,
    },
    Document {
        source: BlockSource<'a>,
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<&'a Value>,
    },
    Thinking {
        thinking: &'a str,
        signature: Cow<'a, str>,
    },
    RedactedThinking {
        data: &'a str,
    },
    ToolUse {
        id: Cow<'a, str>,
        name: &'a str,
        input: Input<'a>,
    },
    /// A search that the provider has made.
    ServerToolUse {
        id: Cow<'a, str>,
        name: &'static str,
        input: SearchInput<'a>,
    },
    WebSearchToolResult {
        tool_use_id: Cow<'a, str>,
        content: SearchResult<'a>,
    },
    ToolResult {
        tool_use_id: Cow<'a, str>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        content: Vec<Block<'a>>,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        is_error: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<&'a Value>,
    },
}

impl<'a> Block<'a> {
    /// A text without citations or marks.
    pub(super) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text {
            text: text.into(),
            citations: Vec::new(),
            cache_control: None,
        }
    }
}

/// The bytes of a picture or document, or their address.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum BlockSource<'a> {
    Base64 {
        media_type: &'a str,
        data: &'a str,
    },
    Text {
        media_type: &'static str,
        data: Cow<'a, str>,
    },
    Url {
        url: &'a str,
    },
}

/// The arguments of a call, which are a JSON object here.
#[derive(Debug)]
pub(super) enum Input<'a> {
    /// The JSON text as it came.
    Json(&'a RawValue),
    Empty,
    /// Free text, written as `{"input": …}`.
    Text(&'a str),
}

impl<'a> Input<'a> {
    /// Reads the arguments of a call. An empty text is an empty object. `None` if they are not a JSON object.
    pub(super) fn of(arguments: &'a str) -> Option<Self> {
        if arguments.trim().is_empty() {
            return Some(Self::Empty);
        }

        let raw: &RawValue = serde_json::from_str(arguments).ok()?;
        raw.get().starts_with('{').then_some(Self::Json(raw))
    }
}

impl Serialize for Input<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Free<'a> {
            input: &'a str,
        }
        #[derive(Serialize)]
        struct Empty {}

        match self {
            Self::Json(raw) => raw.serialize(serializer),
            Self::Empty => Empty {}.serialize(serializer),
            Self::Text(input) => Free { input }.serialize(serializer),
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct SearchInput<'a> {
    query: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum SearchResult<'a> {
    Pages(Vec<WebPage<'a>>),
    Error {
        #[serde(rename = "type")]
        kind: &'static str,
        error_code: &'a str,
    },
}

/// A page that was found. Anthropic reads its content in `encrypted_content`, which other providers do not
/// have: a mark stands in its place.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "web_search_result")]
pub(super) struct WebPage<'a> {
    url: &'a str,
    title: &'a str,
    encrypted_content: &'static str,
    page_age: (),
}

/// How the ids of searches begin whose pages are not Anthropic's: Anthropic refuses them.
pub const FOREIGN_SEARCH: &str = "srvtoolu_cm1_";

/// The two blocks of a search. `id`: unique text of `a-z 0-9 _`.
pub(super) fn search_blocks<'a>(search: &'a WebSearch<'_>, id: &str) -> [Block<'a>; 2] {
    let start = match search.pages.is_empty() {
        true => "srvtoolu_",
        false => FOREIGN_SEARCH,
    };
    let id = format!("{start}{id}");
    let content = match &search.failed {
        Some(error_code) => SearchResult::Error {
            kind: "web_search_tool_result_error",
            error_code,
        },
        None => SearchResult::Pages(
            search
                .pages
                .iter()
                .map(|page| WebPage {
                    url: &page.url,
                    title: if page.title.is_empty() { &page.url } else { &page.title },
                    encrypted_content: UNSIGNED,
                    page_age: (),
                })
                .collect(),
        ),
    };
    [
        Block::ServerToolUse {
            id: id.clone().into(),
            name: "web_search",
            input: SearchInput { query: &search.query },
        },
        Block::WebSearchToolResult {
            tool_use_id: id.into(),
            content,
        },
    ]
}

/// A citation of a page. `encrypted_index` has a meaning for Anthropic only: a mark stands in its place.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "web_search_result_location")]
pub(super) struct WebCitation<'a> {
    pub(super) url: &'a str,
    pub(super) title: &'a str,
    pub(super) cited_text: &'a str,
    pub(super) encrypted_index: &'static str,
}

impl<'a> WebCitation<'a> {
    pub(super) fn of(citation: &'a crate::wire::neutral::Citation<'_>) -> Self {
        Self {
            url: &citation.url,
            title: &citation.title,
            cited_text: citation.quote.as_deref().unwrap_or_default(),
            encrypted_index: UNSIGNED,
        }
    }
}
