//! A conversation that ends with the model's own words, for targets that take none there.

use super::edits::Edits;
use super::note::{Element, Note};
use super::plan::RequestView;
use super::target::TargetFacts;
use crate::domain::{Prefill, TurnLast};
use crate::wire::control::{Control, TopField};
use crate::wire::json::{Outline, OutlineNode};

/// The user's words after them.
pub(super) const GO_ON: &str = "Go on from where your last message stops. Do not repeat it.";

/// Values of the last message that a plan looks at have at most so many objects and lists around them:
/// messages, message, content, block.
const DEPTH: usize = 4;

/// Whether a conversation may end with the model's words, which the target refuses there.
pub(super) fn may_be_refused(control: &Control, body: &[u8], target: &TargetFacts) -> bool {
    let facts = &target.facts;
    if facts.roles.last != TurnLast::NotAssistant || facts.prefill != Prefill::No {
        return false;
    }

    // A text with these quotes is a value of its own.
    let conversation = conversation(control, body);
    let user = memchr::memmem::rfind(conversation, b"\"user\"").unwrap_or_default();
    let rest = conversation.get(user..).unwrap_or_default();
    memchr::memmem::find(rest, b"\"assistant\"").is_some()
}

/// Keeps the model's words as a turn, after which the user asks the model to go on.
pub(super) fn fit(request: RequestView<'_>, target: &TargetFacts, edits: &mut Edits) {
    let members = &request.control.members;
    let at = [TopField::Messages, TopField::Input]
        .iter()
        .find_map(|field| members.value(*field));
    let Some(at) = at.filter(|_| may_be_refused(request.control, request.body.as_bytes(), target)) else {
        return;
    };

    let outline = Outline::of(at.of(request.body), DEPTH);
    let Some(last) = outline.root().elements().last() else {
        return;
    };
    let is_call = |block: OutlineNode<'_>| block.get("type").is_some_and(|kind| kind.is("tool_use"));
    let is_words = last.get("role").is_some_and(|role| role.is("assistant"))
        && last
            .get("tool_calls")
            .is_none_or(|calls| calls.elements().next().is_none())
        && !last
            .get("content")
            .into_iter()
            .flat_map(|content| content.elements())
            .any(is_call);
    if is_words {
        let turn = format!(",{{\"role\":\"user\",\"content\":\"{GO_ON}\"}}");
        edits.insert(at.start + last.span().end, turn, Note::Element(Element::Prefill));
    }
}

fn conversation<'a>(control: &Control, body: &'a [u8]) -> &'a [u8] {
    let fields = [TopField::Messages, TopField::Input];
    let at = fields.iter().find_map(|field| control.members.value(*field));
    at.and_then(|at| body.get(at.start..at.end)).unwrap_or_default()
}
