//! The turns of a conversation, as the target takes them.

use crate::domain::{Facts, SystemTurns, TurnOrder};
use crate::wire::adapt::note::{Element, Note, Notes};
use crate::wire::neutral::{Part, Request, Role, Turn};

/// The model's words between a tool's result and the user's, for targets that want some there.
const BETWEEN: &str = "OK.";

/// Instructions within the conversation become the user's words where the target takes them only before it.
pub(super) fn move_instructions(request: &mut Request<'_>, facts: &Facts, notes: &mut Notes) {
    if facts.roles.system == SystemTurns::Anywhere {
        return;
    }

    let leading = request
        .turns
        .iter()
        .take_while(|turn| turn.role == Role::System)
        .count();
    for turn in request.turns.drain(..leading) {
        request.system.extend(turn.parts);
    }

    for turn in request.turns.iter_mut().filter(|turn| turn.role == Role::System) {
        turn.role = Role::User;
        for part in &mut turn.parts {
            if let Part::Text { text, .. } = part {
                *text = format!("<system-reminder>\n{text}\n</system-reminder>").into();
            }
        }
        notes.add(Note::Element(Element::SystemTurns));
    }
}

/// Puts a turn of the model between a tool's result and the user's words where the target wants one.
pub(super) fn put_between(request: &mut Request<'_>, facts: &Facts, notes: &mut Notes) {
    if facts.roles.order != TurnOrder::NoUserAfterTool {
        return;
    }

    let mut out: Vec<Turn<'_>> = Vec::with_capacity(request.turns.len());
    let mut is_after_result = false;
    for turn in std::mem::take(&mut request.turns) {
        if turn.role == Role::Assistant {
            is_after_result = false;
            out.push(turn);
            continue;
        }

        let role = turn.role;
        let (results, words): (Vec<_>, Vec<_>) = turn
            .parts
            .into_iter()
            .partition(|part| matches!(part, Part::ToolResult(_)));
        if !results.is_empty() {
            is_after_result = true;
            out.push(Turn { role, parts: results });
        }
        if words.is_empty() {
            continue;
        }
        if std::mem::take(&mut is_after_result) {
            notes.add(Note::Element(Element::TurnOrder));
            out.push(Turn {
                role: Role::Assistant,
                parts: vec![Part::text(BETWEEN)],
            });
        }
        out.push(Turn { role, parts: words });
    }
    request.turns = out;
}
