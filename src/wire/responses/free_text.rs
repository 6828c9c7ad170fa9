//! The free text of a custom tool, out of the JSON arguments of the function that stood for it.
//!
//! Other protocols know a custom tool as a function with one text, `input`. What the model writes is then
//! `{"input": "…"}`, and arrives in pieces; the client wants the text between the quotes, escapes undone, as it comes.

use std::borrow::Cow;

use serde_json::Value;

/// The text in whole arguments. A model that did not write `{"input": "…"}` wrote something else as well as it could: the
/// only text of an object, or what it wrote as it is.
pub(super) fn of_arguments(arguments: &str) -> Cow<'_, str> {
    let Ok(Value::Object(mut object)) = serde_json::from_str::<Value>(arguments) else {
        return arguments.into();
    };
    if let Some(Value::String(input)) = object.remove("input") {
        return input.into();
    }
    let only = object.len() == 1;
    match object.into_iter().next() {
        Some((_, Value::String(text))) if only => text.into(),
        _ => arguments.into(),
    }
}

/// The same, of arguments that arrive in pieces.
#[derive(Debug, Default)]
pub(super) struct FreeText {
    /// All that arrived.
    arguments: String,
    /// All that was handed out.
    text: String,
    state: State,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    /// The text has not begun.
    #[default]
    Before,
    /// The text goes on at this byte of the arguments.
    Inside(usize),
    /// The text has ended, or it is none that can be handed out before all of it is there.
    Over,
}

impl FreeText {
    /// Takes a piece of the arguments; returns what it adds to the text.
    pub fn push(&mut self, piece: &str) -> String {
        self.arguments.push_str(piece);
        if self.state == State::Before {
            self.state = begin(&self.arguments);
        }
        let State::Inside(at) = self.state else {
            return String::new();
        };
        let (added, next) = decode(&self.arguments, at);
        self.state = next;
        self.text.push_str(&added);
        added
    }

    /// The whole text, and what of it was not handed out.
    pub fn finish(self) -> (String, String) {
        if self.text.is_empty() {
            let text = of_arguments(&self.arguments).into_owned();
            return (text.clone(), text);
        }
        // Once text went out it stays as it is, even if the arguments broke off.
        (self.text, String::new())
    }
}

/// Looks for `{"input":"`.
fn begin(arguments: &str) -> State {
    let mut rest = arguments;
    for token in ["{", "\"input\"", ":", "\""] {
        rest = rest.trim_start();
        match rest.strip_prefix(token) {
            Some(after) => rest = after,
            None if token.starts_with(rest) => return State::Before,
            None => return State::Over,
        }
    }
    State::Inside(arguments.len() - rest.len())
}

/// The text of a JSON string from `at` on, as far as it can be told, and how it goes on.
fn decode(arguments: &str, at: usize) -> (String, State) {
    let rest = arguments.get(at..).unwrap_or_default();
    let mut text = String::new();
    let mut done = 0;
    loop {
        let ahead = rest.get(done..).unwrap_or_default();
        let plain = ahead.find(['"', '\\']).unwrap_or(ahead.len());
        text.push_str(ahead.get(..plain).unwrap_or_default());
        done += plain;
        let ahead = ahead.get(plain..).unwrap_or_default();
        if ahead.starts_with('"') {
            return (text, State::Over);
        }
        match escape(ahead) {
            Some((character, length)) => {
                text.push(character);
                done += length;
            }
            None => return (text, State::Inside(at + done)),
        }
    }
}

/// The character that an escape at the start of `text` stands for, and the escape's length; `None` if it is not whole yet.
fn escape(text: &str) -> Option<(char, usize)> {
    let mut bytes = text.bytes();
    if bytes.next()? != b'\\' {
        return None;
    }
    let simple = match bytes.next()? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'u' => return unicode(text),
        // A quote, a backslash, a slash; whatever else models write after a backslash means itself.
        _ => {
            let itself = text.chars().nth(1)?;
            return Some((itself, 1 + itself.len_utf8()));
        }
    };
    Some((simple, 2))
}

fn unicode(text: &str) -> Option<(char, usize)> {
    let hex = |from: usize| {
        let digits = text.as_bytes().get(from..from + 4)?;
        let digits = std::str::from_utf8(digits)
            .ok()
            .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        Some(digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()))
    };
    // Not an escape at all: the letter stands for itself.
    let Some(first) = hex(2)? else { return Some(('u', 2)) };
    if !(0xD800..0xDC00).contains(&first) {
        return Some((char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 6));
    }
    let more = text.get(6..).unwrap_or_default();
    if more.len() < 2 && "\\u".starts_with(more) {
        return None;
    }
    if !more.starts_with("\\u") {
        return Some((char::REPLACEMENT_CHARACTER, 6));
    }
    let second = hex(8)?;
    let Some(second) = second.filter(|second| (0xDC00..0xE000).contains(second)) else {
        return Some((char::REPLACEMENT_CHARACTER, 6));
    };
    let whole = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    Some((char::from_u32(whole).unwrap_or(char::REPLACEMENT_CHARACTER), 12))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pushed(pieces: &[&str]) -> (String, String) {
        let mut text = FreeText::default();
        let mut out: String = pieces.iter().map(|piece| text.push(piece)).collect();
        let (whole, rest) = text.finish();
        out.push_str(&rest);
        (out, whole)
    }

    #[test]
    fn the_text_comes_out_as_it_arrives() {
        let mut text = FreeText::default();

        assert_eq!(text.push("{\"in"), "");
        assert_eq!(text.push("put\": \"ab"), "ab");
        assert_eq!(text.push("c\\"), "c");
        assert_eq!(text.push("nd\\ud83d"), "\nd");
        assert_eq!(text.push("\\ude00\"}"), "😀");
        assert_eq!(text.finish(), ("abc\nd😀".to_owned(), String::new()));
    }

    #[test]
    fn what_is_no_such_object_is_taken_as_it_is() {
        assert_eq!(of_arguments("{\"input\":\"x\",\"y\":1}"), "x");
        assert_eq!(of_arguments("{\"patch\":\"x\"}"), "x");
        assert_eq!(of_arguments("{\"a\":\"x\",\"b\":\"y\"}"), "{\"a\":\"x\",\"b\":\"y\"}");
        assert_eq!(of_arguments("*** Begin Patch"), "*** Begin Patch");
        assert_eq!(
            pushed(&["{\"y\":1,\"inp", "ut\":\"x\"}"]),
            ("x".to_owned(), "x".to_owned())
        );
        assert_eq!(pushed(&["{\"input\":\"x"]), ("x".to_owned(), "x".to_owned()));
        assert_eq!(pushed(&["ls"]), ("ls".to_owned(), "ls".to_owned()));
    }

    proptest! {
        #[test]
        fn any_text_in_any_pieces_comes_out_whole(text in any::<String>(), spaced: bool, ascii: bool, size in 1..9_usize) {
            let mut arguments = serde_json::json!({"input": text}).to_string();
            if spaced { arguments = arguments.replacen(":", " : ", 1); }
            if ascii {
                arguments = arguments.chars().map(|c| if c.is_ascii() { c.to_string() } else {
                    c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
                }).collect();
            }
            let characters: Vec<char> = arguments.chars().collect();
            let pieces: Vec<String> = characters.chunks(size).map(|piece| piece.iter().collect()).collect();
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();

            prop_assert_eq!(pushed(&pieces), (text.clone(), text));
        }
    }
}
