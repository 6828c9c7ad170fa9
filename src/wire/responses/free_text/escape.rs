//! The text of a JSON string whose end may not have arrived.

use super::State;

/// Decodes a JSON string from the byte `at` on, as far as it is complete. Returns the text and the next state.
pub(super) fn decode(arguments: &str, at: usize) -> (String, State) {
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

/// The character of the escape at the start of `text`, and the escape's length in bytes. `None` if it is not complete yet.
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
        // A quote, a backslash, a slash, or any other character that a model writes after a backslash: it means itself.
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

    // Without four digits it is no escape: the letter means itself.
    let Some(first) = hex(2)? else { return Some(('u', 2)) };
    if !(0xD800..0xDC00).contains(&first) {
        return Some((char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 6));
    }

    // A character in two halves.
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
