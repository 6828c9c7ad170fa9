//! The HTTP status that a reported failure should have.

use serde_json::Value;

/// Words in a provider's message, with the status that each speaks of. The first row that fits counts.
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

/// The texts of a report that may say why the call failed.
pub(super) fn texts(value: &Value) -> impl Iterator<Item = &str> {
    const PATHS: [&str; 10] = [
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

    PATHS.iter().filter_map(|path| value.pointer(path)?.as_str())
}

/// The HTTP status that a report speaks of, in a number or in words.
pub(super) fn status(value: &Value) -> Option<u16> {
    const NUMBERS: [&str; 7] = [
        "/error/code",
        "/error/status",
        "/error/status_code",
        "/error/http_code",
        "/code",
        "/status",
        "/status_code",
    ];

    let number = |path: &&str| {
        let number = value.pointer(path)?;
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

fn in_words(text: &str) -> Option<u16> {
    let text = text.to_ascii_lowercase();
    WORDS
        .iter()
        .find(|(_, words)| words.iter().any(|word| text.contains(word)))
        .map(|(status, _)| *status)
}
