//! Bodies that are complete, however they are cut into pieces.

use proptest::prelude::*;

use super::*;

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
fn every_encoding_is_decoded() {
    for encoding in ALL {
        assert!(whole(encoding, &encoded(encoding)).unwrap() == counted(), "{encoding}");
    }
    assert!(whole(Encoding::Deflate, &bare_deflate(&counted())).unwrap() == counted());
    assert_eq!(whole(Encoding::Deflate, &bare_deflate(b"")).unwrap(), b"");
    assert_eq!(whole(Encoding::Gzip, &gzip(b"")).unwrap(), b"");
    assert_eq!(whole(Encoding::Zstd, &zstd(b"", 1)).unwrap(), b"");
}

#[test]
fn no_bytes_are_an_empty_body() {
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
fn several_members_or_frames_are_one_body() {
    let gzips = [gzip(b"{\"a\""), gzip(b""), gzip(b":1}")].concat();
    // A decoder has to skip the one in the middle.
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
fn flushed_bytes_are_there_before_the_end_comes() {
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
}
