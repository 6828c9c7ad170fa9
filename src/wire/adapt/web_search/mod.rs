//! The web search that a provider makes, within one protocol: left out where the target has none.

mod earlier;
#[cfg(test)]
mod tests;

use super::edits::Edits;
use super::elements;
use super::note::Note;
use super::plan::{Refusal, RequestView};
use super::target::TargetFacts;
use crate::domain::Protocol;
use crate::wire::control::TopField;
use crate::wire::json::{Outline, OutlineNode, Span};

pub(super) use self::earlier::of_earlier_turn;

/// How the types of the tool begin, with the quote before them.
const SEARCH: &str = "\"web_search";

/// Leaves the web search out of the tools if the target has none.
///
/// # Errors
/// If the model has to search, or has to call some tool and has no other.
pub(super) fn fit(request: RequestView<'_>, target: &TargetFacts, edits: &mut Edits) -> Result<(), Refusal> {
    const REASON: &str = "the model would have to search the web, and its provider has no such search";
    let members = &request.control.members;
    let Some(at) = members.value(TopField::Tools).filter(|_| !target.facts.searches_web()) else {
        return Ok(());
    };
    let list = at.of(request.body);
    if memchr::memmem::find(list.as_bytes(), SEARCH.as_bytes()).is_none() {
        return Ok(());
    }

    let outline = Outline::of(list, 2);
    let tools = outline.root();
    let is_search = |tool: &OutlineNode<'_>| tool.get("type").is_some_and(|kind| kind.text().starts_with(SEARCH));
    if !tools.elements().any(|tool| is_search(&tool)) {
        return Ok(());
    }

    let mut cuts = Vec::new();
    let kept = elements::without(&tools, is_search, |cut, _| cuts.push(cut));
    if let Some(path) = forced(request, target, kept) {
        return Err(Refusal::of(path, REASON));
    }
    if kept == 0 {
        edits.leave_out(TopField::Tools, members, Note::DroppedSearch);
        for field in [TopField::ToolChoice, TopField::ParallelToolCalls] {
            if members.fields().has(field) {
                edits.leave_out(field, members, Note::DroppedSearch);
            }
        }
    }
    for Span { start, end } in cuts.into_iter().filter(|_| kept > 0) {
        let cut = Span {
            start: at.start + start,
            end: at.start + end,
        };
        edits.replace(cut, "", Note::DroppedSearch);
    }
    Ok(())
}

/// The path of a choice by which the model has to search. `others`: how many other tools it has.
fn forced(request: RequestView<'_>, target: &TargetFacts, others: usize) -> Option<&'static str> {
    let at = request.control.members.value(TopField::ToolChoice)?;
    let choice = at.of(request.body);
    let outline = Outline::of(choice, 1);
    let choice = outline.root();
    let says = |key: &str, word: &str| choice.get(key).is_some_and(|value| value.text().starts_with(word));

    match target.protocol {
        Protocol::AnthropicMessages if says("name", SEARCH) && says("type", "\"tool\"") => Some("tool_choice.name"),
        Protocol::AnthropicMessages if others == 0 && says("type", "\"any\"") => Some("tool_choice"),
        Protocol::OpenaiResponses if says("type", SEARCH) => Some("tool_choice.type"),
        Protocol::OpenaiResponses if others == 0 && choice.text() == "\"required\"" => Some("tool_choice"),
        _ => None,
    }
}
