//! The web search that a provider makes, where the target has one that the client's can be told as.

use crate::domain::{Facts, FieldFact, Protocol};
use crate::wire::adapt::note::{Element, Note, Notes};
use crate::wire::neutral::{Choice, Request, SearchTool, Untranslatable};

/// Leaves the web search out if the target has none that keeps to what the client asks of it.
///
/// # Errors
/// If the model has to search, or has to call some tool and has no other.
pub(super) fn fit(
    request: &mut Request<'_>,
    facts: &Facts,
    protocol: Protocol,
    notes: &mut Notes,
) -> Result<(), Untranslatable> {
    let Some(search) = &request.web_search else {
        return Ok(());
    };
    if has_place(search, request, facts, protocol) {
        let loses = match protocol {
            Protocol::OpenaiResponses => {
                !facts.openai_fields && (search.max_uses.is_some() || search.context_size.is_some())
            }
            Protocol::AnthropicMessages => search.context_size.is_some(),
            Protocol::OpenaiChat | Protocol::Gemini => search.max_uses.is_some(),
        };
        if loses {
            notes.add(Note::Element(Element::WebSearch));
        }
        return Ok(());
    }

    let forced = match &request.choice {
        Some(Choice::WebSearch(path)) => Some(*path),
        Some(Choice::Any) if request.tools.is_empty() => Some("tool_choice"),
        _ => None,
    };
    if let Some(path) = forced {
        let message = "The model has to search the web, and the one that runs has no such search.";
        return Err(Untranslatable::impossible(path, message));
    }
    request.web_search = None;
    notes.add(Note::DroppedSearch);
    Ok(())
}

/// Whether the target searches the web as the client asks for it. A limit to some pages is never lost.
fn has_place(search: &SearchTool<'_>, request: &Request<'_>, facts: &Facts, protocol: Protocol) -> bool {
    if !facts.searches_web() {
        return false;
    }
    match protocol {
        // Other servers know neither of these limits.
        Protocol::OpenaiResponses => facts.openai_fields || (search.blocked_domains.is_empty() && !search.stored_only),
        // Anthropic's has a name, which another tool may have.
        Protocol::AnthropicMessages => {
            !search.stored_only && request.tools.iter().all(|tool| tool.name != "web_search")
        }
        Protocol::OpenaiChat | Protocol::Gemini => {
            let is_stated = facts.fields.get("web_search_options") == Some(&FieldFact::Ok);
            let is_open = search.allowed_domains.is_empty() && search.blocked_domains.is_empty();
            is_stated && is_open && !search.stored_only
        }
    }
}
