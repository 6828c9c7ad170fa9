//! The shape of an answer in words, for models that cannot be held to it.

use serde_json::Value;

/// The instruction for some JSON object.
pub const JSON_ONLY: &str = "Answer with one JSON object and nothing else: no words around it, no Markdown fence.";

/// The instruction for JSON that a schema describes.
pub fn schema_in_words(schema: &Value) -> String {
    format!("Answer with one JSON object and nothing else. It must match this JSON schema:\n{schema}")
}
