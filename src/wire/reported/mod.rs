//! Finds failures behind the status 200: the provider's body is not an answer but a report of a failure, or empty.
//!
//! The known shapes are: an `error` that is an object or a text (nearly every provider), `type` or `object` that say
//! `error` (Anthropic, Mistral, vLLM), a list of one `error` (Google), `code` with `msg` or `message` and no answer beside it
//! (Chinese hosts), `base_resp.status_code` other than 0 (MiniMax), a `Response` whose status is `failed` (OpenAI).

mod status;
#[cfg(test)]
mod tests;

use serde_json::Value;

use self::status::{status, texts};
use super::error::ProviderError;
use crate::domain::Protocol;

/// A provider's report of a failure in place of an answer. An `error` without a message means that the provider sent an
/// empty answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reported {
    /// The HTTP status that the failure should have, 400 to 599, if its number or its words say so.
    pub status: Option<u16>,
    /// The error that the provider reports.
    pub error: ProviderError,
}

impl Reported {
    /// Reads a text that is known not to be an answer.
    pub fn read(text: &[u8]) -> Self {
        match serde_json::from_slice::<Value>(text) {
            Ok(value) => Self::of(&value),
            Err(_) => Self::default(),
        }
    }

    /// Reads a value that is known to report a failure.
    fn of(value: &Value) -> Self {
        // Google's error is in a list of one; OpenAI's failed `Response` stands in its event.
        let value = value.get(0).unwrap_or(value);
        let value = value
            .get("response")
            .filter(|response| !is_nothing(response.get("error")))
            .unwrap_or(value);

        let mut error = ProviderError::of(value);
        if error.message.is_none() {
            error.message = texts(value)
                .find(|text| text.contains(' '))
                .map(ProviderError::shortened);
        }

        Self {
            status: status(value),
            error,
        }
    }

    /// The failure that a whole answer in `protocol` reports, without a message if the answer is empty; `None` if it may be an
    /// answer.
    pub fn in_answer(protocol: Protocol, answer: &Value) -> Option<Self> {
        if is_report(answer) {
            return Some(Self::of(answer));
        }

        let is_empty = |key: &str| answer.get(key).is_some_and(|value| is_nothing(Some(value)));
        let empty = match protocol {
            Protocol::OpenaiChat | Protocol::Gemini => {
                is_empty("choices") || (answer.get("choices").is_none() && is_empty("data"))
            }
            // A model that has nothing more to say after a tool's result ends its turn with no content.
            Protocol::AnthropicMessages => is_empty("content") && is_nothing(answer.get("stop_reason")),
            Protocol::OpenaiResponses => false,
        };
        empty.then(Self::default)
    }

    /// The failure that one event of a stream reports; `None` if it reports none.
    pub fn in_event(event: &Value) -> Option<Self> {
        let failed = event.get("type").and_then(Value::as_str) == Some("response.failed");
        (failed || is_report(event)).then(|| Self::of(event))
    }
}

/// Whether a value says that a call failed.
fn is_report(value: &Value) -> bool {
    let word = |key: &str| value.get(key).and_then(Value::as_str);

    if let Some(first) = value.get(0) {
        return !is_nothing(first.get("error"));
    }
    if !is_nothing(value.get("error")) || word("type") == Some("error") || word("object") == Some("error") {
        return true;
    }
    if word("object") == Some("response") && word("status") == Some("failed") {
        return true;
    }
    if value
        .pointer("/base_resp/status_code")
        .and_then(Value::as_i64)
        .is_some_and(|code| code != 0)
    {
        return true;
    }

    let is_answer = ["choices", "content", "output", "data", "delta", "usage", "id"]
        .iter()
        .any(|key| value.get(key).is_some());
    value.get("code").is_some() && (word("msg").is_some() || word("message").is_some()) && !is_answer
}

/// Whether a value is absent, null, false or empty.
fn is_nothing(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(list)) => list.is_empty(),
        Some(Value::Object(object)) => object.is_empty(),
        Some(_) => false,
    }
}
