//! Every encoding, cut anywhere, damaged anywhere, and made to be huge.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use proptest::prelude::*;

use super::name::Encoded;
use super::*;

const ALL: [Encoding; 4] = [Encoding::Gzip, Encoding::Deflate, Encoding::Brotli, Encoding::Zstd];
/// [`counted`], as the `brotli` of Node.js writes it.
const COUNTED_BR: &[u8] = include_bytes!("../../../tests/data/wire/encoded/counted.br");
/// 64 MiB of zeros, by the same.
const ZEROS_BR: &[u8] = include_bytes!("../../../tests/data/wire/encoded/zeros.br");

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

/// What pieces come to; more than `most` bytes are not waited for.
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

#[test]
fn a_header_names_one_encoding_or_none() {
    let read = |values: &[&str]| Encoded::read(values.iter().map(|value| value.as_bytes()));

    assert_eq!(read(&[]), Encoded::Not);
    assert_eq!(read(&["identity", ""]), Encoded::Not);
    for (name, encoding) in [
        ("gzip", ALL[0]),
        ("X-Gzip", ALL[0]),
        (" deflate ", ALL[1]),
        ("br", ALL[2]),
        ("ZSTD", ALL[3]),
    ] {
        assert_eq!(read(&[name]), Encoded::By(encoding), "{name}");
        assert_eq!(read(&["identity", name]), Encoded::By(encoding), "{name}");
    }
    for unknown in [
        &["compress"][..],
        &["gzip, zstd"],
        &["gzip", "gzip"],
        &["gzip;q=1"],
        &["dcz"],
    ] {
        assert_eq!(read(unknown), Encoded::Unknown, "{unknown:?}");
    }
}

#[test]
fn every_encoding_is_undone() {
    for encoding in ALL {
        assert!(whole(encoding, &encoded(encoding)).unwrap() == counted(), "{encoding}");
    }
    assert!(whole(Encoding::Deflate, &bare_deflate(&counted())).unwrap() == counted());
    assert_eq!(whole(Encoding::Deflate, &bare_deflate(b"")).unwrap(), b"");
    assert_eq!(whole(Encoding::Gzip, &gzip(b"")).unwrap(), b"");
    assert_eq!(whole(Encoding::Zstd, &zstd(b"", 1)).unwrap(), b"");
}

#[test]
fn nothing_at_all_is_an_empty_body() {
    for encoding in ALL {
        assert_eq!(whole(encoding, b""), Ok(Vec::new()));
    }
}

#[test]
fn a_gzip_header_may_carry_a_name_a_comment_and_more() {
    let builder = flate2::GzBuilder::new()
        .filename("body.json")
        .comment("by hand")
        .extra("anything");
    let mut to = builder.write(Vec::new(), Compression::fast());
    written(&mut to, b"{}");
    let gzip = to.finish().unwrap();

    assert_eq!(whole(Encoding::Gzip, &gzip).unwrap(), b"{}");
    assert_eq!(decoded(Encoding::Gzip, gzip.chunks(1), 9).unwrap(), "{}");
}

#[test]
fn a_gzip_header_without_an_end_is_refused() {
    let mut endless = vec![0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3];
    endless.resize(1 << 20, b'x');

    assert_eq!(
        whole(Encoding::Gzip, &endless),
        Err(DecodeError::Invalid(Encoding::Gzip))
    );
}

#[test]
fn several_members_or_frames_are_one_body() {
    let gzips = [gzip(b"{\"a\""), gzip(b""), gzip(b":1}")].concat();
    // The one in the middle is there to be skipped.
    let frames = [
        zstd(b"{\"a\"", 1),
        b"\x50\x2a\x4d\x18\x03\0\0\0abc".to_vec(),
        zstd(b":1}", 1),
    ]
    .concat();

    assert_eq!(whole(Encoding::Gzip, &gzips).unwrap(), b"{\"a\":1}");
    assert_eq!(whole(Encoding::Zstd, &frames).unwrap(), b"{\"a\":1}");
}

#[test]
fn what_follows_the_end_is_refused() {
    for encoding in ALL {
        let mut bytes = encoded(encoding);
        bytes.extend_from_slice(b"and more");

        assert_eq!(
            whole(encoding, &bytes),
            Err(DecodeError::Trailing(encoding)),
            "{encoding}"
        );
        let (first, second) = bytes.split_at(bytes.len() - 8);
        assert_eq!(
            decoded(encoding, [first, second], usize::MAX),
            Err(DecodeError::Trailing(encoding)),
            "{encoding}"
        );
    }
}

