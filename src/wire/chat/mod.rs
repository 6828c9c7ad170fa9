//! OpenAI Chat Completions: `POST /v1/chat/completions`, as many kinds of clients send it and as about thirty providers
//! answer it. The shapes are those of the types in OpenAI's Python SDK 2.54. The documentation of [`read_request`],
//! [`write_request`] and [`write_response`] has a table of all fields, those of other clients and providers included.
//!
//! This protocol has no signatures of its own for thoughts. Those of other protocols stand in `thinking_blocks`, the field
//! that LiteLLM invented for Claude's signatures and that its clients send back.

mod answer;
mod citations;
mod free_text;
mod passthrough;
mod pieces;
mod pieces_of_others;
mod read_content;
mod read_events;
mod read_messages;
mod read_request;
mod read_response;
mod read_thinking;
mod read_tools;
mod search;
#[cfg(test)]
mod tests;
mod thoughts;
mod write_events;
mod write_format;
mod write_messages;
mod write_request;
mod write_response;
mod write_thinking;
mod write_tools;
mod write_usage;
mod written_parts;

pub use passthrough::PassthroughWatch;
pub use read_events::ReadEvents;
pub use read_request::{read_fields_beside, read_request};
pub(super) use read_request::{sampling, stop};
pub use read_response::read_response;
pub use read_thinking::asked_thinking;
pub use thoughts::{think_tags, words_of_thoughts, writes_tags};
pub use write_events::WriteEvents;
pub use write_request::write_request;
pub use write_response::write_response;
pub use write_thinking::thinking_fields;
pub(super) use write_usage::Usage;

/// The most characters that OpenAI takes in the name of a tool.
pub const LONGEST_TOOL_NAME: usize = 64;
