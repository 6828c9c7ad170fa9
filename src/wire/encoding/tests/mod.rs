//! Every encoding: whole bodies, and bodies that a decoder has to refuse.

mod refused;
mod whole;

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use super::*;

const ALL: [Encoding; 4] = [Encoding::Gzip, Encoding::Deflate, Encoding::Brotli, Encoding::Zstd];
/// [`counted`], as the `brotli` of Node.js writes it.
const COUNTED_BR: &[u8] = include_bytes!("../../../../tests/data/wire/encoded/counted.br");
/// 64 MiB of zeros, as the `brotli` of Node.js writes them.
const ZEROS_BR: &[u8] = include_bytes!("../../../../tests/data/wire/encoded/zeros.br");

/// A text that is longer than two pieces.
fn counted() -> Vec<u8> {
    (0..12_000)
        .map(|n| format!("{{\"n\":{n},\"square\":{}}}\n", n * n))
        .collect::<String>()
        .into_bytes()
}

fn written(mut to: impl Write, bytes: &[u8]) {
    to.write_all(bytes).unwrap();
    to.flush().unwrap();
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut to = GzEncoder::new(Vec::new(), Compression::default());
    written(&mut to, bytes);
    to.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut to = ZlibEncoder::new(Vec::new(), Compression::default());
    written(&mut to, bytes);
    to.finish().unwrap()
}

fn bare_deflate(bytes: &[u8]) -> Vec<u8> {
    let mut to = DeflateEncoder::new(Vec::new(), Compression::default());
    written(&mut to, bytes);
    to.finish().unwrap()
}

fn zstd(bytes: &[u8], level: i32) -> Vec<u8> {
    let mut out = vec![0; zstd_safe::compress_bound(bytes.len())];
    let length = zstd_safe::compress(out.as_mut_slice(), bytes, level).unwrap();
    out.truncate(length);
    out
}

/// [`counted`] in this encoding.
fn encoded(encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Gzip => gzip(&counted()),
        Encoding::Deflate => zlib(&counted()),
        Encoding::Brotli => COUNTED_BR.to_vec(),
        Encoding::Zstd => zstd(&counted(), 3),
    }
}

/// The decoded bytes of these pieces; decoding stops after more than `most` bytes.
fn decoded<'a>(
    encoding: Encoding,
    pieces: impl IntoIterator<Item = &'a [u8]>,
    most: usize,
) -> Result<BytesMut, DecodeError> {
    let mut decoder = Decoder::new(encoding);
    let mut out = BytesMut::new();

    for mut piece in pieces {
        loop {
            let written = decoder.decode(&mut piece, &mut out)?;
            assert!(written <= PIECE);
            if written == 0 {
                assert!(piece.is_empty());
                break;
            }
            if out.len() > most {
                return Ok(out);
            }
        }
    }

    decoder.finish().map(|()| out)
}

fn whole(encoding: Encoding, bytes: &[u8]) -> Result<Vec<u8>, DecodeError> {
    decoded(encoding, [bytes], usize::MAX).map(Into::into)
}
