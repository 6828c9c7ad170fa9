//! The model list: a key's aliases first, then the catalog; in the shape of OpenAI, and in the envelope of Anthropic.

mod page;
mod row;
#[cfg(test)]
mod tests;

pub use page::{Listed, Page, UnknownCursor, anthropic_page, openai_list};
pub use row::{Row, rows};
