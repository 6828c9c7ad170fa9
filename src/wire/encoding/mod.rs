//! Content encodings, undone piece by piece as the bytes come. However much the bytes promise, no more memory is used for
//! them than one piece and the encoding's own window.

mod brotli;
mod flate;
#[cfg(test)]
mod tests;
mod zstd;

use std::fmt;

use bytes::BytesMut;

use self::brotli::Brotli;
use self::flate::{Deflate, Gzip};
use self::zstd::Zstd;

/// The most that [`Decoder::decode`] writes in one go, in bytes.
pub const PIECE: usize = 64 << 10;
/// The least room that is made for what a piece of input may stand for, in bytes.
const LEAST_ROOM: usize = 4 << 10;

/// A way to write bytes in fewer bytes, as `content-encoding` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// RFC 1952, one member or several.
    Gzip,
    /// RFC 1950. Servers that send bare RFC 1951 under this name are understood as well.
    Deflate,
    /// RFC 7932, without the large windows that were added later.
    Brotli,
    /// RFC 8878, with a window of up to 8 MiB, as RFC 9659 allows.
    Zstd,
}

impl Encoding {
    /// Its name in a header.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }

    fn named(name: &[u8]) -> Option<Self> {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        match () {
            () if is("gzip") || is("x-gzip") => Some(Self::Gzip),
            () if is("deflate") => Some(Self::Deflate),
            () if is("br") => Some(Self::Brotli),
            () if is("zstd") => Some(Self::Zstd),
            () => None,
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the `content-encoding` headers of a message come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoded {
    /// The bytes are what they are.
    Not,
    /// They are encoded, once.
    By(Encoding),
    /// They are encoded in a way that is not known here, or more than once.
    Unknown,
}

impl Encoded {
    /// Reads the values of all `content-encoding` headers of one message.
    pub fn read<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let names = values.into_iter().flat_map(|value| value.split(|&byte| byte == b','));
        let mut encoded = Self::Not;
        for name in names.map(<[u8]>::trim_ascii).filter(|name| !name.is_empty()) {
            if name.eq_ignore_ascii_case(b"identity") {
                continue;
            }
            encoded = match (encoded, Encoding::named(name)) {
                (Self::Not, Some(encoding)) => Self::By(encoding),
                _ => return Self::Unknown,
            };
        }
        encoded
    }
}

/// Why bytes cannot be decoded. The message goes on after "The body": it is for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// They are not in this encoding, or they were damaged.
    #[error("is not valid {0}")]
    Invalid(Encoding),
    /// They stop in the middle.
    #[error("is {0} that breaks off before its end")]
    Truncated(Encoding),
    /// They go on after the end.
    #[error("goes on after the end of its {0}")]
    Trailing(Encoding),
    /// They ask for more memory than is given to one body.
    #[error("is {0} with a window of more than 8 MiB")]
    Window(Encoding),
}

/// Undoes one encoding of one body. It does not bound how long the decoded body gets: whoever calls it adds up what
/// [`decode`](Self::decode) returns, and stops.
pub struct Decoder {
    by: By,
    encoding: Encoding,
    /// Whether there was any input.
    fed: bool,
}

enum By {
    Gzip(Box<Gzip>),
    Deflate(Deflate),
    Brotli(Box<Brotli>),
    Zstd(Zstd),
}

impl Decoder {
    /// For one body.
    pub fn new(encoding: Encoding) -> Self {
        let by = match encoding {
            Encoding::Gzip => By::Gzip(Box::default()),
            Encoding::Deflate => By::Deflate(Deflate::default()),
            Encoding::Brotli => By::Brotli(Box::default()),
            Encoding::Zstd => By::Zstd(Zstd::default()),
        };
        Self { by, encoding, fed: false }
    }

    /// Decodes from the front of `input`, moves it on, and appends what it stands for to `out`: at most [`PIECE`] bytes.
    /// Returns how many those are. At 0, all of `input` is taken and nothing is left to be had of it; until then there may be
    /// more, even where `input` is empty by now.
    ///
    /// # Errors
    /// If the bytes are not in this encoding, go on after its end, or ask for too large a window. What was appended before
    /// is good.
    pub fn decode(&mut self, input: &mut &[u8], out: &mut BytesMut) -> Result<usize, DecodeError> {
        self.fed |= !input.is_empty();
        let start = out.len();
        out.resize(start + input.len().saturating_mul(4).clamp(LEAST_ROOM, PIECE), 0);
        let room = out.get_mut(start..).unwrap_or_default();
        let written = match &mut self.by {
            By::Gzip(gzip) => gzip.decode(input, room),
            By::Deflate(deflate) => deflate.decode(input, room),
            By::Brotli(brotli) => brotli.decode(input, room),
            By::Zstd(zstd) => zstd.decode(input, room),
        };
        out.truncate(start + written.unwrap_or(0));
        written
    }

    /// Says that there is no more input. A body without any is as good as a whole one.
    ///
    /// # Errors
    /// If the encoding says that more has to come.
    pub fn finish(self) -> Result<(), DecodeError> {
        let ended = match &self.by {
            By::Gzip(gzip) => gzip.is_ended(),
            By::Deflate(deflate) => deflate.is_ended(),
            By::Brotli(brotli) => brotli.is_ended(),
            By::Zstd(zstd) => zstd.is_ended(),
        };
        if ended || !self.fed { Ok(()) } else { Err(DecodeError::Truncated(self.encoding)) }
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder").field("encoding", &self.encoding).finish_non_exhaustive()
    }
}

/// Takes so many bytes off the front.
fn advance(input: &mut &[u8], by: usize) {
    *input = input.get(by..).unwrap_or_default();
}
