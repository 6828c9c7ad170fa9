//! Searches of the web that Anthropic makes: as a client offers them, and as an answer tells of them.

use std::borrow::Cow;

use serde_json::Value;

use crate::wire::neutral::{
    Choice, FoundPage, Node, SearchLocation, SearchTool, Untranslatable, WebSearch, read_domains,
};

/// How the types of the tool begin.
const SEARCH: &str = "web_search_";

/// The web search among the tools of a request.
pub(super) fn tool<'a>(root: &Node<'a, '_>) -> Result<Option<SearchTool<'a>>, Untranslatable> {
    let Some(list) = root.get("tools") else { return Ok(None) };
    for tool in list.list()? {
        if !tool.text_at("type")?.is_some_and(|kind| kind.starts_with(SEARCH)) {
            continue;
        }
        return Ok(Some(SearchTool {
            max_uses: tool.count_at("max_uses")?,
            allowed_domains: read_domains(&tool, "allowed_domains")?,
            blocked_domains: read_domains(&tool, "blocked_domains")?,
            location: match tool.get("user_location") {
                Some(place) => Some(SearchLocation::read(&place)?),
                None => None,
            },
            ..SearchTool::default()
        }));
    }
    Ok(None)
}

/// The choice of the web search, if the model has to search.
pub(super) fn choice<'a>(root: &Node<'a, '_>, search: Option<&SearchTool<'_>>) -> Option<Choice<'a>> {
    let choice = root.value_at("tool_choice").filter(|_| search.is_some())?;
    let is = |key: &str, word: &str| choice.get(key).and_then(Value::as_str) == Some(word);
    if is("type", "tool") && is("name", "web_search") {
        Some(Choice::WebSearch("tool_choice.name"))
    } else if is("type", "any") {
        Some(Choice::Any)
    } else {
        None
    }
}

/// What a `server_tool_use` asks for.
pub(super) fn query(asked: &Value) -> Option<&str> {
    asked.pointer("/input/query").and_then(Value::as_str)
}

/// The search that a `web_search_tool_result` tells of, for `query`.
pub(super) fn result<'a>(block: &'a Value, query: Cow<'a, str>) -> WebSearch<'a> {
    let text = |page: &'a Value, key: &str| page.get(key).and_then(Value::as_str).map(Cow::Borrowed);
    let content = block.get("content");
    let pages = content.and_then(Value::as_array).into_iter().flatten();

    WebSearch {
        query,
        pages: pages
            .filter_map(|page| {
                Some(FoundPage {
                    url: text(page, "url")?,
                    title: text(page, "title").unwrap_or_default(),
                })
            })
            .collect(),
        failed: content.and_then(|content| text(content, "error_code")),
    }
}
