//! The rules for single top-level fields, of all protocols.

use serde_json::Number;

use super::edits::Edits;
use super::field_sets::{LIMITS, STOPS, THINKING};
use super::note::Note;
use super::plan::{Refusal, RequestView};
use super::target::TargetFacts;
use crate::domain::{FieldFact, Fit};
use crate::wire::control::TopField;
use crate::wire::neutral::ON_DEMAND;

/// Fields that carry meaning, with the value that means nothing, and why no other value can be asked.
const MEANINGFUL: &[(TopField, &[&str], &str)] = &[
    (TopField::N, &["1", "null"], "it gives one answer"),
    (
        TopField::Logprobs,
        &["false", "null"],
        "it does not tell the probabilities of its tokens",
    ),
    (
        TopField::TopLogprobs,
        &["0", "null"],
        "it does not tell the probabilities of its tokens",
    ),
];

/// Leaves out what the target does not want at all.
pub(super) fn leave_out_unwanted(request: RequestView<'_>, target: &TargetFacts, edits: &mut Edits) {
    let members = &request.control.members;
    let options = TopField::StreamOptions;
    if members.fields().has(options) && target.refuses_stream_options() {
        // The usage that they ask for comes unasked.
        edits.leave_out(options, members, Note::Mapped(options));
    }
    for member in members.list() {
        if let Some(field) = member.field.filter(|field| target.unwanted.has(*field)) {
            edits.leave_out(field, members, Note::Dropped(field));
        }
    }

    if members.has_unknown() && target.refuses_unknown() {
        for (index, member) in members.list().iter().enumerate() {
            if member.field.is_none() {
                edits.leave_out_member(index);
                edits.notes.add(Note::DroppedUnknown);
            }
        }
    }
}

/// Fits the fields of which the facts state something. `thinks`: the model thinks in this request.
///
/// # Errors
/// If a field carries meaning that the target cannot take.
pub(super) fn fit_stated(
    request: RequestView<'_>,
    target: &TargetFacts,
    thinks: bool,
    edits: &mut Edits,
) -> Result<(), Refusal> {
    let members = &request.control.members;
    for (name, fact) in &target.facts.fields {
        let Some(field) = TopField::named(name).filter(|field| members.fields().has(*field)) else {
            continue;
        };
        // Their own rule names them and cuts them.
        if LIMITS.has(field) {
            continue;
        }
        // A text that ends the answer is never lost: see the rule of stop texts.
        if STOPS.has(field) && !matches!(fact, FieldFact::Named(_)) {
            continue;
        }
        // The rules of thinking read these.
        if THINKING.has(field) && *fact != FieldFact::Refused {
            continue;
        }
        fit_one(request, field, fact, thinks, edits)?;
    }

    for (name, value) in &target.facts.adds {
        let is_there = members
            .list()
            .iter()
            .any(|member| member.key().of(request.body).trim_matches('"') == name);
        if !is_there {
            let text = format!("{}:{value},", crate::wire::json::quote(name));
            edits.insert(request.control.body_start(), text, Note::Added("target_field"));
        }
    }
    Ok(())
}

fn fit_one(
    request: RequestView<'_>,
    field: TopField,
    fact: &FieldFact,
    thinks: bool,
    edits: &mut Edits,
) -> Result<(), Refusal> {
    let members = &request.control.members;
    let Some(at) = members.value(field) else { return Ok(()) };
    let value = at.of(request.body);

    if let FieldFact::Named(name) = fact {
        for member in members.list().iter().filter(|member| member.field == Some(field)) {
            edits.replace(member.key(), crate::wire::json::quote(name), Note::Mapped(field));
        }
        return Ok(());
    }

    let number: Option<Number> = serde_json::from_str(value).ok();
    let fit = match (&number, fact) {
        (Some(number), fact) => fact.fit(number, thinks),
        (None, FieldFact::Refused) => Fit::Drop,
        (None, FieldFact::RefusedIfThinks) if thinks => Fit::Drop,
        (None, _) => Fit::Keep,
    };
    match fit {
        Fit::Keep => {}
        Fit::Cut(nearest) => edits.replace(at, nearest.to_string(), Note::Cut(field)),
        Fit::Drop => {
            let meaningful = MEANINGFUL.iter().find(|(known, ..)| *known == field);
            if let Some((_, nothing, reason)) = meaningful
                && !nothing.contains(&value)
            {
                return Err(Refusal::of(field.as_str(), *reason));
            }
            edits.leave_out(field, members, Note::Dropped(field));
        }
    }
    Ok(())
}

/// Leaves out `top_p` beside `temperature` where the target takes one of them.
pub(super) fn one_sampling(request: RequestView<'_>, target: &TargetFacts, edits: &mut Edits) {
    let members = &request.control.members;
    if target.facts.one_sampling && members.fields().has(TopField::Temperature) && members.fields().has(TopField::TopP)
    {
        edits.leave_out(TopField::TopP, members, Note::Dropped(TopField::TopP));
    }
}

/// Gives the usual tier the name that all providers know.
pub(super) fn tier(request: RequestView<'_>, edits: &mut Edits) {
    let field = TopField::ServiceTier;
    let Some(at) = request.control.members.value(field) else {
        return;
    };
    if at.of(request.body).trim_matches('"') == ON_DEMAND {
        edits.replace(at, "\"auto\"", Note::Mapped(field));
    }
}

/// Asks for a stream where the model thinks in streams only. The gateway makes one answer of it.
pub(super) fn stream(request: RequestView<'_>, target: &TargetFacts, thinks: bool, edits: &mut Edits) {
    if !thinks || !target.has_to_stream(request.control) {
        return;
    }
    match request.control.members.value(TopField::Stream) {
        Some(at) => edits.replace(at, "true", Note::STREAMED),
        None => edits.insert(request.control.body_start(), "\"stream\":true,", Note::STREAMED),
    }
}

/// Cuts the limit in `field` to the longest answer of the target.
pub(super) fn cut_limit(request: RequestView<'_>, target: &TargetFacts, field: TopField, edits: &mut Edits) {
    let Some(at) = request.control.members.value(field) else {
        return;
    };
    let asked: Option<u64> = at.of(request.body).parse().ok();

    if let (Some(asked), Some(most)) = (asked, target.facts.max_tokens)
        && asked > most
    {
        edits.replace(at, most.to_string(), Note::Cut(field));
    }
}
