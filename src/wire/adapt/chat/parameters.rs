//! Tools of a chat request.

use crate::domain::ToolParameters;
use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::note::{Element, Note};
use crate::wire::adapt::target::TargetFacts;
use crate::wire::json::Outline;

/// The parameters of a tool that has none.
const NO_PARAMETERS: &str = r#","parameters":{"type":"object","properties":{}}"#;

/// Gives parameters to each tool that has none, where the target wants some.
pub(super) fn give(outline: &Outline<'_>, target: &TargetFacts, edits: &mut Edits) {
    if target.facts.tools.parameters != ToolParameters::Needed {
        return;
    }
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
