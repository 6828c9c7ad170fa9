//! One message of a chat request, and what may follow it.

use smallvec::SmallVec;

use crate::domain::TurnOrder;
use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::elements;
use crate::wire::adapt::note::{Element, Note};
use crate::wire::adapt::target::TargetFacts;
use crate::wire::json::{OutlineNode, Span};

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

/// Members of one message that are left out, all at once.
#[derive(Default)]
pub(super) struct Gone(SmallVec<[(Span, Element); 4]>);

impl Gone {
    pub(super) fn add(&mut self, member: &OutlineNode<'_>, what: Element) {
        self.0.push((member.span(), what));
    }

    /// Adds the members of a message that `is_out` names.
    pub(super) fn add_where(
        &mut self,
        message: &OutlineNode<'_>,
        is_out: impl Fn(&OutlineNode<'_>) -> bool,
        what: Element,
    ) {
        for member in message.children().filter(|member| is_out(member)) {
            self.add(&member, what);
        }
    }

    pub(super) fn leave_out(&self, message: &OutlineNode<'_>, edits: &mut Edits) {
        if self.0.is_empty() {
            return;
        }
        let what = |member: &OutlineNode<'_>| {
            let known = self.0.iter().find(|(at, _)| *at == member.span());
            known.map(|(_, what)| *what)
        };
        elements::leave_out_by(message, what, edits);
    }
}

/// Puts a turn of the model after a tool's result, which ends at `end`, where the target wants one before the user's words.
pub(super) fn between(end: usize, target: &TargetFacts, edits: &mut Edits) {
    if target.facts.roles.order == TurnOrder::NoUserAfterTool {
        edits.insert(end, BETWEEN, Note::Element(Element::TurnOrder));
    }
}
