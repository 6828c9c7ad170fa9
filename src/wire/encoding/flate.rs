//! `gzip` and `deflate`: what is around the compressed bytes is read here, the bytes themselves by `flate2`.

use flate2::{Decompress, FlushDecompress, Status};

use super::error::DecodeError;
use super::input::advance;
use super::name::Encoding;

/// The longest gzip header, in bytes: it may hold a file's name and a comment.
const LONGEST_HEADER: usize = 4 << 10;
/// Bytes after a member: a checksum and a length.
const TRAILER: usize = 8;

/// Decodes one gzip body.
pub(super) struct Gzip {
    at: Section,
    inflate: Decompress,
    checksum: crc32fast::Hasher,
    /// Bytes of this member, as gzip counts them.
    size: u32,
    /// What has come so far of a header or a trailer.
    held: Vec<u8>,
}

/// Where in a member we are.
enum Section {
    Header,
    Data,
    Trailer,
    /// After its end. Another member may follow.
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
        const INVALID: DecodeError = DecodeError::Invalid(Encoding::Gzip);
        loop {
            match self.at {
                Section::Header => {
                    if input.is_empty() {
                        return Ok(0);
                    }
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
                }
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
                    let more = input.len().min(TRAILER - self.held.len());
                    self.held.extend_from_slice(input.get(..more).unwrap_or_default());
                    advance(input, more);
                    if self.held.len() < TRAILER {
                        return Ok(0);
                    }
                    let said = std::mem::take(&mut self.held);
                    let checksum = std::mem::take(&mut self.checksum).finalize();
                    if said != [checksum.to_le_bytes(), self.size.to_le_bytes()].concat() {
                        return Err(INVALID);
                    }
                    self.at = Section::End;
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

    pub(super) fn is_ended(&self) -> bool {
        matches!(self.at, Section::End)
    }
}

/// How long the header is that these bytes begin with: `Some(None)` if it goes on after them, `None` if they are no header.
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

/// Decodes one `deflate` body.
#[derive(Default)]
pub(super) struct Deflate {
    /// The first bytes, until they tell which of the two formats it is.
    first: Vec<u8>,
    inflate: Option<Decompress>,
    ended: bool,
}

impl Deflate {
    pub(super) fn decode(&mut self, input: &mut &[u8], out: &mut [u8]) -> Result<usize, DecodeError> {
        const INVALID: DecodeError = DecodeError::Invalid(Encoding::Deflate);
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

/// How many bytes were written, and whether that is the end. It writes nothing before the end only once all of `input` is
/// taken. `None` if the bytes make no sense.
fn inflate(inflate: &mut Decompress, input: &mut &[u8], out: &mut [u8]) -> Option<(usize, bool)> {
    loop {
        let (read, written) = (inflate.total_in(), inflate.total_out());
        let status = inflate.decompress(input, out, FlushDecompress::None).ok()?;
        let read = usize::try_from(inflate.total_in() - read).ok()?;
        let written = usize::try_from(inflate.total_out() - written).ok()?;
        advance(input, read);
        if status == Status::StreamEnd || written > 0 || input.is_empty() {
            return Some((written, status == Status::StreamEnd));
        }
        if read == 0 {
            return None;
        }
    }
}
