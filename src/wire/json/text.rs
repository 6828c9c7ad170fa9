//! Texts as JSON strings, and back.

use std::borrow::Cow;

/// The value of a JSON string, with its escapes undone. `quoted` is the string with its quotes; `None` if an escape
/// names half a surrogate pair.
pub fn unquote(quoted: &str) -> Option<Cow<'_, str>> {
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Some(inner.into());
    }

    serde_json::from_str::<String>(quoted).ok().map(Into::into)
}

/// `text` as a JSON string, quotes included.
pub fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
