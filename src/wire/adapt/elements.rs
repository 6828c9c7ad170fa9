//! Edits of the elements of a conversation.

use super::edits::Edits;
use super::note::{Element, Note};
use crate::wire::json::{OutlineNode, Span};

/// Leaves out the members of an object, or the elements of a list, that `is_out` names. Returns how many stay. Not to be used
/// twice on the same object or list: see [`leave_out_by`].
pub(super) fn leave_out_where(
    around: &OutlineNode<'_>,
    is_out: impl Fn(&OutlineNode<'_>) -> bool,
    edits: &mut Edits,
    what: Element,
) -> usize {
    leave_out_from(0, around, |child| is_out(child).then_some(what), edits)
}

/// Leaves out the members of an object, or the elements of a list, for which `what` says what they are. Each run of them goes
/// with the comma after it; a run at the end with the comma before it. Returns how many stay.
pub(super) fn leave_out_by(
    around: &OutlineNode<'_>,
    what: impl Fn(&OutlineNode<'_>) -> Option<Element>,
    edits: &mut Edits,
) -> usize {
    for what in around.children().filter_map(|child| what(&child)) {
        edits.notes.add(Note::Element(what));
    }
    leave_out_from(0, around, what, edits)
}

/// The same for an outline whose text begins at `base` in the body.
fn leave_out_from(
    base: usize,
    around: &OutlineNode<'_>,
    what: impl Fn(&OutlineNode<'_>) -> Option<Element>,
    edits: &mut Edits,
) -> usize {
    without(
        around,
        |child| what(child).is_some(),
        |cut, first| {
            let at = Span {
                start: base + cut.start,
                end: base + cut.end,
            };
            if let Some(what) = what(first) {
                edits.replace(at, "", Note::Element(what));
            }
        },
    )
}

/// Gives `out` each piece of text that has to go if the members or elements that `is_out` names are left out, and the first that
/// is in it. Returns how many stay.
pub(super) fn without<'o>(
    around: &OutlineNode<'o>,
    is_out: impl Fn(&OutlineNode<'o>) -> bool,
    mut out: impl FnMut(Span, &OutlineNode<'o>),
) -> usize {
    let children: Vec<_> = around.children().collect();
    let (mut kept, mut kept_end, mut index) = (0, None, 0);
    while let Some(child) = children.get(index) {
        if !is_out(child) {
            kept += 1;
            kept_end = Some(child.span().end);
            index += 1;
            continue;
        }

        let start = child.member_span().start;
        let mut end = child.span().end;
        while let Some(last) = children.get(index).filter(|child| is_out(child)) {
            end = last.span().end;
            index += 1;
        }
        let at = match (children.get(index), kept_end) {
            (Some(next), _) => Span {
                start,
                end: next.member_span().start,
            },
            (None, kept_end) => Span {
                start: kept_end.unwrap_or(start),
                end,
            },
        };
        out(at, child);
    }
    kept
}

/// Leaves out the members of these names, in an outline whose text begins at `base` in the body.
pub(super) fn leave_out_within(
    base: usize,
    around: &OutlineNode<'_>,
    names: &[&str],
    edits: &mut Edits,
    what: Element,
) {
    leave_out_from(
        base,
        around,
        |child| names.contains(&&*child.key()).then_some(what),
        edits,
    );
}

/// Leaves out one member of an object, or one element of a list.
pub(super) fn leave_out(around: &OutlineNode<'_>, member: &OutlineNode<'_>, edits: &mut Edits, what: Element) {
    leave_out_where(around, |child| child.span() == member.span(), edits, what);
}
