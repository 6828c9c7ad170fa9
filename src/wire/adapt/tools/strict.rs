//! `strict` of tools in a request that stays in the client's own protocol.

use crate::domain::StrictTools;
use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::elements;
use crate::wire::adapt::needles;
use crate::wire::adapt::note::Element;
use crate::wire::adapt::plan::RequestView;
use crate::wire::adapt::target::TargetFacts;
use crate::wire::control::TopField;
use crate::wire::json::{Outline, OutlineNode};

/// Members of a tool have at most so many objects and lists of `tools` around them: tools, group, its tools, tool, function.
const DEPTH: usize = 5;

/// Leaves out `strict` where the target does not take it.
pub(in crate::wire::adapt) fn fit(request: RequestView<'_>, target: &TargetFacts, edits: &mut Edits) {
    let Some(at) = request.control.members.value(TopField::Tools) else {
        return;
    };
    if !needles::have_unwanted_strict(request.control, request.body.as_bytes(), &target.facts) {
        return;
    }

    let outline = Outline::of(at.of(request.body), DEPTH);
    let mut tools: Vec<OutlineNode<'_>> = Vec::new();
    for tool in outline.root().elements() {
        let inner = tool.get("tools").into_iter().flat_map(|tools| tools.elements());
        tools.extend(inner);
        tools.push(tool.get("function").unwrap_or(tool));
    }

    let all_alike = tools
        .windows(2)
        .all(|pair| matches!(pair, [a, b] if is_strict(a) == is_strict(b)));
    if target.facts.tools.strict == StrictTools::AllAlike && all_alike {
        return;
    }
    for tool in &tools {
        if tool.get("strict").is_some() {
            elements::leave_out_within(at.start, tool, &["strict"], edits, Element::ToolStrict);
        }
    }
}

/// Nothing is the same as `false`.
fn is_strict(tool: &OutlineNode<'_>) -> bool {
    tool.get("strict").is_some_and(|node| node.text() == "true")
}
