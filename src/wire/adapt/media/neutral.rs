//! Pictures, documents and sound of a request in the neutral form.

use super::client_path::ClientBody;
use super::medium::Medium;
use crate::domain::{Facts, Protocol};
use crate::wire::adapt::note::{Element, Note, Notes};
use crate::wire::neutral::{Part, Request, Role, Source, Turn, Untranslatable};

/// Stands in a result whose parts went into the user's words.
const FOLLOWS: &str = "What the tool shows follows its answer.";

/// What the target lacks of earlier turns and of tools becomes a note.
///
/// # Errors
/// If the newest words of the user come with it.
pub(in crate::wire::adapt) fn fit(
    request: &mut Request<'_>,
    (facts, protocol): (&Facts, Protocol),
    client: ClientBody<'_>,
    notes: &mut Notes,
) -> Result<(), Untranslatable> {
    let newest = newest(&request.turns);
    let mut seen: Vec<Medium> = Vec::new();
    for (index, turn) in request.turns.iter_mut().enumerate() {
        let is_new = turn.role == Role::User && newest.is_some_and(|newest| index >= newest);
        for part in &mut turn.parts {
            if let Part::ToolResult(result) = part {
                for part in &mut result.parts {
                    if let Some(lacking) = lacking(part, facts, protocol) {
                        *part = Part::text(lacking.note());
                        notes.add(Note::Element(Element::Media));
                    }
                }
                continue;
            }

            let lacking = lacking(part, facts, protocol);
            if is_new && let Some(medium) = medium(part) {
                if let Some(lacking) = lacking {
                    return Err(client.refusal(medium, &seen, lacking));
                }
                seen.push(medium);
            } else if let Some(lacking) = lacking {
                *part = Part::text(lacking.note());
                notes.add(Note::Element(Element::Media));
            }
        }

        // The writer of chat moves them by itself.
        if !facts.media.in_results && protocol != Protocol::OpenaiChat && turn.role == Role::User {
            move_out_of_results(turn, notes);
        }
    }
    Ok(())
}

/// The index of the first turn of the user's after the model's last one before the newest words of the user.
fn newest(turns: &[Turn<'_>]) -> Option<usize> {
    let has_words = |turn: &Turn<'_>| turn.parts.iter().any(|part| !matches!(part, Part::ToolResult(_)));
    let last = turns
        .iter()
        .rposition(|turn| turn.role == Role::User && has_words(turn))?;
    let before = turns.iter().take(last).rposition(|turn| turn.role == Role::Assistant);
    Some(before.map_or(0, |before| before + 1))
}

pub(super) fn medium(part: &Part<'_>) -> Option<Medium> {
    match part {
        Part::Image {
            source: Source::Url(_), ..
        } => Some(Medium::PictureAtAddress),
        Part::Image { .. } => Some(Medium::Picture),
        Part::File {
            source: Source::Url(_), ..
        } => Some(Medium::DocumentAtAddress),
        Part::File {
            source: Source::Base64 { media_type, .. },
            ..
        } if !media_type.starts_with("text/") => Some(Medium::Document),
        Part::Audio { .. } => Some(Medium::Sound),
        _ => None,
    }
}

/// What the target lacks, or what its protocol has no place for.
fn lacking(part: &Part<'_>, facts: &Facts, protocol: Protocol) -> Option<Medium> {
    let medium = medium(part)?;
    let has_place = match protocol {
        Protocol::OpenaiChat | Protocol::Gemini => medium != Medium::DocumentAtAddress,
        Protocol::AnthropicMessages => medium != Medium::Sound,
        Protocol::OpenaiResponses => true,
    };
    medium.lacking_in(facts).or((!has_place).then_some(medium))
}

/// What a result shows stands in the user's words after it.
fn move_out_of_results(turn: &mut Turn<'_>, notes: &mut Notes) {
    let mut shown = Vec::new();
    for part in &mut turn.parts {
        let Part::ToolResult(result) = part else { continue };
        if !result.parts.iter().any(|part| medium(part).is_some()) {
            continue;
        }

        let (moved, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut result.parts)
            .into_iter()
            .partition(|part| medium(part).is_some());
        result.parts = kept;
        if result.parts.is_empty() {
            result.parts.push(Part::text(FOLLOWS));
        }
        shown.push(Part::text(format!("Shown by the tool in its answer to {}:", result.id)));
        shown.extend(moved);
        notes.add(Note::Element(Element::Media));
    }
    turn.parts.extend(shown);
}
