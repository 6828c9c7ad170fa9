//! Anthropic Messages: `POST /v1/messages`, its answers and its streams, and an estimate for `/v1/messages/count_tokens`.
//!
//! Shapes are those of Anthropic's Python SDK 2.12 (`types/`, `types/beta/`).

mod block;
mod estimate;
mod forced;
mod history;
mod passing;
mod read_ask;
mod read_content;
mod read_events;
mod read_reply;
mod read_tools;
mod schema;
mod stop;
mod usage;
mod write_ask;
mod write_events;
mod write_reply;
mod write_thinking;
mod write_tools;
mod write_turns;

#[cfg(test)]
mod tests;

pub use estimate::count;
pub use passing::Passing;
pub use read_ask::read_ask;
pub use read_events::ReadEvents;
pub use read_reply::read_reply;
pub use usage::{served, tokens};
pub use write_ask::write_ask;
pub use write_events::WriteEvents;
pub use write_reply::write_reply;

/// The longest name of a tool, in characters of `a-z A-Z 0-9 _ -`.
pub const LONGEST_TOOL_NAME: usize = 128;
