//! The fields about tools as a whole.

use crate::domain::EmptyTools;
use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::note::Note;
use crate::wire::adapt::plan::RequestView;
use crate::wire::adapt::target::TargetFacts;
use crate::wire::control::TopField;

/// Leaves out an empty list of tools, and permission for parallel calls, where the target refuses them.
pub(in crate::wire::adapt) fn fit(request: RequestView<'_>, target: &TargetFacts, edits: &mut Edits) {
    let members = &request.control.members;
    let facts = &target.facts.tools;
    let value = |field: TopField| members.value(field).map(|at| at.of(request.body));

    let is_empty = value(TopField::Tools)
        .and_then(|tools| tools.strip_prefix('['))
        .is_some_and(|rest| rest.trim_start().starts_with(']'));
    if is_empty && facts.empty_list == EmptyTools::Omit {
        for field in [TopField::Tools, TopField::ToolChoice, TopField::ParallelToolCalls] {
            if members.fields().has(field) {
                edits.leave_out(field, members, Note::Mapped(field));
            }
        }
        return;
    }

    let field = TopField::ParallelToolCalls;
    if value(field) == Some("true") && !facts.parallel_field {
        edits.leave_out(field, members, Note::Mapped(field));
    }
}
