//! Searches of the web that OpenAI makes: as a client offers them, and as an answer tells of them.

use std::borrow::Cow;

use serde_json::Value;

use super::usage::is_search;
use crate::wire::neutral::{
    Choice, FoundPage, Node, SearchLocation, SearchTool, Untranslatable, WebSearch, read_domains,
};

/// How the types of the tool begin.
const SEARCH: &str = "web_search";

/// The web search among the tools of a request.
pub(super) fn tool<'a>(tools: &Node<'a, '_>) -> Result<Option<SearchTool<'a>>, Untranslatable> {
    for tool in tools.list()? {
        if !tool.text_at("type")?.is_some_and(|kind| kind.starts_with(SEARCH)) {
            continue;
        }
        let filters = tool.get("filters");
        let domains = |key: &str| {
            filters
                .as_ref()
                .map_or(Ok(Vec::new()), |filters| read_domains(filters, key))
        };
        return Ok(Some(SearchTool {
            max_uses: None,
            allowed_domains: domains("allowed_domains")?,
            blocked_domains: domains("blocked_domains")?,
            location: match tool.get("user_location") {
                Some(place) => Some(SearchLocation::read(&place)?),
                None => None,
            },
            context_size: tool.text_at("search_context_size")?.map(Cow::Borrowed),
            stored_only: tool.flag_at("external_web_access")? == Some(false),
        }));
    }
    Ok(None)
}

/// The choice of the web search, if the model has to search.
pub(super) fn choice<'a>(choice: &Node<'_, '_>, search: Option<&SearchTool<'_>>) -> Option<Choice<'a>> {
    let kind = text(choice.value, "type").filter(|_| search.is_some())?;
    kind.starts_with(SEARCH)
        .then_some(Choice::WebSearch("tool_choice.type"))
}

/// Whether `tool_choice` leaves the web search to the model.
pub(super) fn is_allowed(choice: &Node<'_, '_>) -> bool {
    if text(choice.value, "type") != Some("allowed_tools") {
        return true;
    }
    let allowed = choice.value.get("tools").and_then(Value::as_array);
    let mut kinds = allowed.into_iter().flatten().filter_map(|tool| text(tool, "type"));
    kinds.any(|kind| kind.starts_with(SEARCH))
}

/// A search that an item of an answer tells of; `None` for other items, and for pages that were only opened.
pub(super) fn search(item: &Value) -> Option<WebSearch<'_>> {
    let failed = text(item, "type") == Some("web_search_call") && text(item, "status") == Some("failed");
    if !failed && !is_search(item) {
        return None;
    }

    let action = item.get("action")?;
    let queries = || {
        let list = action.get("queries").and_then(Value::as_array)?;
        let queries: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
        Some(Cow::Owned(queries.join("; ")))
    };
    Some(WebSearch {
        query: text(action, "query")
            .map(Cow::Borrowed)
            .or_else(queries)
            .unwrap_or_default(),
        pages: pages(action),
        failed: failed.then_some("unavailable".into()),
    })
}

/// The pages that a search has found, where the provider was asked for them.
pub(super) fn pages(action: &Value) -> Vec<FoundPage<'_>> {
    let sources = action.get("sources").and_then(Value::as_array).into_iter().flatten();
    let page = |source| {
        Some(FoundPage {
            url: text(source, "url")?.into(),
            title: text(source, "title").unwrap_or_default().into(),
        })
    };
    sources.filter_map(page).collect()
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}
