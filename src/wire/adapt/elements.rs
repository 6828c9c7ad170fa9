//! Edits of the elements of a conversation.

use super::edits::Edits;
use super::note::{Element, Note};
use crate::wire::json::OutlineNode;

/// Leaves out a member of an object, or an element of a list, with one comma.
pub(super) fn leave_out(around: &OutlineNode<'_>, member: &OutlineNode<'_>, edits: &mut Edits, what: Element) {
    let mut at = member.member_span();
    let children: Vec<_> = around.children().collect();
    let place = children.iter().position(|child| child.span() == member.span());
    match place {
        Some(place) if place + 1 < children.len() => {
            at.end = children.get(place + 1).map_or(at.end, |next| next.member_span().start);
        }
        Some(place) if place > 0 => {
            at.start = children.get(place - 1).map_or(at.start, |before| before.span().end);
        }
        _ => {}
    }
    edits.replace(at, "", Note::Element(what));
}
