//! Tools and their choice.

use crate::domain::{EmptyTools, ForcedChoice, ToolParameters};
use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::note::{Element, Note};
use crate::wire::adapt::plan::RequestView;
use crate::wire::adapt::target::TargetFacts;
use crate::wire::control::TopField;
use crate::wire::json::Outline;

/// The parameters of a tool that has none.
const NO_PARAMETERS: &str = r#","parameters":{"type":"object","properties":{}}"#;

/// Fits the tools, whether the model has to call one, and whether it may call several at once.
pub(super) fn fit(request: RequestView<'_>, target: &TargetFacts, outline: Option<&Outline<'_>>, edits: &mut Edits) {
    let members = &request.control.members;
    let facts = &target.facts.tools;
    let value = |field: TopField| members.value(field).map(|at| (at, at.of(request.body)));

    let is_empty = value(TopField::Tools).is_some_and(|(_, tools)| {
        tools
            .strip_prefix('[')
            .is_some_and(|rest| rest.trim_start().starts_with(']'))
    });
    if is_empty && facts.empty_list == EmptyTools::Omit {
        edits.leave_out(TopField::Tools, members, Note::Mapped(TopField::Tools));
        for field in [TopField::ToolChoice, TopField::ParallelToolCalls] {
            if members.fields().has(field) {
                edits.leave_out(field, members, Note::Mapped(field));
            }
        }
        return;
    }

    if let Some((at, choice)) = value(TopField::ToolChoice) {
        let takes = |word: &str| facts.choice.iter().any(|known| known == word);
        let word = match choice {
            "\"required\"" => "required",
            _ if choice.starts_with('{') => "named",
            _ => "auto",
        };
        let is_refused = !takes(word) || (word != "auto" && facts.choice_thinking == ForcedChoice::Auto);
        if is_refused {
            edits.replace(at, "\"auto\"", Note::Cut(TopField::ToolChoice));
        }
    }

    let says_parallel = value(TopField::ParallelToolCalls).is_some_and(|(_, value)| value == "true");
    if says_parallel && !facts.parallel_field {
        let field = TopField::ParallelToolCalls;
        edits.leave_out(field, members, Note::Mapped(field));
    }

    if let Some(outline) = outline.filter(|_| facts.parameters == ToolParameters::Needed) {
        give_parameters(outline, edits);
    }
}

/// Gives parameters to each tool that has none.
fn give_parameters(outline: &Outline<'_>, edits: &mut Edits) {
    let Some(tools) = outline.root().get("tools") else {
        return;
    };
    for tool in tools.elements() {
        let Some(function) = tool.get("function") else { continue };
        if function.get("parameters").is_none()
            && let Some(name) = function.get("name")
        {
            edits.insert(name.span().end, NO_PARAMETERS, Note::Element(Element::ToolParameters));
        }
    }
}
