//! Turns of user and model that have to take turns.

use super::message::role_is;
use crate::domain::TurnOrder;
use crate::wire::adapt::note::{Element, Note, Notes};
use crate::wire::adapt::target::TargetFacts;
use crate::wire::json::Outline;

/// Whether turns have to be joined.
pub(super) fn moves(outline: &Outline<'_>, target: &TargetFacts, notes: &mut Notes) -> bool {
    let Some(messages) = outline
        .root()
        .get("messages")
        .filter(|_| target.facts.roles.order == TurnOrder::Alternate)
    else {
        return false;
    };

    let mut moves = false;
    let mut before = None;
    for message in messages.elements() {
        let speaker = ["user", "assistant"].into_iter().find(|role| role_is(&message, role));
        let is_instruction = role_is(&message, "system") || role_is(&message, "developer");
        moves |= match (before, speaker) {
            // The first one is the user's.
            (None, Some(speaker)) => speaker == "assistant",
            (Some(before), speaker) => before == speaker && speaker.is_some(),
            (None, None) => false,
        };
        if !(is_instruction && before.is_none()) {
            before = Some(speaker);
        }
    }
    if moves {
        notes.add(Note::Element(Element::TurnOrder));
    }
    moves
}
