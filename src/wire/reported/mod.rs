//! Errors that come as a success: a provider answers 200, and what it sends is no answer but a report of a failure, or
//! nothing at all.
//!
//! Shapes that are known: an `error` that is an object or a text (nearly every provider), `type` or `object` that say
//! `error` (Anthropic, Mistral, vLLM), a list of one `error` (Google), `code` with `msg` or `message` and no answer beside it
//! (Chinese hosts), `base_resp.status_code` other than 0 (MiniMax), a `Response` whose status is `failed` (OpenAI).

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::error::ProviderError;
use crate::domain::Protocol;

/// What a provider reported where an answer should be. Without a message it sent nothing that could be one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reported {
    /// The HTTP status that it would have, 400 to 599, if its number or its words say so.
    pub status: Option<u16>,
    /// What it says.
    pub error: ProviderError,
}

impl Reported {
    /// Reads any text that is known not to be an answer.
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
        let mut told = ProviderError::of(value);
        if told.message.is_none() {
            told.message = texts(value)
                .find(|text| text.contains(' '))
                .map(ProviderError::shortened);
        }
        Self {
            status: status(value),
            error: told,
        }
    }

    /// What a whole answer in `protocol` reports, or that there is nothing in it; `None` if it may be an answer.
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

    /// What one event of a stream reports; `None` if it is no failure.
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

/// Whether a value is not there, or holds nothing.
fn is_nothing(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(list)) => list.is_empty(),
        Some(Value::Object(object)) => object.is_empty(),
        Some(_) => false,
    }
}

/// The texts of a report that may say what went wrong.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    const PLACES: [&str; 10] = [
        "/error",
        "/error/message",
        "/error/type",
        "/error/code",
        "/error/status",
        "/message",
        "/msg",
        "/code",
        "/type",
        "/base_resp/status_msg",
    ];
    PLACES.iter().filter_map(|place| value.pointer(place)?.as_str())
}

fn status(value: &Value) -> Option<u16> {
    const NUMBERS: [&str; 7] = [
        "/error/code",
        "/error/status",
        "/error/status_code",
        "/error/http_code",
        "/code",
        "/status",
        "/status_code",
    ];
    let number = |place: &&str| {
        let number = value.pointer(place)?;
        let number = number.as_u64().or_else(|| number.as_str()?.parse().ok())?;
        u16::try_from(number).ok().filter(|status| (400..600).contains(status))
    };
    if let Some(status) = NUMBERS.iter().find_map(number) {
        return Some(status);
    }
    if let Some(code) = value.pointer("/base_resp/status_code").and_then(Value::as_i64) {
        return minimax(code);
    }
    texts(value).find_map(in_words)
}

/// The status for one of MiniMax's own numbers (platform.minimax.io, error codes).
fn minimax(code: i64) -> Option<u16> {
    match code {
        1002 | 1039 => Some(429),
        1004 | 2049 => Some(401),
        1008 => Some(402),
        2013 => Some(400),
        _ => None,
    }
}

/// The status that a text speaks of. The first row that fits counts.
fn in_words(text: &str) -> Option<u16> {
    const WORDS: [(u16, &[&str]); 9] = [
        (529, &["overloaded", "over capacity"]),
        (
            402,
            &[
                "insufficient_quota",
                "insufficient_balance",
                "insufficient balance",
                "billing",
            ],
        ),
        (
            429,
            &[
                "rate_limit",
                "rate limit",
                "ratelimit",
                "too_many_requests",
                "too many requests",
                "resource_exhausted",
                "throttl",
            ],
        ),
        (
            401,
            &[
                "authentication",
                "unauthorized",
                "unauthenticated",
                "invalid_api_key",
                "api key",
            ],
        ),
        (403, &["permission_denied", "permission_error", "forbidden"]),
        (504, &["timeout", "timed out", "deadline_exceeded"]),
        (503, &["unavailable", "try again later"]),
        (
            400,
            &[
                "invalid_request",
                "invalid_argument",
                "invalid_parameter",
                "bad_request",
                "bad request",
                "context_length_exceeded",
                "maximum context length",
                "prompt is too long",
                "content_policy",
            ],
        ),
        (500, &["internal", "server_error", "server error"]),
    ];
    let text = text.to_ascii_lowercase();
    WORDS
        .iter()
        .find(|(_, words)| words.iter().any(|word| text.contains(word)))
        .map(|(status, _)| *status)
}
