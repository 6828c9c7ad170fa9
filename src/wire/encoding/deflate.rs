//! `deflate`: with the header of RFC 1950 or, as some servers send it, without.

use flate2::Decompress;

use super::error::DecodeError;
use super::inflate::inflate;
use super::input::advance;
use super::name::Encoding;

const INVALID: DecodeError = DecodeError::Invalid(Encoding::Deflate);

/// Decodes one body of either format.
#[derive(Default)]
pub(super) struct Deflate {
    /// The first bytes, until they show which of the two formats it is.
    first: Vec<u8>,
    inflate: Option<Decompress>,
    ended: bool,
}

impl Deflate {
    pub(super) fn decode(&mut self, input: &mut &[u8], out: &mut [u8]) -> Result<usize, DecodeError> {
        if self.ended {
            return if input.is_empty() {
                Ok(0)
            } else {
                Err(DecodeError::Trailing(Encoding::Deflate))
            };
        }

        let inflating = match &mut self.inflate {
            Some(inflating) => inflating,
            None => {
                let more = input.len().min(2 - self.first.len());
                self.first.extend_from_slice(input.get(..more).unwrap_or_default());
                advance(input, more);
                let &[method, flags] = self.first.as_slice() else {
                    return Ok(0);
                };

                let with_header = method & 0x8f == 8 && u16::from_be_bytes([method, flags]) % 31 == 0;
                let inflating = self.inflate.insert(Decompress::new(with_header));
                let (written, ended) = inflate(inflating, &mut self.first.as_slice(), out).ok_or(INVALID)?;
                self.ended = ended;
                if written > 0 {
                    return Ok(written);
                }
                if ended {
                    return self.decode(input, out);
                }
                inflating
            }
        };

        let (written, ended) = inflate(inflating, input, out).ok_or(INVALID)?;
        self.ended = ended;
        if written == 0 && ended && !input.is_empty() {
            return Err(DecodeError::Trailing(Encoding::Deflate));
        }
        Ok(written)
    }

    pub(super) fn is_ended(&self) -> bool {
        self.ended
    }
}
