//! The turns of the user, their tools and the system as messages.

use std::borrow::Cow;

use super::message::{Content, Message};
use super::piece::{Piece, piece};
use super::{join, joined};
use crate::wire::neutral::{Part, Role, ToolResult, Turn, Untranslatable};

/// Writes the turns between two turns of the model: the results of tools, then the other parts in their order.
pub(super) fn user_messages<'w>(
    turns: &'w [Turn<'_>],
    system_role: &'static str,
    messages: &mut Vec<Message<'w>>,
) -> Result<(), Untranslatable> {
    let mut pictures = Vec::new();
    for part in turns.iter().flat_map(|turn| &turn.parts) {
        if let Part::ToolResult(result) = part {
            messages.push(write_result(result, &mut pictures)?);
        }
    }

    for turn in turns {
        if turn.role == Role::System {
            let text = joined(&turn.parts, "\n\n")?;
            if !text.is_empty() {
                messages.push(Message::new(system_role, Content::Text(text)));
            }
            continue;
        }

        let mut pieces = std::mem::take(&mut pictures);
        for part in turn.parts.iter().filter(|part| !matches!(part, Part::ToolResult(_))) {
            pieces.push(piece(part)?);
        }
        messages.extend(user(pieces));
    }

    messages.extend(user(pictures));
    Ok(())
}

/// A message of the user; one text if there is nothing else.
fn user(mut pieces: Vec<Piece<'_>>) -> Option<Message<'_>> {
    if pieces.is_empty() {
        return None;
    }

    if pieces.iter().any(|piece| !matches!(piece, Piece::Text { .. })) {
        pieces.retain(|piece| !matches!(piece, Piece::Text { text } if text.is_empty()));
        return Some(Message::new("user", Content::Parts(pieces)));
    }

    let texts = pieces.into_iter().filter_map(|piece| match piece {
        Piece::Text { text } => Some(text),
        _ => None,
    });
    Some(Message::new("user", Content::Text(join(texts, "\n\n"))))
}

/// Writes a tool's result. Its pictures and documents go to `pictures`, after a line that names the call.
fn write_result<'w>(result: &'w ToolResult<'_>, pictures: &mut Vec<Piece<'w>>) -> Result<Message<'w>, Untranslatable> {
    let texts = result.parts.iter().filter_map(|part| match part {
        Part::Text { text, .. } => Some(Cow::Borrowed(text.as_ref())),
        _ => None,
    });
    let mut text = join(texts, "\n\n");

    let others: Vec<_> = result
        .parts
        .iter()
        .filter(|part| !matches!(part, Part::Text { .. }))
        .collect();
    if !others.is_empty() {
        pictures.push(Piece::Text {
            text: format!("Shown by the tool in its answer to {}:", result.id).into(),
        });
        for part in others {
            pictures.push(piece(part)?);
        }
        if text.is_empty() {
            text = "What the tool shows follows its answer.".into();
        }
    }

    let says_so = text.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("error"));
    if result.is_error && !says_so {
        text = format!("Error: {text}").into();
    }

    Ok(Message {
        tool_call_id: Some(&result.id),
        ..Message::new("tool", Content::Text(text))
    })
}
