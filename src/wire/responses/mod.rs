//! OpenAI Responses: `POST /v1/responses`.
//!
//! The shapes are those of `types/responses` in OpenAI's Python SDK 2.54. The gateway keeps nothing between two
//! requests, so it refuses references to anything that OpenAI stores.

mod annotation;
mod echo;
mod effort;
mod free_text;
mod item;
mod own_events;
mod passthrough;
mod read_content;
mod read_events;
mod read_item;
mod read_items;
mod read_request;
mod read_response;
mod read_search;
mod read_tools;
mod response;
mod text_format;
mod usage;
mod write_events;
mod write_items;
mod write_request;
mod write_response;
mod write_thinking;
mod write_tools;

#[cfg(test)]
mod tests;

pub use echo::echo;
pub use passthrough::PassthroughWatch;
pub use read_events::ReadEvents;
pub use read_item::Commentary;
pub use read_request::read_request;
pub use read_response::read_response;
pub use usage::{served, tokens};
pub use write_events::WriteEvents;
pub use write_request::write_request;
pub use write_response::write_response;

/// The longest name of a tool, in characters of `a-z A-Z 0-9 _ -`.
pub const LONGEST_TOOL_NAME: usize = 64;
