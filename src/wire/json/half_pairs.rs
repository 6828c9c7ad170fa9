//! Halves of surrogate pairs. Clients that cut texts between two UTF-16 units write `"\ud83d"`, which is no character.

use std::borrow::Cow;

use serde_json::Value;

/// Parses JSON text, in which half a pair stands for U+FFFD.
///
/// # Errors
/// If it is no JSON.
pub fn parse(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text).or_else(|error| match mended(text) {
        Some(text) => serde_json::from_str(&text),
        None => Err(error),
    })
}

/// The value of a JSON string with its quotes, in which half a pair stands for U+FFFD.
pub(super) fn unquote_mended(quoted: &str) -> Option<Cow<'_, str>> {
    let mended = mended(quoted)?;
    serde_json::from_str::<String>(&mended).ok().map(Cow::Owned)
}

/// JSON text with `\ufffd` in the place of each half of a pair; `None` if there is none.
fn mended(text: &str) -> Option<String> {
    let mut out = String::new();
    let (mut kept, mut at) = (0, 0);
    while let Some(found) = memchr::memchr(b'\\', text.as_bytes().get(at..)?) {
        let start = at + found;
        at = start + 2;
        let Some(unit) = unit_at(text, start).filter(|unit| (0xd800..0xe000).contains(unit)) else {
            continue;
        };

        at = start + 6;
        let is_pair = unit < 0xdc00 && unit_at(text, at).is_some_and(|next| (0xdc00..0xe000).contains(&next));
        if is_pair {
            at += 6;
            continue;
        }
        out.push_str(text.get(kept..start)?);
        out.push_str("\\ufffd");
        kept = at;
    }

    (kept > 0).then(|| {
        out.push_str(text.get(kept..).unwrap_or_default());
        out
    })
}

/// The UTF-16 unit of the escape that begins at `at`, if it is one.
fn unit_at(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn half_a_pair_is_the_replacement_character_and_whole_ones_stay() {
        for (text, value) in [
            (r#""cut \ud83d""#, "cut \u{fffd}"),
            (r#""\udc4d first""#, "\u{fffd} first"),
            (r#""\ud83d\ud83d\udc4d""#, "\u{fffd}\u{1f44d}"),
            (r#""\ud83dA""#, "\u{fffd}A"),
            (r#""a\\\ud83d""#, "a\\\u{fffd}"),
            (r#""\\ud83d""#, "\\ud83d"),
            (r#""é\n👍""#, "é\n👍"),
        ] {
            assert_eq!(parse(text).unwrap(), json!(value), "{text}");
        }

        assert_eq!(unquote_mended(r#""\uD83D""#).as_deref(), Some("\u{fffd}"));
        assert!(parse(r#"{"a": "\ud83d""#).is_err() && parse("[1,]").is_err());
    }
}
