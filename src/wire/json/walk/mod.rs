//! The strict walk: checks that a text is JSON, and says where the members of its object lie.

use super::error::{JsonError, MAX_DEPTH};
use super::span::Span;

mod scalars;
#[cfg(test)]
mod tests;

/// A reader of one JSON text. It stands at one byte of it, and each step moves it on.
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

    /// Passes over a key and its colon, to the first byte of the value.
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

    /// Passes over one value of any kind, `depth` levels below the top. Open objects and arrays are bits, not stack frames.
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
