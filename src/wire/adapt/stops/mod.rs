//! Stop texts, which the gateway looks for itself where the target does not take them.

use std::borrow::Cow;

use serde::Deserialize;

use super::edits::Edits;
use super::note::{Element, Note};
use super::plan::RequestView;
use super::target::TargetFacts;
use crate::wire::control::TopField;
use crate::wire::stop_texts::StopTexts;

/// The values that the field may have.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stops<'a> {
    None,
    #[serde(borrow)]
    One(Cow<'a, str>),
    Several(Vec<String>),
}

/// Leaves the stop texts in `field` out if the target does not take them, so that the gateway ends the answer. `thinks`: the
/// model thinks in this request.
pub(super) fn fit(request: RequestView<'_>, target: &TargetFacts, field: TopField, thinks: bool, edits: &mut Edits) {
    let members = &request.control.members;
    let Some(at) = members.value(field) else { return };
    // The provider says what is wrong with a value of another kind.
    let Ok(stops) = serde_json::from_str::<Stops<'_>>(at.of(request.body)) else {
        return;
    };

    let (count, texts) = match stops {
        Stops::None => (0, None),
        Stops::One(text) => (1, StopTexts::new([text])),
        Stops::Several(texts) => (texts.len(), StopTexts::new(texts)),
    };
    if target.facts.takes_stops(target.protocol, count, thinks) {
        return;
    }
    let note = match texts {
        Some(_) => Note::Element(Element::StopCut),
        None => Note::Mapped(field),
    };
    edits.leave_out(field, members, note);
    edits.cut_at = texts;
}

#[cfg(test)]
mod tests;
