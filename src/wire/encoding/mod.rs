//! Content encodings, undone piece by piece as the bytes come. However much the bytes promise, no more memory is used for
//! them than one piece and the encoding's own window.

mod brotli;
mod error;
mod flate;
mod input;
mod name;
#[cfg(test)]
mod tests;
mod zstd;

pub use error::DecodeError;
pub use name::{Encoded, Encoding};

use std::fmt;

use bytes::BytesMut;

use self::brotli::Brotli;
use self::flate::{Deflate, Gzip};
use self::zstd::Zstd;

/// The most that [`Decoder::decode`] writes in one go, in bytes.
pub const PIECE: usize = 64 << 10;
/// The least room that is made for what a piece of input may stand for, in bytes.
const LEAST_ROOM: usize = 4 << 10;

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
        Self {
            by,
            encoding,
            fed: false,
        }
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
        if ended || !self.fed {
            Ok(())
        } else {
            Err(DecodeError::Truncated(self.encoding))
        }
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("encoding", &self.encoding)
            .finish_non_exhaustive()
    }
}
