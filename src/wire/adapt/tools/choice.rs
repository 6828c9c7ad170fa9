//! The choice of a tool in a request that stays in the client's own protocol.

use crate::domain::{Facts, ForcedChoice};
use crate::wire::adapt::plan::RequestView;
use crate::wire::adapt::target::TargetFacts;
use crate::wire::control::TopField;
use crate::wire::json::Outline;

/// What a choice of a tool asks for, in the words of the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forced {
    Required,
    Named,
}

impl Forced {
    const fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Named => "named",
        }
    }

    /// Whether the target refuses it. `thinks`: the model thinks in this request, and cannot be kept from it.
    pub(super) fn is_refused(self, facts: &Facts, thinks: bool) -> bool {
        let takes = facts.tools.choice.iter().any(|known| known == self.word());
        !takes || (thinks && facts.tools.choice_thinking != ForcedChoice::Ok)
    }
}

/// The choice of the request, if it forces a tool.
fn forced(request: RequestView<'_>) -> Option<Forced> {
    let at = request.control.members.value(TopField::ToolChoice)?;
    let value = at.of(request.body);
    if !value.starts_with('{') {
        return matches!(value, "\"required\"" | "\"any\"").then_some(Forced::Required);
    }

    let outline = Outline::of(value, 2);
    let root = outline.root();
    let Some(kind) = root.get("type").and_then(|kind| kind.string()) else {
        return Some(Forced::Named);
    };
    match &*kind {
        "function" | "custom" | "tool" => Some(Forced::Named),
        "any" => Some(Forced::Required),
        "allowed_tools" => {
            let mode = root.get("allowed_tools").unwrap_or(root).get("mode");
            mode.is_some_and(|mode| mode.is("required")).then_some(Forced::Required)
        }
        _ => None,
    }
}

/// Whether the request forces the model to call a tool.
pub(in crate::wire::adapt) fn forces_a_tool(request: RequestView<'_>) -> bool {
    forced(request).is_some()
}

/// Whether the request forbids the model to call a tool.
fn forbids_tools(request: RequestView<'_>) -> bool {
    let Some(at) = request.control.members.value(TopField::ToolChoice) else {
        return false;
    };
    let value = at.of(request.body);
    let outline = Outline::of(value, 1);
    value == "\"none\"" || outline.root().get("type").is_some_and(|kind| kind.is("none"))
}

/// Whether the target refuses the choice of a tool, so that the request has to be written anew.
pub(in crate::wire::adapt) fn is_refused(request: RequestView<'_>, target: &TargetFacts, thinks: bool) -> bool {
    let takes_none = target.facts.tools.choice.iter().any(|known| known == "none");
    forced(request).is_some_and(|forced| forced.is_refused(&target.facts, thinks))
        || (!takes_none && forbids_tools(request))
}
