//! A conversation in no protocol's spelling: what every protocol here is read into and written from, so that each knows
//! only itself.
//!
//! ```text
//!   a client's request ── read ──▶ Ask ── write ──▶ the provider's request
//!   the provider's answer ── read ──▶ Reply ── write ──▶ the client's answer
//!   the provider's stream ── read ──▶ Event … ── write ──▶ the client's stream
//! ```
//!
//! Text is borrowed from the parsed body wherever it can be: a picture of some megabytes is not copied on its way.

mod body_node;
mod capabilities;
mod event;
mod names;
mod not_an_answer;
mod part;
mod request;
mod response;
mod response_identity;
mod stop;
mod untranslatable;

pub use body_node::Node;
pub use capabilities::{Capabilities, MaxTokensField, ThinkingSwitch};
pub use event::Event;
pub use names::{ToolName, ToolNames};
pub use not_an_answer::NotAnAnswer;
pub use part::{Citation, Part, Signature, Source, ToolCall, ToolResult};
pub use request::{Choice, Effort, Format, Request, Role, Sampling, Thinking, Tool, ToolKind, Turn};
pub use response::Response;
pub use response_identity::ResponseIdentity;
pub use stop::Stop;
pub use untranslatable::Untranslatable;