#[test]
fn what_breaks_off_is_told_from_what_ends() {
    for encoding in ALL {
        let bytes = encoded(encoding);
        for length in [1, 2, 5, 9, bytes.len() / 2, bytes.len() - 9, bytes.len() - 1] {
            let cut = whole(encoding, &bytes[..length]);
            assert_eq!(cut, Err(DecodeError::Truncated(encoding)), "{encoding}, {length} bytes");
        }
    }
}

#[test]
fn what_was_flushed_is_there_before_the_end_comes() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    written(&mut gzip, b"data: 1\n\n");
    let mut context = zstd_safe::CCtx::create();
    let mut bytes = vec![0; 1_000];
    let mut to = zstd_safe::OutBuffer::around(bytes.as_mut_slice());
    let mut from = zstd_safe::InBuffer::around(b"data: 1\n\n");
    let flush = zstd_safe::zstd_sys::ZSTD_EndDirective::ZSTD_e_flush;
    assert_eq!(context.compress_stream2(&mut to, &mut from, flush), Ok(0));
    let length = to.pos();

    for (encoding, bytes) in [
        (Encoding::Gzip, gzip.get_ref().as_slice()),
        (Encoding::Zstd, &bytes[..length]),
    ] {
        let mut out = BytesMut::new();
        assert_eq!(
            Decoder::new(encoding).decode(&mut &*bytes, &mut out),
            Ok(9),
            "{encoding}"
        );
        assert_eq!(out, "data: 1\n\n");
    }
}

#[test]
fn a_bomb_comes_piece_by_piece() {
    let zeros = vec![0; 8 << 20];
    for (encoding, bytes) in [
        (Encoding::Gzip, gzip(&zeros)),
        (Encoding::Deflate, zlib(&zeros)),
        (Encoding::Brotli, ZEROS_BR.to_vec()),
        (Encoding::Zstd, zstd(&zeros, 3)),
    ] {
        assert!(bytes.len() < 80 << 10, "{encoding}: {}", bytes.len());
        let most = 1 << 20;
        let out = decoded(encoding, bytes.chunks(16 << 10), most).unwrap();
        assert!(
            out.len() > most && out.len() <= most + PIECE,
            "{encoding}: {}",
            out.len()
        );
    }
}

#[test]
fn a_window_of_more_than_eight_mebibytes_is_refused() {
    // Magic number, no flags, and a window of `2^(10 + n / 8)` bytes.
    let frame = |window: u8| [&b"\x28\xb5\x2f\xfd\x00"[..], &[window], b"\x01\x00\x00"].concat();

    assert_eq!(whole(Encoding::Zstd, &frame(13 << 3)).unwrap(), b"");
    assert_eq!(
        whole(Encoding::Zstd, &frame((13 << 3) + 1)),
        Err(DecodeError::Window(Encoding::Zstd))
    );
    assert_eq!(
        whole(Encoding::Zstd, &frame(31 << 3)),
        Err(DecodeError::Window(Encoding::Zstd))
    );
    // A large window of brotli's: its first byte.
    assert_eq!(
        whole(Encoding::Brotli, &[0x11, 30, 3, 0]),
        Err(DecodeError::Invalid(Encoding::Brotli))
    );
}

#[test]
fn a_decoder_goes_from_thread_to_thread() {
    const fn goes<T: Send>() {}
    goes::<Decoder>();
}

proptest! {
    #[test]
    fn however_a_body_is_cut_it_comes_to_the_same(
        which in 0..ALL.len(),
        sizes in prop::collection::vec(prop_oneof![1..4_usize, 1..3_000_usize, 1..40_000_usize], 1..40),
    ) {
        let bytes = encoded(ALL[which]);
        let (mut rest, mut sizes) = (bytes.as_slice(), sizes.into_iter().cycle());
        let pieces = std::iter::from_fn(|| {
            let (piece, after) = rest.split_at(sizes.next()?.min(rest.len()));
            rest = after;
            (!piece.is_empty()).then_some(piece)
        });

        prop_assert!(decoded(ALL[which], pieces, usize::MAX).unwrap() == counted());
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(which in 0..ALL.len(), bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decoded(ALL[which], bytes.chunks(7), 1 << 20);
    }

    #[test]
    fn a_damaged_body_is_refused_or_comes_to_something_bounded(
        which in 0..ALL.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let mut bytes = encoded(ALL[which]);
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }

        if let Ok(out) = decoded(ALL[which], bytes.chunks(9_000), 1 << 20) {
            prop_assert!(out.len() <= (1 << 20) + PIECE);
        }
    }
}
