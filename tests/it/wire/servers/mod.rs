//! Strict servers: each refuses what the real one is known to refuse, in its own words.

pub mod checks;
pub mod claude;
pub mod gemini;
pub mod hosts;
pub mod mistral;
pub mod openai;
pub mod steering;
pub mod thinkers;

use crossmodel::domain::Protocol;
use serde_json::{Map, Value};

/// Whether a server takes a request, or what it says of it.
pub type Checked = Result<(), String>;

/// What a server wants to see again of an answer.
#[derive(Clone, Debug, Default)]
pub struct Made {
    /// The words of its thoughts; empty if it had none.
    pub words: String,
    /// Its signature; empty if it has none.
    pub seal: String,
    /// The conversation before it, for servers that bind signatures to it.
    pub before: Value,
    pub has_calls: bool,
}

/// The members of an object.
pub fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("no object: {value}"))
}

/// The elements of a list under a key.
pub fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A text under a key.
pub fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// The protocol of a server's answers.
pub fn is_messages(protocol: Protocol) -> bool {
    protocol == Protocol::AnthropicMessages
}
