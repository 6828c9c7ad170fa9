//! The messages of a request to Messages, as the target takes them.

use super::{searches, thoughts};
use crate::domain::SystemTurns;
use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::elements;
use crate::wire::adapt::media;
use crate::wire::adapt::note::{Element, Note};
use crate::wire::adapt::plan::Refusal;
use crate::wire::adapt::target::TargetFacts;
use crate::wire::json::{Outline, OutlineNode, quote};
use crate::wire::neutral::CallIdForms;

/// How Claude Code's note about billing begins. It changes with every request, so no prompt would be found in a cache.
const BILLING_NOTE: &str = "\"x-anthropic-billing-header";

/// Fits system and messages. `true` if elements have to move.
///
/// # Errors
/// If the newest turn shows what the target cannot read.
pub(super) fn fit(outline: &Outline<'_>, target: &TargetFacts, edits: &mut Edits) -> Result<bool, Refusal> {
    let root = outline.root();
    if !target.facts.anthropic_fields
        && let Some(system) = root.get("system")
    {
        billing_note(&system, edits);
    }

    let messages: Vec<OutlineNode<'_>> = root
        .get("messages")
        .into_iter()
        .flat_map(|list| list.elements())
        .collect();
    let has_system_turn = messages
        .iter()
        .any(|message| message.get("role").is_some_and(|role| role.is("system")));
    let moves = has_system_turn && target.facts.roles.system != SystemTurns::Anywhere;
    if moves {
        edits.notes.add(Note::Element(Element::SystemTurns));
    }

    let mut moves = moves;
    let mut forms = CallIdForms::new(target.facts.ids.call, target.protocol);
    for message in &messages {
        moves |= thoughts::fit(message, target, edits);
        for block in message
            .get("content")
            .into_iter()
            .flat_map(|content| content.elements())
        {
            ids(&block, &mut forms, edits);
            searches::fit(&block, target, edits);
        }
    }
    if target.facts.cache_marks.most == 0 {
        cache_marks(&root, &messages, edits);
    }
    moves |= media::fit("messages", &messages, target, edits)?;
    Ok(moves)
}

/// Leaves out Claude Code's note about billing, the first block of `system`.
fn billing_note(system: &OutlineNode<'_>, edits: &mut Edits) {
    let Some(first) = system.elements().next() else { return };
    let is_note = first
        .get("text")
        .is_some_and(|text| text.text().starts_with(BILLING_NOTE));
    if is_note {
        elements::leave_out(system, &first, edits, Element::BillingNote);
    }
}

/// Gives ids of calls the form that the target takes.
fn ids(block: &OutlineNode<'_>, forms: &mut CallIdForms, edits: &mut Edits) {
    let kind = block.get("type");
    let field = match &kind {
        Some(kind) if kind.is("tool_use") => "id",
        Some(kind) if kind.is("tool_result") => "tool_use_id",
        _ => return,
    };

    let Some(node) = block.get(field) else { return };
    let Some(id) = node.string() else { return };
    if let Some(legal) = forms.fit(&id) {
        edits.replace(node.span(), quote(&legal), Note::Element(Element::CallIds));
    }
}

/// Leaves out marks for caching, of system, tools and messages.
fn cache_marks(root: &OutlineNode<'_>, messages: &[OutlineNode<'_>], edits: &mut Edits) {
    let of_top = ["system", "tools"].into_iter().filter_map(|name| root.get(name));
    let blocks = of_top.flat_map(|list| list.elements()).chain(
        messages
            .iter()
            .filter_map(|message| message.get("content"))
            .flat_map(|content| content.elements()),
    );

    for block in blocks {
        if let Some(mark) = block.get("cache_control") {
            elements::leave_out(&block, &mark, edits, Element::CacheMarks);
        }
    }
}
