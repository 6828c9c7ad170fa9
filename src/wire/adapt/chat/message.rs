//! One message of a chat request, and what may follow it.

use crate::domain::TurnOrder;
use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::note::{Element, Note};
use crate::wire::adapt::target::TargetFacts;
use crate::wire::json::OutlineNode;

/// An assistant's turn between a tool's result and the user's words, for targets that want one there.
const BETWEEN: &str = r#",{"role":"assistant","content":"OK."}"#;

pub(super) fn role_is(message: &OutlineNode<'_>, role: &str) -> bool {
    message.get("role").is_some_and(|node| node.is(role))
}

/// The list of calls of a message that has some.
pub(super) fn calls<'o>(message: &OutlineNode<'o>) -> Option<OutlineNode<'o>> {
    message
        .get("tool_calls")
        .filter(|calls| calls.elements().next().is_some())
}

/// Puts a turn of the model after a tool's result, which ends at `end`, where the target wants one before the user's words.
pub(super) fn between(end: usize, target: &TargetFacts, edits: &mut Edits) {
    if target.facts.roles.order == TurnOrder::NoUserAfterTool {
        edits.insert(end, BETWEEN, Note::Element(Element::TurnOrder));
    }
}
