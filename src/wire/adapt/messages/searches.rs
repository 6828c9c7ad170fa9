//! Searches of the web in earlier turns of a request to Messages: those that the target cannot read become text.

use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::note::{Element, Note};
use crate::wire::adapt::target::TargetFacts;
use crate::wire::json::{OutlineNode, quote};
use crate::wire::messages::FOREIGN_SEARCH;
use crate::wire::neutral::is_packed;

/// Makes text of a search of another provider, or of any if the target has no search, and leaves out what such searches were
/// cited for.
pub(super) fn fit(block: &OutlineNode<'_>, target: &TargetFacts, edits: &mut Edits) {
    let Some(kind) = block.get("type") else { return };
    let note = Note::Element(Element::Searches);
    let is_foreign = |field: &str| {
        let id = block.get(field).and_then(|id| id.string());
        !target.facts.searches_web() || id.is_some_and(|id| id.starts_with(FOREIGN_SEARCH))
    };

    if kind.is("server_tool_use") && block.get("name").is_some_and(|name| name.is("web_search")) && is_foreign("id") {
        let query = block.get("input").and_then(|input| input.get("query")?.string());
        edits.replace(block.span(), text(&asked(query.as_deref().unwrap_or_default())), note);
    } else if kind.is("web_search_tool_result") && is_foreign("tool_use_id") {
        edits.replace(block.span(), text(&found(block)), note);
    } else if kind.is("text")
        && let Some(citations) = block.get("citations")
        && citations.elements().any(|citation| is_told_by_us(&citation))
    {
        edits.replace(citations.span(), "null", note);
    }
}

fn is_told_by_us(citation: &OutlineNode<'_>) -> bool {
    let index = citation.get("encrypted_index").and_then(|index| index.string());
    index.is_some_and(|index| is_packed(&index))
}

fn asked(query: &str) -> String {
    format!("[The web was searched for: {query}]")
}

/// Titles and addresses, a line each.
fn found(result: &OutlineNode<'_>) -> String {
    let pages = result.get("content").into_iter().flat_map(|content| content.elements());
    let lines = pages.flat_map(|page| ["title", "url"].map(|key| page.get(key).and_then(|text| text.string())));
    let lines: Vec<String> = lines.flatten().map(|line| line.into_owned()).collect();
    match lines.is_empty() {
        true => "[No pages were found.]".to_owned(),
        false => lines.join("\n"),
    }
}

fn text(text: &str) -> String {
    format!(r#"{{"type":"text","text":{}}}"#, quote(text))
}
