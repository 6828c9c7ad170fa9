//! JSON schemas, of tools and of answers, as the target takes them.

mod answer;
mod cycles;
mod neutral;
mod own_protocol;
#[cfg(test)]
mod tests;
mod union;
mod union_rule;

pub(super) use neutral::{fit, is_taken};
pub(super) use own_protocol::{fit_answer, fit_tools};
