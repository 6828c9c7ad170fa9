//! Calls and their results: each has the other, and ids that the target takes.

use std::borrow::Cow;

use crate::domain::{Facts, Protocol};
use crate::wire::adapt::note::{Element, Note, Notes};
use crate::wire::neutral::{CallIdForms, Part, Request, Role, ToolResult, Turn};

/// The result of a call that was interrupted.
const INTERRUPTED: &str = "The call was interrupted.";

/// Gives each call a result; a result without a call becomes the user's words.
pub(super) fn pair(request: &mut Request<'_>, notes: &mut Notes) {
    let mut out: Vec<Turn<'_>> = Vec::with_capacity(request.turns.len());
    let mut open: Vec<String> = Vec::new();
    let mut was_assistant = false;

    for mut turn in std::mem::take(&mut request.turns) {
        if turn.role == Role::Assistant {
            if !was_assistant {
                close(&mut out, &mut open, notes);
            }
            was_assistant = true;
            open.extend(turn.parts.iter().filter_map(|part| match part {
                Part::ToolCall(call) => Some(call.id.as_ref().to_owned()),
                _ => None,
            }));
            out.push(turn);
            continue;
        }

        was_assistant = false;
        for part in &mut turn.parts {
            let Part::ToolResult(result) = part else { continue };
            match open.iter().position(|id| *id == *result.id) {
                Some(place) => drop(open.remove(place)),
                None => {
                    notes.add(Note::Element(Element::Orphans));
                    *part = Part::text(words(result));
                }
            }
        }
        out.push(turn);
    }

    close(&mut out, &mut open, notes);
    request.turns = out;
}

/// Gives the calls that are still open a result, in the first turn after them.
fn close(turns: &mut Vec<Turn<'_>>, open: &mut Vec<String>, notes: &mut Notes) {
    if open.is_empty() {
        return;
    }
    notes.add(Note::Element(Element::Orphans));

    let results = open.drain(..).map(|id| {
        Part::ToolResult(ToolResult {
            id: Cow::Owned(id),
            parts: vec![Part::text(INTERRUPTED)],
            is_error: true,
            cache: None,
        })
    });
    let results: Vec<_> = results.collect();

    let after = turns
        .iter()
        .rposition(|turn| turn.role == Role::Assistant)
        .map_or(0, |last| last + 1);
    match turns.get_mut(after) {
        Some(turn) => drop(turn.parts.splice(..0, results)),
        None => turns.push(Turn {
            role: Role::User,
            parts: results,
        }),
    }
}

/// The text of a result that has lost its call.
fn words(result: &ToolResult<'_>) -> String {
    let texts = result.parts.iter().filter_map(|part| match part {
        Part::Text { text, .. } => Some(text.as_ref()),
        _ => None,
    });
    let text: Vec<&str> = texts.collect();
    format!("Result of the tool call {}:\n{}", result.id, text.join("\n"))
}

/// Gives ids of calls the form that the target takes.
pub(super) fn legalize(request: &mut Request<'_>, facts: &Facts, protocol: Protocol, notes: &mut Notes) {
    let mut forms = CallIdForms::new(facts.ids.call, protocol);
    for part in request.turns.iter_mut().flat_map(|turn| &mut turn.parts) {
        let id = match part {
            Part::ToolCall(call) => &mut call.id,
            Part::ToolResult(result) => &mut result.id,
            _ => continue,
        };
        if let Some(legal) = forms.fit(id) {
            *id = legal.into();
            notes.add(Note::Element(Element::CallIds));
        }
    }
}
