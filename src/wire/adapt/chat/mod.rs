//! Plans for a chat request that goes to a provider that speaks chat.

mod alternate;
mod conversation;
mod message;
mod parameters;
mod results;
mod signatures;
mod thinking;
mod thoughts;

use super::edits::Edits;
use super::fields;
use super::note::{Element, Note, Notes};
use super::plan::{Plan, Refusal, RequestView};
use super::stops;
use super::target::TargetFacts;
use super::{last_turn, needles, schema, tools};
use crate::domain::{AnswerFormats, LimitField};
use crate::wire::control::TopField;
use crate::wire::json::Outline;

/// Values of messages that a plan looks at have at most so many objects and lists around them:
/// body, messages, message, `tool_calls`, call, function, arguments.
const DEPTH: usize = 6;

/// Plans a chat request.
pub(super) fn plan(request: RequestView<'_>, target: &TargetFacts) -> Plan {
    if target.takes_as_it_is(request.control, request.body.as_bytes()) {
        return Plan::Passthrough;
    }

    if request.control.has_input_for_messages {
        return Plan::rewritten(Note::Mapped(TopField::Input));
    }
    if needles::are_flat(request.control, request.body.as_bytes())
        || needles::have_unwanted_custom(request.control, request.body.as_bytes(), &target.facts)
    {
        return Plan::rewritten(Note::Mapped(TopField::Tools));
    }

    match edits(request, target) {
        Ok(Outcome::Edits(edits)) if edits.is_empty() => Plan::Passthrough,
        Ok(Outcome::Edits(edits)) => Plan::Rewrite(edits),
        Ok(Outcome::Move(mut notes)) => {
            notes.add(Note::Element(Element::Rewritten));
            Plan::Translate(notes)
        }
        Err(refusal) => Plan::Refuse(refusal),
    }
}

/// Edits, or the finding that elements have to move.
enum Outcome {
    Edits(Box<Edits>),
    Move(Notes),
}

fn edits(request: RequestView<'_>, target: &TargetFacts) -> Result<Outcome, Refusal> {
    let mut edits = Box::<Edits>::default();
    let outline = target
        .looks_inside(request.body.as_bytes())
        .then(|| Outline::of(request.body, DEPTH));

    fields::leave_out_unwanted(request, target, &mut edits);
    limit(request, target, &mut edits);
    let lacks_thoughts = outline
        .as_ref()
        .is_some_and(|outline| conversation::lacks_thoughts(outline, target));
    let thinks = thinking::fit(request, target, lacks_thoughts, &mut edits);
    fields::fit_stated(request, target, thinks, &mut edits)?;
    stops::fit(request, target, TopField::Stop, thinks, &mut edits);
    fields::one_sampling(request, target, &mut edits);
    fields::tier(request, &mut edits);
    fields::stream(request, target, thinks, &mut edits);
    tools::fit_fields(request, target, &mut edits);
    tools::fit_strict(request, target, &mut edits);

    last_turn::fit(request, target, &mut edits);
    schema::fit_tools(request, target, &mut edits);
    let mut moves = format(request, target, &mut edits) | schema::fit_answer(request, target, &mut edits);
    moves |= tools::is_refused(request, target, thinks);
    if let Some(outline) = &outline {
        parameters::give(outline, target, &mut edits);
        moves |= alternate::moves(outline, target, &mut edits.notes);
        moves |= conversation::fit(outline, target, &mut edits)?;
    }
    Ok(if moves {
        Outcome::Move(edits.notes)
    } else {
        Outcome::Edits(edits)
    })
}

/// Gives the limit the name that the target knows, and a value that it takes. Of two limits the newer counts.
fn limit(request: RequestView<'_>, target: &TargetFacts, edits: &mut Edits) {
    let members = &request.control.members;
    let (own, other) = match target.facts.limit_field {
        LimitField::MaxTokens => (TopField::MaxTokens, TopField::MaxCompletionTokens),
        LimitField::MaxCompletionTokens => (TopField::MaxCompletionTokens, TopField::MaxTokens),
    };
    let has = |field| members.fields().has(field);

    if has(own) && has(other) {
        if own == TopField::MaxCompletionTokens {
            edits.leave_out(other, members, Note::Mapped(other));
            fields::cut_limit(request, target, own, edits);
        } else {
            edits.leave_out(own, members, Note::Mapped(other));
            rename(request, other, own, edits);
            fields::cut_limit(request, target, other, edits);
        }
    } else if has(other) {
        rename(request, other, own, edits);
        fields::cut_limit(request, target, other, edits);
    } else {
        fields::cut_limit(request, target, own, edits);
    }
}

fn rename(request: RequestView<'_>, from: TopField, to: TopField, edits: &mut Edits) {
    let members = request.control.members.list();
    for member in members.iter().filter(|member| member.field == Some(from)) {
        edits.replace(member.key(), format!("\"{}\"", to.as_str()), Note::Mapped(from));
    }
}

/// Fits the shape of the answer. `true` if a schema has to be told in words.
fn format(request: RequestView<'_>, target: &TargetFacts, edits: &mut Edits) -> bool {
    let members = &request.control.members;
    let Some(at) = members.value(TopField::ResponseFormat) else {
        return false;
    };

    let value = at.of(request.body);
    match target.facts.schema.formats {
        AnswerFormats::JsonSchema => false,
        AnswerFormats::JsonObject => {
            let asks_schema = value.contains("\"json_schema\"");
            if asks_schema {
                edits.notes.add(Note::Cut(TopField::ResponseFormat));
            }
            asks_schema
        }
        AnswerFormats::None => {
            edits.leave_out(
                TopField::ResponseFormat,
                members,
                Note::Dropped(TopField::ResponseFormat),
            );
            false
        }
    }
}

#[cfg(test)]
mod tests;
