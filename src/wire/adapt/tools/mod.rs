//! Tools and the choice among them, as the target takes them.

mod choice;
mod fields;
mod flat;
mod neutral_choice;
mod strict;
#[cfg(test)]
mod tests;

pub(super) use choice::{forces_a_tool, is_refused};
pub(super) use fields::fit as fit_fields;
pub(super) use flat::are_flat;
pub(super) use neutral_choice::fit as fit_choice;
pub(super) use strict::{fit as fit_strict, has_unwanted as has_unwanted_strict};

use super::target::TargetFacts;
use crate::wire::control::{Control, TopField};
use crate::wire::operation::Operation;

/// The bytes of the list of tools.
fn list<'a>(control: &Control, body: &'a [u8]) -> &'a [u8] {
    let tools = control.members.value(TopField::Tools);
    tools.and_then(|at| body.get(at.start..at.end)).unwrap_or_default()
}

/// Whether the request has a tool that takes free text, and the target takes none.
pub(super) fn has_unwanted_custom(control: &Control, body: &[u8], target: &TargetFacts) -> bool {
    const CUSTOM: &[u8] = b"\"custom\"";
    !target.facts.tools.custom
        && control.operation() == Operation::Chat
        && memchr::memmem::find(list(control, body), CUSTOM)
            .is_some_and(|_| flat::has_kind(list(control, body), "custom"))
}
