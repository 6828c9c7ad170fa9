//! The few keys of a request that the gateway decides on, found in one strict pass, and the edit of the body for the
//! provider: only `model`, and `stream_options.include_usage` where it is needed; every other byte stays.

mod beyond;
mod error;
mod limits;
mod read;
mod rewrite;
mod stream_options;
#[cfg(test)]
mod tests;
mod tier;
mod top_field;
mod top_members;
mod uses;

pub use beyond::Beyond;
pub use error::{ControlError, MAX_MODEL};
pub use read::Control;
pub use rewrite::{AskUsage, Piece, model_literal};
pub use top_field::{FieldSet, TopField};
pub use top_members::{TopMember, TopMembers};
