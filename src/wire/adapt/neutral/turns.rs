//! The turns of a conversation, as the target takes them.

use crate::domain::{Facts, Prefill, SystemTurns, TurnLast, TurnOrder};
use crate::wire::adapt::last_turn::GO_ON;
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

/// The user's words before a conversation that the model begins.
const BEGINS: &str = "[The assistant speaks first.]";

/// Joins turns that follow each other where user and model have to take turns.
pub(super) fn alternate(request: &mut Request<'_>, facts: &Facts, notes: &mut Notes) {
    if facts.roles.order != TurnOrder::Alternate {
        return;
    }

    let mut out: Vec<Turn<'_>> = Vec::with_capacity(request.turns.len());
    for turn in std::mem::take(&mut request.turns) {
        match out.last_mut().filter(|last| last.role == turn.role) {
            Some(last) => {
                last.parts.extend(turn.parts);
                last.parts.sort_by_key(|part| !matches!(part, Part::ToolResult(_)));
                notes.add(Note::Element(Element::TurnOrder));
            }
            None => out.push(turn),
        }
    }
    if out.first().is_some_and(|first| first.role == Role::Assistant) {
        out.insert(0, words(BEGINS));
        notes.add(Note::Element(Element::TurnOrder));
    }
    request.turns = out;
}

/// Lets the model go on from its own last turn.
pub(super) fn go_on(request: &mut Request<'_>, facts: &Facts, notes: &mut Notes) {
    if request.turns.last().is_none_or(|last| last.role != Role::Assistant) {
        return;
    }
    match facts.prefill {
        // The writer adds the flag.
        Prefill::PrefixFlag => notes.add(Note::Element(Element::Prefill)),
        Prefill::No if facts.roles.last == TurnLast::NotAssistant => {
            request.turns.push(words(GO_ON));
            notes.add(Note::Element(Element::Prefill));
        }
        Prefill::No | Prefill::Yes => {}
    }
}

fn words<'a>(text: &'static str) -> Turn<'a> {
    Turn {
        role: Role::User,
        parts: vec![Part::text(text)],
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
