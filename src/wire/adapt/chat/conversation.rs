//! The messages of a chat request, as the target takes them.

use super::message::{Gone, between, calls, role_is};
use super::{results, signatures, thoughts};
use crate::domain::{DeveloperRole, Prefill, SystemTurns, ThoughtsBack};
use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::media;
use crate::wire::adapt::note::{Element, Note};
use crate::wire::adapt::plan::Refusal;
use crate::wire::adapt::target::TargetFacts;
use crate::wire::json::{Outline, OutlineNode, quote};
use crate::wire::neutral::CallIdForms;

/// Whether the target refuses the conversation, since a turn with calls has lost its thoughts, unless the model does not think.
pub(super) fn lacks_thoughts(outline: &Outline<'_>, target: &TargetFacts) -> bool {
    let thinking = &target.facts.thinking;
    if thinking.back != ThoughtsBack::NeededWithCalls || thinking.placeholder {
        return false;
    }

    let Some(messages) = outline.root().get("messages") else {
        return false;
    };
    messages.elements().any(|message| thoughts::are_missing(&message))
}

/// Fits the messages. `true` if some of them have to move.
///
/// # Errors
/// If the newest turn shows what the target cannot read.
pub(super) fn fit(outline: &Outline<'_>, target: &TargetFacts, edits: &mut Edits) -> Result<bool, Refusal> {
    let Some(messages) = outline.root().get("messages") else {
        return Ok(false);
    };
    let messages: Vec<OutlineNode<'_>> = messages.elements().collect();

    let mut forms = CallIdForms::new(target.facts.ids.call, target.protocol);
    let moves = roles(&messages, target, edits);
    for message in &messages {
        let mut gone = Gone::default();
        thoughts::fit(message, target, &mut gone, edits);
        signatures::fit(message, target, &mut gone, edits);
        gone.leave_out(message, edits);
        arguments(message, edits);
        ids(message, &mut forms, edits);
    }
    let orphans = results::fit(&messages, target, &mut forms, edits);
    order(&messages, target, edits);
    let shown = media::fit("messages", &messages, target, edits)?;
    last(&messages, target, edits);
    Ok(moves | orphans | shown)
}

/// Fits the roles of instructions. `true` if instructions have to move.
fn roles(messages: &[OutlineNode<'_>], target: &TargetFacts, edits: &mut Edits) -> bool {
    let roles = &target.facts.roles;
    let first = messages
        .iter()
        .take_while(|message| role_is(message, "system") || role_is(message, "developer"))
        .count();

    let mut moves = roles.system == SystemTurns::Once && first > 1;
    for (index, message) in messages.iter().enumerate() {
        let is_developer = role_is(message, "developer");
        if !is_developer && !role_is(message, "system") {
            continue;
        }
        let Some(role) = message.get("role") else { continue };

        if is_developer && roles.developer == DeveloperRole::System {
            edits.replace(role.span(), "\"system\"", Note::Element(Element::DeveloperRole));
        }
        let is_inside = index >= first && roles.system != SystemTurns::Anywhere;
        let is_users = is_developer && roles.developer == DeveloperRole::User;
        moves |= is_inside || is_users;
    }
    if moves {
        edits.notes.add(Note::Element(Element::SystemTurns));
    }
    moves
}

/// Fits the order of turns.
fn order(messages: &[OutlineNode<'_>], target: &TargetFacts, edits: &mut Edits) {
    for (before, message) in messages.iter().zip(messages.iter().skip(1)) {
        if role_is(before, "tool") && role_is(message, "user") {
            between(before.span().end, target, edits);
        }
    }
}

/// Arguments that stand for nothing become an empty object.
fn arguments(message: &OutlineNode<'_>, edits: &mut Edits) {
    for call in calls(message).into_iter().flat_map(|calls| calls.elements()) {
        let arguments = call.get("function").and_then(|function| function.get("arguments"));
        let Some(arguments) = arguments else { continue };
        let stands_for_nothing = matches!(arguments.text(), "\"\"" | "null" | "\"null\"" | "\"[]\"" | "\" \"");
        if stands_for_nothing {
            edits.replace(arguments.span(), "\"{}\"", Note::Element(Element::Arguments));
        }
    }
}

/// Gives ids of calls the form that the target takes.
fn ids(message: &OutlineNode<'_>, forms: &mut CallIdForms, edits: &mut Edits) {
    let of_calls = calls(message).into_iter().flat_map(|calls| calls.elements());
    let ids = of_calls
        .filter_map(|call| call.get("id"))
        .chain(message.get("tool_call_id"));
    for node in ids {
        let Some(id) = node.string() else { continue };
        if let Some(legal) = forms.fit(&id) {
            edits.replace(node.span(), quote(&legal), Note::Element(Element::CallIds));
        }
    }
}

/// Lets the model go on from its own last turn.
fn last(messages: &[OutlineNode<'_>], target: &TargetFacts, edits: &mut Edits) {
    let Some(last) = messages
        .last()
        .filter(|last| role_is(last, "assistant") && calls(last).is_none())
    else {
        return;
    };
    match target.facts.prefill {
        // Most servers of this protocol take such a turn as any other.
        Prefill::Yes | Prefill::No => {}
        Prefill::PrefixFlag if last.get("prefix").is_some() => {}
        Prefill::PrefixFlag => {
            edits.insert(
                last.span().start + 1,
                "\"prefix\":true,",
                Note::Element(Element::Prefill),
            );
        }
    }
}
