//! How a chat request asks its model to think, in the form that the target knows.

use serde_json::{Map, Value};

use crate::domain::{Effort, ForcedChoice, ThinkingSwitch};
use crate::wire::adapt::asked;
use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::note::Note;
use crate::wire::adapt::plan::RequestView;
use crate::wire::adapt::target::TargetFacts;
use crate::wire::adapt::tools;
use crate::wire::chat;
use crate::wire::control::TopField;
use crate::wire::json::quote;
use crate::wire::neutral::Thinking;

/// Fits the fields that ask for thoughts, and says whether the model thinks in this request. `lacks_thoughts`: the target
/// refuses the conversation unless the model does not think.
pub(in crate::wire::adapt) fn fit(
    request: RequestView<'_>,
    target: &TargetFacts,
    lacks_thoughts: bool,
    edits: &mut Edits,
) -> bool {
    let facts = &target.facts;
    let sent = asked::thinking_fields(request);
    let asked = chat::asked_thinking(&sent);

    let can_be_off = !facts.thinking.must_think() && facts.thinking.switch != ThinkingSwitch::None;
    let has_to_be_off = can_be_off
        && facts.thinks(asked.map(|asked| asked != Thinking::Off))
        && (lacks_thoughts || (facts.tools.choice_thinking == ForcedChoice::ThinkOff && tools::forces_a_tool(request)));
    let wanted = if has_to_be_off { Some(Thinking::Off) } else { asked };
    let thinks = facts.thinks(wanted.map(|wanted| wanted != Thinking::Off));

    // Of a model of which nothing is known, nothing is known to be wrong either.
    let is_known = facts.thinking.thinks.is_some()
        && (facts.thinking.thinks == Some(false) || facts.thinking.switch != ThinkingSwitch::None);
    if is_known && (!sent.is_empty() || has_to_be_off) {
        write(request, &sent, wanted, target, edits);
    }
    thinks
}

/// Brings the fields to the target's form. A field that says the same already stays as it is.
fn write(
    request: RequestView<'_>,
    sent: &Map<String, Value>,
    wanted: Option<Thinking>,
    target: &TargetFacts,
    edits: &mut Edits,
) {
    let members = &request.control.members;
    let own = chat::thinking_fields(wanted, &target.facts);
    let is_kept = |name: &str, value: &Value| own.get(name).is_some_and(|own| says(value, own));

    let mut note = None;
    for (name, value) in sent.iter().filter(|(name, value)| !is_kept(name, value)) {
        let Some(field) = TopField::named(name) else { continue };
        let change = change(field, value, wanted, &own);
        note.get_or_insert(change);
        match own.get(name) {
            Some(own) => {
                if let Some(at) = members.value(field) {
                    edits.replace(at, own.to_string(), change);
                }
            }
            None => edits.leave_out(field, members, note.unwrap_or(change)),
        }
    }

    for (name, value) in own.iter().filter(|(name, _)| !sent.contains_key(*name)) {
        let text = format!("{}:{value},", quote(name));
        let added = TopField::named(name).map_or(Note::Added("thinking"), Note::Mapped);
        edits.insert(request.control.body_start(), text, note.unwrap_or(added));
    }
}

/// What the change of a field means.
fn change(field: TopField, value: &Value, wanted: Option<Thinking>, own: &Map<String, Value>) -> Note {
    let word = own
        .get("reasoning_effort")
        .or_else(|| own.get("reasoning")?.get("effort"));
    let to = word.and_then(Value::as_str).and_then(known_word);
    let from = value
        .as_str()
        .or_else(|| value.get("effort")?.as_str())
        .and_then(known_word);

    match (from, to) {
        (Some(from), Some(to)) if from != to => Note::Effort { from, to },
        _ if own.is_empty() && wanted.is_some() => Note::Dropped(field),
        _ => Note::Mapped(field),
    }
}

fn known_word(word: &str) -> Option<&'static str> {
    match word {
        "none" => Some("none"),
        "default" => Some("default"),
        word => Effort::parse(word).map(Effort::as_str),
    }
}

/// Whether a value says all that the target's own form says; it may say more.
fn says(value: &Value, own: &Value) -> bool {
    match (value, own) {
        (Value::Object(value), Value::Object(own)) => own
            .iter()
            .all(|(name, own)| value.get(name).is_some_and(|value| says(value, own))),
        (value, own) => value == own,
    }
}
