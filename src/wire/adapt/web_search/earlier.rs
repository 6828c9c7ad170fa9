//! A search of an earlier turn in a request to Responses.

use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::note::{Element, Note};
use crate::wire::adapt::target::TargetFacts;
use crate::wire::json::{Outline, OutlineNode, quote};
use crate::wire::neutral::is_own_item_id;

/// Makes words of the model of a search that another provider has made, or of any if the target has no search. `false` if it is
/// no such item.
pub(in crate::wire::adapt) fn of_earlier_turn(item: &OutlineNode<'_>, target: &TargetFacts, edits: &mut Edits) -> bool {
    if !item.get("type").is_some_and(|kind| kind.is("web_search_call")) {
        return false;
    }
    let id = item.get("id").and_then(|id| id.string());
    if target.facts.searches_web() && !id.is_some_and(|id| is_own_item_id(&id)) {
        return false;
    }

    // Item, action, sources, source.
    let outline = Outline::of(item.text(), 4);
    let action = outline.root().get("action");
    let query = action.as_ref().and_then(|action| action.get("query")?.string());
    let mut text = format!("[The web was searched for: {}]", query.unwrap_or_default());
    let sources = action.as_ref().and_then(|action| action.get("sources"));
    for source in sources.into_iter().flat_map(|list| list.elements()) {
        if let Some(url) = source.get("url").and_then(|url| url.string()) {
            text.push('\n');
            text.push_str(&url);
        }
    }

    let message = format!(
        r#"{{"type":"message","role":"assistant","content":[{{"type":"output_text","text":{}}}]}}"#,
        quote(&text)
    );
    edits.replace(item.span(), message, Note::Element(Element::Searches));
    true
}
