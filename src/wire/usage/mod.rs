//! Token counts, in the many places where providers that speak the OpenAI chat protocol put them.

mod answer;
mod count;
mod fields;
#[cfg(test)]
mod tests;
mod text;

pub use answer::{ChunkUsage, Glance, NotJson, ReportedUsage, glance, of_answer, of_chunk};
pub(super) use count::searches;
pub(super) use text::value_after;
pub use text::{INLINE, estimate, inline_data, text_bytes, usage_so_far};
