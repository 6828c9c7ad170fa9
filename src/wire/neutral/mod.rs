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

mod ask;
mod event;
mod names;
mod node;
mod not_an_answer;
mod part;
mod refused;
mod reply;
mod shown;
mod target;

pub use ask::{Ask, Choice, Effort, Format, Role, Sampling, Thinking, Tool, ToolKind, Turn};
pub use event::Event;
pub use names::{ToolName, ToolNames};
pub use node::Node;
pub use not_an_answer::NotAnAnswer;
pub use part::{Citation, Part, Seal, Source, ToolCall, ToolResult};
pub use refused::Refused;
pub use reply::{Reply, Stop};
pub use shown::Shown;
pub use target::{MaxTokensField, Takes, ThinkingSwitch};
