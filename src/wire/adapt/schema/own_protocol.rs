//! The schemas of a request that stays in the client's own protocol.

use serde_json::Value;

use super::answer::{FittedSchema, fitted};
use super::neutral::described;
use super::union::{Merged, UNIONS, merged};
use crate::domain::AnswerFormats;
use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::needles;
use crate::wire::adapt::note::{Element, Note};
use crate::wire::adapt::plan::RequestView;
use crate::wire::adapt::target::TargetFacts;
use crate::wire::control::TopField;
use crate::wire::json::{Outline, OutlineNode, Span, parse, quote};

/// A union of a tool's schema has at most so many objects and lists of `tools` around it:
/// tools, group, its tools, tool, parameters.
const TOOLS_DEPTH: usize = 5;

/// The schema of an answer has at most so many objects of its field around it: field, format.
const ANSWER_DEPTH: usize = 2;

/// Merges the unions at the roots of the tools' schemas.
pub(in crate::wire::adapt) fn fit_tools(request: RequestView<'_>, target: &TargetFacts, edits: &mut Edits) {
    let Some(at) = request.control.members.value(TopField::Tools) else {
        return;
    };
    if !needles::have_unions(request.control, request.body.as_bytes(), &target.facts) {
        return;
    }

    let outline = Outline::of(at.of(request.body), TOOLS_DEPTH);
    for tool in outline.root().elements() {
        flatten(&tool, at, edits);
        for tool in tool.get("tools").into_iter().flat_map(|tools| tools.elements()) {
            flatten(&tool, at, edits);
        }
    }
}

/// `tools`: where the outline's text begins in the body.
fn flatten(tool: &OutlineNode<'_>, tools: Span, edits: &mut Edits) {
    let holder = tool.get("function").unwrap_or(*tool);
    let schema = holder.get("parameters").or_else(|| holder.get("input_schema"));
    let Some(node) = schema.filter(|schema| UNIONS.iter().any(|union| schema.get(union).is_some())) else {
        return;
    };
    let Some(Merged { schema, rule }) = parse(node.text()).ok().as_ref().and_then(merged) else {
        return;
    };

    let note = Note::Element(Element::Schema);
    edits.replace(within(tools, node.span()), schema.to_string(), note);
    let own = holder.get("description");
    let text = own.and_then(|own| own.string());
    let Some(description) = described(text.as_deref(), &rule) else {
        return;
    };
    match own {
        Some(own) => edits.replace(within(tools, own.span()), quote(&description), note),
        None => {
            let member = format!("\"description\":{},", quote(&description));
            edits.insert(tools.start + node.member_span().start, member, note);
        }
    }
}

/// Fits the schema of the answer. `true` if the target takes none that says the same: the model has to be told of it.
pub(in crate::wire::adapt) fn fit_answer(request: RequestView<'_>, target: &TargetFacts, edits: &mut Edits) -> bool {
    let facts = &target.facts.schema;
    if facts.formats != AnswerFormats::JsonSchema || (facts.deny.is_empty() && !facts.closed && facts.recursion) {
        return false;
    }

    for (field, path) in [
        (TopField::ResponseFormat, &["json_schema", "schema"][..]),
        (TopField::OutputConfig, &["format", "schema"]),
        (TopField::OutputFormat, &["schema"]),
        (TopField::Text, &["format", "schema"]),
    ] {
        let Some(at) = request.control.members.value(field) else {
            continue;
        };
        let outline = Outline::of(at.of(request.body), ANSWER_DEPTH);
        let node = path.iter().try_fold(outline.root(), |node, name| node.get(name));
        let schema: Option<(OutlineNode<'_>, Value)> = node.and_then(|node| Some((node, parse(node.text()).ok()?)));
        let Some((node, schema)) = schema else { continue };

        match fitted(&schema, facts) {
            FittedSchema::AsItIs => {}
            FittedSchema::Changed(own) => {
                let note = Note::Element(Element::Schema);
                edits.replace(within(at, node.span()), own.to_string(), note);
            }
            FittedSchema::InWords => {
                edits.notes.add(Note::Cut(field));
                return true;
            }
        }
    }
    false
}

/// The place in the body of a place in the value that lies at `around`.
fn within(around: Span, span: Span) -> Span {
    Span {
        start: around.start + span.start,
        end: around.start + span.end,
    }
}
