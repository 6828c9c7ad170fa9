//! Pictures for a model that reads text only.

use super::message::role_is;
use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::note::{Element, Note};
use crate::wire::adapt::plan::Refusal;
use crate::wire::adapt::target::TargetFacts;
use crate::wire::json::OutlineNode;

/// Stands for a picture of an earlier turn.
const WAS_HERE: &str = r#"{"type":"text","text":"[A picture was here. This model reads text only.]"}"#;

/// Pictures of earlier turns become a note.
///
/// # Errors
/// If the newest turn of the user shows a picture.
pub(super) fn fit(messages: &[OutlineNode<'_>], target: &TargetFacts, edits: &mut Edits) -> Result<(), Refusal> {
    if target.facts.media.image != Some(false) {
        return Ok(());
    }

    let newest = messages.iter().rposition(|message| role_is(message, "user"));
    for (index, message) in messages.iter().enumerate() {
        let parts = message
            .get("content")
            .into_iter()
            .flat_map(|content| content.elements());
        for (place, part) in parts.enumerate() {
            if !part.get("type").is_some_and(|kind| kind.is("image_url")) {
                continue;
            }
            let is_newest = newest.is_some_and(|newest| index >= newest) && role_is(message, "user");
            if is_newest {
                let param = format!("messages[{index}].content[{place}]");
                return Err(Refusal::of(param, "it reads no pictures"));
            }
            edits.replace(part.span(), WAS_HERE, Note::Element(Element::Media));
        }
    }
    Ok(())
}
