//! OpenAI Responses: `POST /v1/responses`.
//!
//! Shapes are those of the official SDK's `types/responses`. Nothing is kept between two requests here, so whatever names
//! something that OpenAI stores is refused.

mod echo;
mod frame;
mod free_text;
mod open;
mod passing;
mod read_ask;
mod read_content;
mod read_events;
mod read_items;
mod read_reply;
mod read_tools;
mod response;
mod usage;
mod write_ask;
mod write_events;
mod write_items;
mod write_reply;

#[cfg(test)]
mod tests;

pub use echo::echo;
pub use passing::Passing;
pub use read_ask::read_ask;
pub use read_events::ReadEvents;
pub use read_reply::read_reply;
pub use usage::{served, tokens};
pub use write_ask::write_ask;
pub use write_events::WriteEvents;
pub use write_reply::write_reply;

/// The longest name of a tool, in characters of `a-z A-Z 0-9 _ -`.
pub const LONGEST_TOOL_NAME: usize = 64;
