//! Tools and the choice among them, as the target takes them.

mod choice;
mod fields;
mod neutral_choice;
mod strict;
#[cfg(test)]
mod tests;

pub(super) use choice::{forces_a_tool, is_refused};
pub(super) use fields::fit as fit_fields;
pub(super) use neutral_choice::fit as fit_choice;
pub(super) use strict::fit as fit_strict;
