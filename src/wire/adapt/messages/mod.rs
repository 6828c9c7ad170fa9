//! Plans for a request to Messages that goes to a provider that speaks Messages.

mod conversation;
mod searches;
mod thinking;
mod thoughts;

use super::edits::Edits;
use super::field_sets::ANTHROPIC_FIELDS;
use super::fields;
use super::note::{Element, Note, Notes};
use super::plan::{Plan, Refusal, RequestView};
use super::stops;
use super::target::TargetFacts;
use super::{last_turn, schema, tools, web_search};
use crate::wire::control::TopField;
use crate::wire::json::Outline;

/// Values of messages that a plan looks at have at most so many objects and lists around them:
/// body, messages, message, content, block, content of a result, part, member.
const DEPTH: usize = 7;

/// Plans a request to Messages.
pub(super) fn plan(request: RequestView<'_>, target: &TargetFacts) -> Plan {
    if target.takes_as_it_is(request.control, request.body.as_bytes()) {
        return Plan::Passthrough;
    }

    let mut edits = Edits::default();
    match fit(request, target, &mut edits) {
        Ok(false) if edits.is_empty() => Plan::Passthrough,
        Ok(false) => Plan::Rewrite(Box::new(edits)),
        Ok(true) => {
            let mut notes: Notes = edits.notes;
            notes.add(Note::Element(Element::Rewritten));
            Plan::Translate(notes)
        }
        Err(refusal) => Plan::Refuse(refusal),
    }
}

/// Fits the request. `true` if elements have to move.
fn fit(request: RequestView<'_>, target: &TargetFacts, edits: &mut Edits) -> Result<bool, Refusal> {
    let members = &request.control.members;

    fields::leave_out_unwanted(request, target, edits);
    if !target.facts.anthropic_fields {
        for member in members.list() {
            if let Some(field) = member.field.filter(|field| ANTHROPIC_FIELDS.has(*field)) {
                edits.leave_out(field, members, Note::Dropped(field));
            }
        }
    }
    fields::cut_limit(request, target, TopField::MaxTokens, edits);
    let outline = target
        .looks_inside(request.body.as_bytes())
        .then(|| Outline::of(request.body, DEPTH));
    let lacks_thoughts = outline
        .as_ref()
        .is_some_and(|outline| thoughts::are_missing(outline, target));
    let thinks = thinking::fit(request, target, lacks_thoughts, edits);
    fields::fit_stated(request, target, thinks, edits)?;
    web_search::fit(request, target, edits)?;
    stops::fit(request, target, TopField::StopSequences, thinks, edits);
    fields::one_sampling(request, target, edits);
    fields::tier(request, edits);
    fields::stream(request, target, thinks, edits);

    last_turn::fit(request, target, edits);
    schema::fit_tools(request, target, edits);
    tools::fit_fields(request, target, edits);
    tools::fit_strict(request, target, edits);
    let moves = schema::fit_answer(request, target, edits) | tools::is_refused(request, target, thinks);

    match &outline {
        Some(outline) => Ok(conversation::fit(outline, target, edits)? | moves),
        None => Ok(moves),
    }
}

#[cfg(test)]
mod tests;
