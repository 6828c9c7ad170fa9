//! How a request to Messages asks its model to think, in the form that the target knows.

use serde_json::{Map, Value};

use crate::domain::{Effort, ForcedChoice};
use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::note::Note;
use crate::wire::adapt::plan::RequestView;
use crate::wire::adapt::target::TargetFacts;
use crate::wire::adapt::tools;
use crate::wire::control::TopField;
use crate::wire::json::{Outline, Span, quote};
use crate::wire::messages;
use crate::wire::neutral::Thinking;

/// The member that keeps a model from thinking, with the comma after it.
const DISABLED: &str = r#""thinking":{"type":"disabled"},"#;

/// Fits `thinking` and `output_config.effort`, and says whether the model thinks in this request. `lacks_thoughts`: the target
/// refuses the conversation unless the model does not think.
pub(super) fn fit(request: RequestView<'_>, target: &TargetFacts, lacks_thoughts: bool, edits: &mut Edits) -> bool {
    let members = &request.control.members;
    let facts = &target.facts;
    let read = |field: TopField| -> Option<Value> {
        let at = members.value(field)?;
        serde_json::from_str(at.of(request.body)).ok()
    };

    let (switch, config) = (read(TopField::Thinking), read(TopField::OutputConfig));
    let has_to_be_off = !facts.thinking.must_think()
        && (lacks_thoughts || facts.tools.choice_thinking == ForcedChoice::ThinkOff && tools::forces_a_tool(request));
    if switch.is_none() && has_to_be_off && facts.thinks(None) {
        edits.insert(request.control.body_start(), DISABLED, Note::Mapped(TopField::Thinking));
    }
    if switch.is_none() && config.is_none() {
        return !has_to_be_off && facts.thinks(None);
    }

    let mut sent = Map::new();
    sent.extend(switch.clone().map(|value| ("thinking".to_owned(), value)));
    sent.extend(config.map(|value| ("output_config".to_owned(), value)));
    let Some(asked) = messages::asked_thinking(&Value::Object(sent)) else {
        return !has_to_be_off && facts.thinks(None);
    };
    let asked = if has_to_be_off { Thinking::Off } else { asked };
    let thinks = facts.thinks(Some(asked != Thinking::Off));

    let is_known = facts.thinking.thinks == Some(false)
        || facts.thinking.efforts.is_some()
        || facts.thinking.least_budget.is_some();
    if is_known {
        let limit = request.control.max_tokens.unwrap_or(u64::MAX);
        let (own, effort) = messages::thinking_form(asked, facts, limit);
        match (switch, own) {
            (Some(switch), own) => write_switch(request, &switch, own, edits),
            (None, Some(off)) if has_to_be_off => {
                let off = format!("\"thinking\":{off},");
                edits.insert(request.control.body_start(), off, Note::Mapped(TopField::Thinking));
            }
            (None, _) => {}
        }
        write_effort(request, effort, edits);
    }
    thinks
}

/// Brings `thinking` to the target's kind. One of that kind already stays as it is.
fn write_switch(request: RequestView<'_>, sent: &Value, own: Option<Value>, edits: &mut Edits) {
    let members = &request.control.members;
    let field = TopField::Thinking;
    match own {
        Some(own) if own.get("type") == sent.get("type") => {}
        Some(own) => {
            if let Some(at) = members.value(field) {
                edits.replace(at, own.to_string(), Note::Mapped(field));
            }
        }
        None => edits.leave_out(field, members, Note::Dropped(field)),
    }
}

/// Moves the effort to the nearest that the target knows.
fn write_effort(request: RequestView<'_>, effort: Option<Effort>, edits: &mut Edits) {
    let members = &request.control.members;
    let Some(at) = members.value(TopField::OutputConfig) else {
        return;
    };

    let outline = Outline::of(at.of(request.body), 1);
    let root = outline.root();
    let Some(node) = root.get("effort") else { return };
    let from = node.string().and_then(|word| Effort::parse(&word));
    let place = |span: Span| Span {
        start: at.start + span.start,
        end: at.start + span.end,
    };

    match (from, effort) {
        (Some(from), Some(to)) if from != to => {
            let note = Note::Effort {
                from: from.as_str(),
                to: to.as_str(),
            };
            edits.replace(place(node.span()), quote(to.as_str()), note);
        }
        (_, None) if root.children().count() == 1 => {
            edits.leave_out(TopField::OutputConfig, members, Note::Dropped(TopField::OutputConfig));
        }
        (_, None) => edits.replace(place(node.span()), "null", Note::Dropped(TopField::OutputConfig)),
        _ => {}
    }
}
