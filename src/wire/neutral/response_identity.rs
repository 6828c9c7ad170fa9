//! What an answer of ours says of itself.

use serde_json::{Map, Value};

use super::names::ToolNames;

/// What a writer of answers has to know beside the answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResponseIdentity {
    /// Unique text of `a-z 0-9`, of which ids are made: `chatcmpl-…`, `msg_…`, `resp_…`, and those of their items.
    pub id: String,
    /// The model's name, as the client is to read it.
    pub model: String,
    /// When the request arrived, in unix seconds.
    pub created: i64,
    /// The client asked for the extra chunk with usage (chat streams).
    pub include_usage: bool,
    /// How the client calls its tools.
    pub names: ToolNames,
    /// The fields of the request that the answer repeats (Responses).
    pub echo: Map<String, Value>,
}
