//! Anthropic Messages: `POST /v1/messages`, its answers and its streams, and an estimate for `/v1/messages/count_tokens`.
//!
//! The shapes are those of Anthropic's Python SDK 2.12 (`types/`, `types/beta/`).

mod block;
mod client_usage;
mod estimate;
mod forced;
mod history;
mod passthrough;
mod read_content;
mod read_events;
mod read_format;
mod read_request;
mod read_response;
mod read_search;
mod read_thinking;
mod read_tools;
mod stop;
mod usage;
mod write_events;
mod write_request;
mod write_response;
mod write_thinking;
mod write_tools;
mod write_turns;

#[cfg(test)]
mod tests;

pub use block::FOREIGN_SEARCH;
pub use estimate::count;
pub use passthrough::PassthroughWatch;
pub use read_events::ReadEvents;
pub use read_request::read_request;
pub use read_response::read_response;
pub use read_thinking::asked_thinking;
pub use usage::{served, tokens};
pub use write_events::WriteEvents;
pub use write_request::write_request;
pub use write_response::write_response;
pub use write_thinking::thinking_form;

/// The longest name of a tool, in characters of `a-z A-Z 0-9 _ -`.
pub const LONGEST_TOOL_NAME: usize = 128;
