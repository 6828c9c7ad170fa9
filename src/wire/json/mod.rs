//! A strict walk over JSON text that builds nothing: it checks the grammar and says where values lie.
//!
//! Bodies are forwarded as they came, so what the gateway decides on and what the provider reads must be the same text.
//! That needs the place of a few values, not a tree of all of them.

mod members;

pub use members::{Member, Members};

/// Nesting deeper than this is refused, as `serde_json` does.
pub const MAX_DEPTH: u32 = 127;

/// Where a value lies in the text, in bytes: `start` is its first byte, `end` is after its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// The text it covers.
    pub fn of<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start..self.end).unwrap_or_default()
    }

    /// How many bytes it covers.
    pub fn len(&self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether it covers nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Where and why the text is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// The text ends before the value does.
    #[error("the text ends too early")]
    Ends,
    /// A byte that may not stand there.
    #[error("unexpected character at byte {0}")]
    Unexpected(usize),
    /// More than [`MAX_DEPTH`] levels.
    #[error("it is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
}

/// A reader of one JSON text.
#[derive(Clone, Debug)]
pub struct Walk<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Walk<'a> {
    /// A walk from the start of `text`, which is known to be UTF-8.
    pub fn new(text: &'a str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
        }
    }

    /// Calls `member` with the span of each key (quotes included) and value of the object that the whole text is.
    ///
    /// # Errors
    /// If the text is not exactly one JSON object, or `member` refuses.
    pub fn object<E: From<JsonError>>(mut self, mut member: impl FnMut(Span, Span) -> Result<(), E>) -> Result<(), E> {
        self.space();
        if self.peek()? != b'{' {
            return Err(self.unexpected().into());
        }
        self.at += 1;
        self.space();
        if self.peek()? == b'}' {
            self.at += 1;
        } else {
            loop {
                let key = self.key()?;
                let value = self.value(1)?;
                member(key, value)?;
                self.space();
                match self.peek()? {
                    b',' => self.at += 1,
                    b'}' => {
                        self.at += 1;
                        break;
                    }
                    _ => return Err(self.unexpected().into()),
                }
                self.space();
            }
        }
        self.space();
        if self.at == self.text.len() {
            Ok(())
        } else {
            Err(self.unexpected().into())
        }
    }

    /// A key and its colon; stands at the value's first byte afterwards.
    fn key(&mut self) -> Result<Span, JsonError> {
        if self.peek()? != b'"' {
            return Err(self.unexpected());
        }
        let start = self.at;
        self.string()?;
        let key = Span { start, end: self.at };
        self.space();
        if self.peek()? != b':' {
            return Err(self.unexpected());
        }
        self.at += 1;
        self.space();
        Ok(key)
    }

    /// One value of any kind, `depth` levels below the top. Open objects and arrays are bits, not stack frames.
    fn value(&mut self, depth: u32) -> Result<Span, JsonError> {
        let start = self.at;
        // The lowest bit is the innermost level: 1 for an object, 0 for an array.
        let (mut open, mut levels) = (0_u128, 0_u32);
        loop {
            match self.peek()? {
                b'"' => self.string()?,
                b'-' | b'0'..=b'9' => self.number()?,
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                bracket @ (b'{' | b'[') => {
                    let object = bracket == b'{';
                    if depth + levels >= MAX_DEPTH {
                        return Err(JsonError::TooDeep);
                    }
                    self.at += 1;
                    self.space();
                    if self.peek()? == if object { b'}' } else { b']' } {
                        self.at += 1;
                    } else {
                        open = (open << 1) | u128::from(object);
                        levels += 1;
                        if object {
                            self.key()?;
                        }
                        continue;
                    }
                }
                _ => return Err(self.unexpected()),
            }
            // A value has ended: close what ends with it, then go on to the next one, if any.
            loop {
                if levels == 0 {
                    return Ok(Span { start, end: self.at });
                }
                self.space();
                let object = open & 1 == 1;
                match self.peek()? {
                    b',' => {
                        self.at += 1;
                        self.space();
                        if object {
                            self.key()?;
                        }
                        break;
                    }
                    b'}' if object => self.at += 1,
                    b']' if !object => self.at += 1,
                    _ => return Err(self.unexpected()),
                }
                open >>= 1;
                levels -= 1;
            }
        }
    }

    fn string(&mut self) -> Result<(), JsonError> {
        self.at += 1;
        loop {
            self.plain();
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => {
                    self.at += 1;
                    match self.peek()? {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
                        b'u' => {
                            self.at += 1;
                            for _ in 0..4 {
                                if !self.peek()?.is_ascii_hexdigit() {
                                    return Err(self.unexpected());
                                }
                                self.at += 1;
                            }
                        }
                        _ => return Err(self.unexpected()),
                    }
                }
                _ => return Err(self.unexpected()),
            }
        }
    }

    /// Passes over string text up to a quote, a backslash or a control character. Most strings are keys and end within a
    /// few bytes; those that do not are texts, and are looked at as a whole.
    fn plain(&mut self) {
        for _ in 0..2 {
            if self.plain_word() {
                return;
            }
        }
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        let run = rest.get(..end).unwrap_or_default();
        // The lowest of all, without a way out in the middle: the compiler compares many at once.
        let lowest = run.iter().fold(u8::MAX, |lowest, &b| lowest.min(b));
        self.at += if lowest >= 0x20 {
            end
        } else {
            run.iter().position(|&b| b < 0x20).unwrap_or(end)
        };
    }

    /// The same for the next eight bytes; `true` once the end is found.
    fn plain_word(&mut self) -> bool {
        const ONES: u64 = u64::MAX / 255;
        const HIGH: u64 = ONES << 7;
        let zero_byte = |v: u64| v.wrapping_sub(ONES) & !v & HIGH;
        let Some(chunk) = self.text.get(self.at..).and_then(|rest| rest.first_chunk::<8>()) else {
            while self
                .text
                .get(self.at)
                .is_some_and(|&b| b != b'"' && b != b'\\' && b >= 0x20)
            {
                self.at += 1;
            }
            return true;
        };
        let v = u64::from_le_bytes(*chunk);
        let stops = zero_byte(v ^ (ONES * u64::from(b'"')))
            | zero_byte(v ^ (ONES * u64::from(b'\\')))
            | (v.wrapping_sub(ONES * 0x20) & !v & HIGH);
        // The lowest marked byte is exact; only those above it may be marked by a borrow.
        self.at += if stops == 0 {
            8
        } else {
            stops.trailing_zeros() as usize / 8
        };
        stops != 0
    }

    fn number(&mut self) -> Result<(), JsonError> {
        if self.peek()? == b'-' {
            self.at += 1;
        }
        match self.peek()? {
            b'0' => self.at += 1,
            b'1'..=b'9' => self.digits(),
            _ => return Err(self.unexpected()),
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.text.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Ok(())
    }

    fn some_digits(&mut self) -> Result<(), JsonError> {
        if !self.peek()?.is_ascii_digit() {
            return Err(self.unexpected());
        }
        self.digits();
        Ok(())
    }

    fn digits(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), JsonError> {
        for &expected in word {
            if self.peek()? != expected {
                return Err(self.unexpected());
            }
            self.at += 1;
        }
        Ok(())
    }

    fn space(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Result<u8, JsonError> {
        self.text.get(self.at).copied().ok_or(JsonError::Ends)
    }

    fn unexpected(&self) -> JsonError {
        if self.at < self.text.len() {
            JsonError::Unexpected(self.at)
        } else {
            JsonError::Ends
        }
    }
}

/// The text of a JSON string, quotes included in `quoted`; `None` if an escape names half a surrogate pair.
pub fn unquote(quoted: &str) -> Option<std::borrow::Cow<'_, str>> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn accepts(text: &str) -> bool {
        Walk::new(text).object(|_, _| Ok::<(), JsonError>(())).is_ok()
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            ".*".prop_map(Into::into),
        ];
        leaf.prop_recursive(6, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                prop::collection::hash_map(".{0,6}", inner, 0..6).prop_map(|m| m.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_object_that_serde_writes_is_accepted(value in any_json()) {
            let object = serde_json::json!({ "a": value, "b": "x" });
            prop_assert!(accepts(&object.to_string()));
            prop_assert!(accepts(&serde_json::to_string_pretty(&object).unwrap()));
        }

        #[test]
        fn a_damaged_object_is_accepted_exactly_if_serde_accepts_it(
            value in any_json(), at in any::<prop::sample::Index>(), with in "[\\]\\[{}\",:\\\\0-9eE+.\\-ntu \\n\u{1}é]{0,2}"
        ) {
            let mut text = serde_json::json!({ "a": value }).to_string();
            let mut cut = at.index(text.len());
            while !text.is_char_boundary(cut) { cut -= 1; }
            let end = (cut + 1..=text.len()).find(|&e| text.is_char_boundary(e)).unwrap();
            text.replace_range(cut..end, &with);
            let serde = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text);
            // Serde also refuses half surrogates and numbers beyond f64, which are grammatical.
            if serde.is_ok() || !text.contains("\\u") && !text.contains(['e', 'E']) {
                prop_assert_eq!(accepts(&text), serde.is_ok(), "{}", text);
            }
        }
    }

    #[test]
    fn what_ends_a_string_is_found_wherever_it_stands() {
        for length in 0..100 {
            for (end, fine) in [
                ("\"", true),
                ("\\n\"", true),
                ("\n\"", false),
                ("\u{1f}\"", false),
                ("\\x\"", false),
            ] {
                for more in ["", "  ", " ,\"b\":\"0123456789012345678901234567890123456789\""] {
                    let text = format!("{{\"a\":\"{}{end}{more}}}", "é".repeat(length));
                    assert_eq!(accepts(&text), fine, "{text}");
                    let text = format!("{{\"a\":\"{}{end}{more}}}", "x".repeat(length));
                    assert_eq!(accepts(&text), fine, "{text}");
                }
            }
        }
    }

    #[test]
    fn the_deepest_accepted_nesting_is_127() {
        let deep = |n: usize| format!("{{\"a\":{}{}}}", "[".repeat(n - 1), "]".repeat(n - 1));

        assert!(accepts(&deep(127)));
        assert!(!accepts(&deep(128)));
        assert!(!accepts(&deep(200)));
    }

    #[test]
    fn only_one_object_and_nothing_after_it_is_accepted() {
        assert!(accepts(" {} \n"));
        for text in [
            "",
            " ",
            "[]",
            "1",
            "{} {}",
            "{}x",
            "{,}",
            "{\"a\":1,}",
            "{\"a\"}",
            "{a:1}",
            "{\"a\":01}",
            "{\"a\":.5}",
        ] {
            assert!(!accepts(text), "{text}");
        }
    }
}
