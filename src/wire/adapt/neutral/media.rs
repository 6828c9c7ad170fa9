//! Pictures for a model that reads text only.

use crate::domain::Facts;
use crate::wire::adapt::note::{Element, Note, Notes};
use crate::wire::neutral::{Part, Request, Role, Untranslatable};

/// Stands for a picture that the model cannot see.
const WAS_HERE: &str = "[A picture was here. This model reads text only.]";

/// Pictures of earlier turns and of tools become a note.
///
/// # Errors
/// If the newest turn of the user shows a picture.
pub(super) fn fit(request: &mut Request<'_>, facts: &Facts, notes: &mut Notes) -> Result<(), Untranslatable> {
    if facts.media.image != Some(false) {
        return Ok(());
    }

    let is_picture = |part: &Part<'_>| matches!(part, Part::Image { .. });
    let newest = request.turns.iter().rposition(|turn| turn.role == Role::User);
    for (index, turn) in request.turns.iter_mut().enumerate() {
        for part in &mut turn.parts {
            if let Part::ToolResult(result) = part {
                for part in result.parts.iter_mut().filter(|part| is_picture(part)) {
                    *part = Part::text(WAS_HERE);
                    notes.add(Note::Element(Element::Media));
                }
            } else if is_picture(part) {
                if Some(index) == newest {
                    let why = "This model reads no pictures, and the newest message has one.";
                    return Err(Untranslatable::impossible("messages", why));
                }
                *part = Part::text(WAS_HERE);
                notes.add(Note::Element(Element::Media));
            }
        }
    }
    Ok(())
}
