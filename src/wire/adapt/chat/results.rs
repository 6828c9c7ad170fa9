//! Calls without a result, and results without a call.

use super::message::{between, calls, role_is};
use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::note::{Element, Note};
use crate::wire::adapt::target::TargetFacts;
use crate::wire::json::{OutlineNode, quote};
use crate::wire::neutral::CallIdForms;

/// The result of a call that was interrupted.
const INTERRUPTED: &str = "The call was interrupted.";

/// Gives each call its result. `true` if messages have to move: a result without a call becomes the user's words.
pub(super) fn fit(
    messages: &[OutlineNode<'_>],
    target: &TargetFacts,
    forms: &mut CallIdForms,
    edits: &mut Edits,
) -> bool {
    let mut moves = false;
    let mut index = 0;
    while let Some(message) = messages.get(index) {
        index += 1;
        let Some(list) = calls(message).filter(|_| role_is(message, "assistant")) else {
            moves |= role_is(message, "tool");
            continue;
        };

        let mut open: Vec<OutlineNode<'_>> = list.elements().filter_map(|call| call.get("id")).collect();
        let mut end = message.span().end;
        while let Some(result) = messages.get(index).filter(|message| role_is(message, "tool")) {
            let id = result.get("tool_call_id").map(|id| id.text());
            match open.iter().position(|call| Some(call.text()) == id) {
                Some(place) => {
                    open.remove(place);
                }
                None => moves = true,
            }
            end = result.span().end;
            index += 1;
        }

        let has_no_result = end == message.span().end;
        let is_lost = !open.is_empty();
        for call in open {
            let Some(id) = call.string() else { continue };
            let legal = forms.fit(&id);
            let text = format!(
                r#",{{"role":"tool","tool_call_id":{},"content":"{INTERRUPTED}"}}"#,
                quote(legal.as_deref().unwrap_or(&id))
            );
            edits.insert(end, text, Note::Element(Element::Orphans));
        }
        let before_user = messages.get(index).is_some_and(|next| role_is(next, "user"));
        if is_lost && has_no_result && before_user {
            between(end, target, edits);
        }
    }

    if moves {
        edits.notes.add(Note::Element(Element::Orphans));
    }
    moves
}
