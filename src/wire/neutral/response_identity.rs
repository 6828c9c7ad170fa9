//! The fields of an answer that the gateway fills in.

use serde_json::{Map, Value};

use super::names::ToolNames;

/// The data that a writer of answers needs besides the answer itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResponseIdentity {
    /// A unique text of `a-z 0-9`. The ids of the answer and its items contain it: `chatcmpl-…`, `msg_…`, `resp_…`.
    pub id: String,
    /// The model's name for the client.
    pub model: String,
    /// The time of the request in unix seconds.
    pub created: i64,
    /// Whether the client asked for the extra chunk with usage (chat streams).
    pub include_usage: bool,
    /// The client's names of its tools.
    pub names: ToolNames,
    /// The fields of the request that the answer repeats (Responses).
    pub echo: Map<String, Value>,
}
