//! `gzip`: headers and trailers are read here, the compressed bytes by `flate2`.

use flate2::Decompress;

use super::error::DecodeError;
use super::inflate::inflate;
use super::input::advance;
use super::name::Encoding;

/// The longest header, in bytes: it may hold a file's name and a comment.
const LONGEST_HEADER: usize = 4 << 10;
/// Bytes of a trailer: a checksum and a length.
const TRAILER: usize = 8;

const INVALID: DecodeError = DecodeError::Invalid(Encoding::Gzip);

/// Decodes one body of one member or several.
pub(super) struct Gzip {
    at: Section,
    inflate: Decompress,
    checksum: crc32fast::Hasher,
    /// Decoded bytes of this member, modulo 2^32.
    size: u32,
    /// The bytes that have arrived of a header or a trailer.
    held: Vec<u8>,
}

/// The section of a member that the decoder is in.
enum Section {
    Header,
    Data,
    Trailer,
    /// Another member may follow.
    End,
}

impl Default for Gzip {
    fn default() -> Self {
        Self {
            at: Section::Header,
            inflate: Decompress::new(false),
            checksum: crc32fast::Hasher::new(),
            size: 0,
            held: Vec::new(),
        }
    }
}

impl Gzip {
    pub(super) fn decode(&mut self, input: &mut &[u8], out: &mut [u8]) -> Result<usize, DecodeError> {
        loop {
            match self.at {
                Section::Header if input.is_empty() => return Ok(0),
                Section::Header => self.read_header(input)?,
                Section::Data => {
                    let (written, ended) = inflate(&mut self.inflate, input, out).ok_or(INVALID)?;
                    self.checksum.update(out.get(..written).unwrap_or_default());
                    self.size = self.size.wrapping_add(written as u32);

                    if ended {
                        self.at = Section::Trailer;
                    }
                    if written > 0 || !ended {
                        return Ok(written);
                    }
                }
                Section::Trailer => {
                    self.read_trailer(input)?;
                    if matches!(self.at, Section::Trailer) {
                        return Ok(0);
                    }
                }
                Section::End => match input.first() {
                    None => return Ok(0),
                    Some(0x1f) => {
                        self.inflate.reset(false);
                        self.size = 0;
                        self.at = Section::Header;
                    }
                    Some(_) => return Err(DecodeError::Trailing(Encoding::Gzip)),
                },
            }
        }
    }

    /// Takes bytes of the header, and goes on to the data once it is complete.
    fn read_header(&mut self, input: &mut &[u8]) -> Result<(), DecodeError> {
        let before = self.held.len();
        let more = input.len().min(LONGEST_HEADER - before);
        self.held.extend_from_slice(input.get(..more).unwrap_or_default());

        match header(&self.held).ok_or(INVALID)? {
            Some(length) => {
                advance(input, length - before);
                self.held.clear();
                self.at = Section::Data;
            }
            None if self.held.len() == LONGEST_HEADER => return Err(INVALID),
            None => advance(input, more),
        }
        Ok(())
    }

    /// Takes bytes of the trailer, and goes on to the end once it is complete.
    fn read_trailer(&mut self, input: &mut &[u8]) -> Result<(), DecodeError> {
        let more = input.len().min(TRAILER - self.held.len());
        self.held.extend_from_slice(input.get(..more).unwrap_or_default());
        advance(input, more);
        if self.held.len() < TRAILER {
            return Ok(());
        }

        let trailer = std::mem::take(&mut self.held);
        let checksum = std::mem::take(&mut self.checksum).finalize();
        if trailer != [checksum.to_le_bytes(), self.size.to_le_bytes()].concat() {
            return Err(INVALID);
        }
        self.at = Section::End;
        Ok(())
    }

    pub(super) fn is_ended(&self) -> bool {
        matches!(self.at, Section::End)
    }
}

/// The length of the header at the start of these bytes: `Some(None)` if it goes on after them, `None` if they are no header.
fn header(bytes: &[u8]) -> Option<Option<usize>> {
    const CHECKSUM: u8 = 2;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;

    if !bytes.iter().zip(&[0x1f, 0x8b, 8]).all(|(is, should)| is == should) {
        return None;
    }
    let Some(&flags) = bytes.get(3) else { return Some(None) };
    if flags & 0xe0 != 0 {
        return None;
    }

    let mut at = 10;
    if flags & EXTRA != 0 {
        let Some(&[low, high]) = bytes.get(at..at + 2) else {
            return Some(None);
        };
        at += 2 + usize::from(u16::from_le_bytes([low, high]));
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let Some(end) = bytes.get(at..).and_then(|rest| memchr::memchr(0, rest)) else {
                return Some(None);
            };
            at += end + 1;
        }
    }
    if flags & CHECKSUM != 0 {
        at += 2;
    }

    Some((bytes.len() >= at).then_some(at))
}
