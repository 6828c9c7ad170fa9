//! A conversation that ends with the model's own words, for targets that take none there.

use super::edits::Edits;
use super::needles;
use super::note::{Element, Note};
use super::plan::RequestView;
use super::target::TargetFacts;
use crate::wire::control::TopField;
use crate::wire::json::{Outline, OutlineNode};

/// The user's words after them.
pub(super) const GO_ON: &str = "Go on from where your last message stops. Do not repeat it.";

/// Values of the last message that a plan looks at have at most so many objects and lists around them:
/// messages, message, content, block.
const DEPTH: usize = 4;

/// Keeps the model's words as a turn, after which the user asks the model to go on.
pub(super) fn fit(request: RequestView<'_>, target: &TargetFacts, edits: &mut Edits) {
    let members = &request.control.members;
    let at = [TopField::Messages, TopField::Input]
        .iter()
        .find_map(|field| members.value(*field));
    let Some(at) = at.filter(|_| needles::ends_with_model(request.control, request.body.as_bytes(), &target.facts))
    else {
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
