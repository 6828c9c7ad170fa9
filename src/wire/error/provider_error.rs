//! The body of a provider's error, in the many shapes that providers use.

use serde_json::Value;

/// A provider's error body: message, type, param and code, wherever the provider puts them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderError {
    /// Text for a person.
    pub message: Option<String>,
    /// The error's type, such as `overloaded_error`.
    pub kind: Option<String>,
    /// The key of the request that the error is about.
    pub param: Option<String>,
    /// The error's code; numbers and statuses are not codes.
    pub code: Option<String>,
    /// The text that the model wrote and the provider could not read (`failed_generation`).
    pub failed_generation: Option<Box<str>>,
}

impl ProviderError {
    /// Characters of a message that are passed on, at most.
    const LONGEST: usize = 1_000;
    /// Bytes of a type, param or code, at most: anything longer is no word.
    const LONGEST_WORD: usize = 64;
    /// Characters of a failed generation, at most.
    const LONGEST_GENERATION: usize = 16_000;

    /// Reads the error shapes of OpenAI, Anthropic, OpenRouter, Gemini (`error` an object), Mistral (at the top) and of
    /// small servers (`detail`, or `error` as text). Any other body gives an error without fields.
    pub fn read(body: &[u8]) -> Self {
        serde_json::from_slice::<Value>(body)
            .map(|value| Self::of(&value))
            .unwrap_or_default()
    }

    /// Reads a body that is parsed already.
    pub fn of(value: &Value) -> Self {
        // Gemini wraps its error in a list of one.
        let value = value.get(0).unwrap_or(value);
        let error = value.get("error").filter(|error| error.is_object()).unwrap_or(value);
        let text = |key: &str| error.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let text_at = |path: &str| error.pointer(path).and_then(Value::as_str);

        let message = text("message")
            .or_else(|| value.get("error").and_then(Value::as_str))
            .or_else(|| text("detail"))
            .or_else(|| text_at("/message/detail/0/msg"))
            .or_else(|| text_at("/detail/0/msg"));
        let word = |key: &str| {
            text(key)
                .filter(|word| word.len() <= Self::LONGEST_WORD)
                .map(str::to_owned)
        };

        Self {
            message: message.map(Self::shortened),
            kind: word("type").filter(|kind| kind != "error"),
            param: word("param").or_else(|| location(error)),
            code: word("code"),
            failed_generation: text("failed_generation")
                .map(|text| text.chars().take(Self::LONGEST_GENERATION).collect::<String>().into()),
        }
    }

    /// A message as clients may read it: without control characters, and not longer than 1,000 characters.
    pub fn shortened(text: &str) -> String {
        text.chars()
            .filter(|c| !c.is_control() || *c == '\n')
            .take(Self::LONGEST)
            .collect()
    }
}

/// The key that a checker of the request's shape names (`loc`, FastAPI's way): the path to it begins with `body`.
fn location(error: &Value) -> Option<String> {
    let loc = ["/message/detail/0/loc", "/detail/0/loc"].into_iter();
    let path = loc.filter_map(|at| error.pointer(at)?.as_array()).next()?;
    let parts = path.iter().skip(1).map(|part| match part {
        Value::String(name) => name.clone(),
        other => other.to_string(),
    });
    let path: Vec<String> = parts.collect();
    Some(path.join(".")).filter(|path| !path.is_empty() && path.len() <= ProviderError::LONGEST_WORD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_errors_are_understood_in_all_their_shapes() {
        for (body, message, code) in [
            (
                r#"{"error":{"message":"m","type":"t","param":null,"code":"c"}}"#,
                Some("m"),
                Some("c"),
            ),
            (
                r#"{"type":"error","error":{"type":"overloaded_error","message":"m"}}"#,
                Some("m"),
                None,
            ),
            (r#"{"error":{"code":429,"message":"m","metadata":{}}}"#, Some("m"), None),
            (
                r#"{"object":"error","message":"m","type":"t","code":"1"}"#,
                Some("m"),
                Some("1"),
            ),
            (
                r#"{"object":"error","message":{"detail":[{"msg":"m"}]}}"#,
                Some("m"),
                None,
            ),
            (r#"{"detail":[{"msg":"m"}]}"#, Some("m"), None),
            (
                r#"[{"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT"}}]"#,
                Some("m"),
                None,
            ),
            (r#"{"error":"m"}"#, Some("m"), None),
            (r#"{"detail":"m"}"#, Some("m"), None),
            ("<html>", None, None),
            ("3", None, None),
        ] {
            let error = ProviderError::read(body.as_bytes());

            assert_eq!(
                (error.message.as_deref(), error.code.as_deref()),
                (message, code),
                "{body}"
            );
        }
    }
}
