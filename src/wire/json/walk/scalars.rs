//! The values that have no other values in them: strings, numbers and words.

use super::Walk;
use crate::wire::json::error::JsonError;

impl Walk<'_> {
    pub(super) fn string(&mut self) -> Result<(), JsonError> {
        self.at += 1;
        loop {
            self.plain();
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => self.escape()?,
                _ => return Err(self.unexpected()),
            }
        }
    }

    #[inline]
    fn escape(&mut self) -> Result<(), JsonError> {
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
        Ok(())
    }

    /// Passes over string text up to a quote, a backslash or a control character. Most strings are keys and end within a few
    /// bytes; the others are long texts, and are searched as a whole.
    fn plain(&mut self) {
        for _ in 0..2 {
            if self.plain_word() {
                return;
            }
        }

        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        let run = rest.get(..end).unwrap_or_default();

        // The lowest of all, without an exit in the middle: the compiler compares many at once.
        let lowest = run.iter().fold(u8::MAX, |lowest, &b| lowest.min(b));
        self.at += if lowest >= 0x20 {
            end
        } else {
            run.iter().position(|&b| b < 0x20).unwrap_or(end)
        };
    }

    /// As [`plain`](Self::plain), for the next eight bytes; `true` if the end is among them.
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

    pub(super) fn number(&mut self) -> Result<(), JsonError> {
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

    pub(super) fn word(&mut self, word: &[u8]) -> Result<(), JsonError> {
        for &expected in word {
            if self.peek()? != expected {
                return Err(self.unexpected());
            }
            self.at += 1;
        }
        Ok(())
    }
}
