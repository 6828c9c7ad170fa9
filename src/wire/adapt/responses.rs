//! Plans for a request to Responses that goes to a provider that speaks Responses.

use serde_json::Value;

use super::edits::Edits;
use super::elements;
use super::fields;
use super::note::{Element, Note, Notes};
use super::plan::{Plan, Refusal, RequestView};
use super::response_items;
use super::target::TargetFacts;
use super::{last_turn, media, needles, schema, tools, web_search};
use crate::domain::Effort;
use crate::wire::control::TopField;
use crate::wire::json::{Outline, OutlineNode, quote};

/// Values of items that a plan looks at have at most so many objects and lists around them:
/// body, input, item, content, part.
const DEPTH: usize = 5;

/// The least limit that OpenAI's Responses accept.
const LEAST_LIMIT: u64 = 16;

/// Plans a request to Responses.
pub(super) fn plan(request: RequestView<'_>, target: &TargetFacts) -> Plan {
    if target.takes_as_it_is(request.control, request.body.as_bytes()) {
        return Plan::Passthrough;
    }
    if needles::have_unwanted_custom(request.control, request.body.as_bytes(), &target.facts) {
        return Plan::rewritten(Note::Mapped(TopField::Tools));
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
    fields::leave_out_unwanted(request, target, edits);
    limit(request, target, edits);
    let thinks = effort(request, target, edits);
    fields::fit_stated(request, target, thinks, edits)?;
    web_search::fit(request, target, edits)?;
    fields::one_sampling(request, target, edits);
    fields::tier(request, edits);
    summaries(request, target, edits);
    fields::stream(request, target, thinks, edits);
    last_turn::fit(request, target, edits);
    schema::fit_tools(request, target, edits);
    tools::fit_fields(request, target, edits);
    tools::fit_strict(request, target, edits);

    let mut moves = schema::fit_answer(request, target, edits) | tools::is_refused(request, target, thinks);
    if target.looks_inside(request.body.as_bytes()) {
        let outline = Outline::of(request.body, DEPTH);
        let items = outline.root().get("input");
        let items: Vec<OutlineNode<'_>> = items.into_iter().flat_map(|items| items.elements()).collect();
        moves |= media::fit("input", &items, target, edits)?;
        response_items::fit(request.body, target, edits);
    }
    Ok(moves)
}

/// Brings the limit into the bounds of the target.
fn limit(request: RequestView<'_>, target: &TargetFacts, edits: &mut Edits) {
    let field = TopField::MaxOutputTokens;
    let asked = request.control.members.value(field);
    let tokens: Option<u64> = asked.and_then(|at| at.of(request.body).parse().ok());

    match (asked, tokens) {
        (Some(at), Some(tokens)) if tokens > 0 && tokens < LEAST_LIMIT => {
            edits.replace(at, LEAST_LIMIT.to_string(), Note::Cut(field));
        }
        _ => fields::cut_limit(request, target, field, edits),
    }
}

/// Leaves out the wish for a summary of the thoughts where it is refused.
fn summaries(request: RequestView<'_>, target: &TargetFacts, edits: &mut Edits) {
    if target.facts.thinking.summaries || target.facts.thinking.thinks == Some(false) {
        return;
    }
    if let Some(at) = request.control.members.value(TopField::Reasoning) {
        let outline = Outline::of(at.of(request.body), 1);
        let names = ["summary", "generate_summary"];
        elements::leave_out_within(at.start, &outline.root(), &names, edits, Element::Summaries);
    }
}

/// Moves the effort to the nearest that the target knows, and says whether the model thinks in this request.
fn effort(request: RequestView<'_>, target: &TargetFacts, edits: &mut Edits) -> bool {
    let thinking = &target.facts.thinking;
    let members = &request.control.members;
    let Some(at) = members.value(TopField::Reasoning) else {
        return target.facts.thinks(None);
    };
    if thinking.thinks == Some(false) {
        edits.leave_out(TopField::Reasoning, members, Note::Dropped(TopField::Reasoning));
        return false;
    }

    let outline = Outline::of(at.of(request.body), 1);
    let Some(node) = outline.root().get("effort") else {
        return target.facts.thinks(None);
    };
    let word = node.string().unwrap_or_default();
    let knows = |word: &str| {
        thinking
            .efforts
            .as_ref()
            .is_none_or(|efforts| efforts.iter().any(|known| known == word))
    };
    if node.text() == "null" || knows(&word) {
        return target.facts.thinks((node.text() != "null").then_some(word != "none"));
    }

    let (from, nearest) = match &*word {
        "none" => ("none", thinking.nearest_effort(Effort::Minimal)),
        "default" => ("default", None),
        word => match Effort::parse(word) {
            Some(effort) => (effort.as_str(), thinking.nearest_effort(effort)),
            // A word that no protocol knows: the provider says so.
            None => return target.facts.thinks(Some(true)),
        },
    };
    let to = nearest.map(Effort::as_str);
    let span = crate::wire::json::Span {
        start: at.start + node.span().start,
        end: at.start + node.span().end,
    };
    let text = to.map_or_else(|| Value::Null.to_string(), quote);
    edits.replace(
        span,
        text,
        Note::Effort {
            from,
            to: to.unwrap_or("default"),
        },
    );
    target.facts.thinks(to.map(|_| true))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::domain::Protocol;
    use crate::wire::adapt::samples::{fitted, shipped};
    use crate::wire::operation::Operation;

    #[test]
    fn a_summary_of_thoughts_is_not_asked_for_where_it_is_refused() {
        let (grok, gpt) = (
            shipped("xai/grok-4.5", Protocol::OpenaiResponses),
            shipped("openai/gpt-5.5", Protocol::OpenaiResponses),
        );
        let body = |reasoning: &Value| json!({"model": "m", "input": "Hi", "reasoning": reasoning}).to_string();
        for (asked, sent, notes) in [
            (
                json!({"effort": "low", "summary": "auto"}),
                json!({"effort": "low"}),
                "thought_summaries",
            ),
            (
                json!({"summary": "auto", "effort": "low"}),
                json!({"effort": "low"}),
                "thought_summaries",
            ),
            (json!({"summary": "auto"}), json!({}), "thought_summaries"),
            (json!({"effort": "low"}), json!({"effort": "low"}), ""),
        ] {
            let (out, told) = fitted(&body(&asked), Operation::Responses, &grok);
            assert_eq!((&out["reasoning"], told.as_str()), (&sent, notes), "{asked}");

            let (out, told) = fitted(&body(&asked), Operation::Responses, &gpt);
            assert_eq!((&out["reasoning"], told.as_str()), (&asked, ""), "{asked}");
        }
    }
}
