//! Decodes compressed bodies piece by piece as the bytes come. However large the decoded body is, a decoder uses no
//! more memory than one piece and the encoding's own window.

mod brotli;
mod deflate;
mod error;
mod gzip;
mod inflate;
mod input;
mod name;
#[cfg(test)]
mod tests;
mod utf8;
mod zstd;

pub use error::DecodeError;
pub use name::{Encoded, Encoding};
pub use utf8::{Utf8Mender, mended};

use std::fmt;

use bytes::BytesMut;

use self::brotli::Brotli;
use self::deflate::Deflate;
use self::gzip::Gzip;
use self::zstd::Zstd;

/// The most bytes that one call of [`Decoder::decode`] writes.
pub const PIECE: usize = 64 << 10;
/// The least room that is made for the decoded bytes of a piece of input, in bytes.
const LEAST_ROOM: usize = 4 << 10;

/// Decodes one body of one encoding. It does not bound the length of the decoded body: its caller adds up the results of
/// [`decode`](Self::decode), and stops.
pub struct Decoder {
    by: By,
    encoding: Encoding,
    /// Whether any input has come.
    fed: bool,
}

enum By {
    Gzip(Box<Gzip>),
    Deflate(Deflate),
    Brotli(Box<Brotli>),
    Zstd(Zstd),
}

impl Decoder {
    /// A decoder for one body.
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

    /// Decodes from the front of `input`, removes what it has read from it, and appends at most [`PIECE`] decoded bytes
    /// to `out`. Returns their number. After any number but 0, call it again, even if `input` is empty. 0 means that
    /// all of `input` is read and gives no more bytes.
    ///
    /// # Errors
    /// If the bytes are not in this encoding, go on after its end, or ask for too large a window. The bytes that
    /// earlier calls appended stay valid.
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

    /// Ends the input. An empty body counts as complete.
    ///
    /// # Errors
    /// If the body breaks off before its end.
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
