//! Bodies that are cut, damaged, too long or too large.

use proptest::prelude::*;

use super::*;

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
fn bytes_after_the_end_are_refused() {
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
fn a_body_that_breaks_off_differs_from_one_that_ends() {
    for encoding in ALL {
        let bytes = encoded(encoding);
        for length in [1, 2, 5, 9, bytes.len() / 2, bytes.len() - 9, bytes.len() - 1] {
            let cut = whole(encoding, &bytes[..length]);
            assert_eq!(cut, Err(DecodeError::Truncated(encoding)), "{encoding}, {length} bytes");
        }
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

proptest! {
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
