//! Streams that pass, split anywhere.

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::wire::json::Span;

/// The bytes that come out of a stream of these chunks, the events that the judge saw, and the pieces.
fn read(chunks: &[&[u8]], hide: &str) -> (Vec<u8>, Vec<String>, Vec<Bytes>) {
    let mut reader = EventReader::default();
    let (mut events, mut pieces) = (Vec::new(), Vec::new());

    for chunk in chunks {
        let judge = |data: &[u8]| {
            events.push(String::from_utf8_lossy(data).into_owned());
            if data == hide.as_bytes() {
                EventAction::Drop
            } else {
                EventAction::Forward
            }
        };
        reader
            .push(&Bytes::copy_from_slice(chunk), judge, |piece| pieces.push(piece))
            .unwrap();
    }

    (pieces.concat(), events, pieces)
}

const STREAM: &[u8] = b"\xef\xbb\xbfdata: one\n\n: keep-alive\n\n:c\rdata:two\r\ndata: more\r\n\r\nevent: x\rdata\rid: 1\r\rdata: hidden\n\ndata: hidden\r\rdata: hidden\r\n\r\n\n\ndata: last\n\n";
const PASSED: &[u8] = b"\xef\xbb\xbfdata: one\n\n: keep-alive\n\n:c\rdata:two\r\ndata: more\r\n\r\nevent: x\rdata\rid: 1\r\r\n\ndata: last\n\n";

#[test]
fn a_stream_split_at_every_byte_gives_the_same_bytes_and_events() {
    let events = ["one", "two\nmore", "", "hidden", "hidden", "hidden", "last"];
    assert_eq!(read(&[STREAM], "hidden").1, events);

    for at in 0..=STREAM.len() {
        let (head, tail) = STREAM.split_at(at);

        let (all, seen, _) = read(&[head, tail], "nothing is hidden");
        assert_eq!(
            (all.as_slice(), seen),
            (STREAM, events.map(String::from).to_vec()),
            "split at {at}"
        );

        let (all, ..) = read(&[head, tail], "hidden");
        assert_eq!(
            String::from_utf8_lossy(&all),
            String::from_utf8_lossy(PASSED),
            "split at {at}"
        );
    }

    let bytes: Vec<&[u8]> = STREAM.chunks(1).collect();
    assert_eq!(read(&bytes, "hidden").0, PASSED);
}

#[test]
fn a_chunk_of_whole_events_passes_as_it_is() {
    let chunk = Bytes::from_static(b"data: a\n\ndata: b\n\n");
    let mut pieces = Vec::new();

    EventReader::default()
        .push(&chunk, |_| EventAction::Forward, |piece| pieces.push(piece))
        .unwrap();

    assert_eq!(pieces.len(), 1);
    assert_eq!(
        pieces.first().map(|piece| piece.as_ptr()),
        Some(chunk.as_ptr()),
        "no copy"
    );
}

#[test]
fn whole_events_do_not_wait_for_the_one_that_follows() {
    let (all, ..) = read(&[b"data: a\n\ndata: b"], "");

    assert_eq!(all, b"data: a\n\n");
}

#[test]
fn comments_do_not_wait() {
    assert_eq!(read(&[b": ping\n"], "").0, b": ping\n");
    assert_eq!(read(&[b": pi", b"ng\n", b"data: x"], "").0, b": ping\n");
}

#[test]
fn an_event_that_never_ends_is_refused() {
    let mut reader = EventReader::default();
    let chunk = Bytes::from(vec![b'a'; MAX_EVENT]);

    assert!(reader.push(&chunk, |_| EventAction::Forward, |_| {}).is_ok());
    assert_eq!(
        reader.push(&Bytes::from_static(b"a"), |_| EventAction::Forward, |_| {}),
        Err(EventTooLong)
    );
}

proptest! {
    #[test]
    fn any_bytes_in_any_split_come_out_as_they_went_in(
        text in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b':'), Just(b'd'), any::<u8>()], 0..200),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let mut cuts: Vec<usize> = cuts.iter().map(|c| c.index(text.len() + 1)).collect();
        cuts.sort_unstable();

        let mut reader = EventReader::default();
        let (mut out, mut seen, mut whole) = (Vec::new(), Vec::new(), Vec::new());
        let mut at = 0;
        for cut in cuts.into_iter().chain([text.len()]) {
            let chunk = Bytes::copy_from_slice(&text[at..cut]);
            reader.push(&chunk, |d| { seen.push(d.to_vec()); EventAction::Forward }, |p| out.extend_from_slice(&p)).unwrap();
            at = cut;
        }
        out.extend_from_slice(&reader.held);
        EventReader::default().push(&Bytes::from(text.clone()), |d| { whole.push(d.to_vec()); EventAction::Forward }, |_| {}).unwrap();

        prop_assert_eq!(out, text);
        prop_assert_eq!(seen, whole);
    }
}

/// The stream with `1` in the place of every `one` in its data, whatever the split.
fn swapped(chunks: &[&[u8]]) -> String {
    let mut reader = EventReader::with_text(Bytes::from_static(b"1"));
    let mut out = Vec::new();

    for chunk in chunks {
        let judge = |data: &[u8]| match memchr::memmem::find(data, b"one") {
            Some(start) => EventAction::Replace(Span { start, end: start + 3 }),
            None if data == b"hidden" => EventAction::Drop,
            None => EventAction::Forward,
        };
        reader
            .push(&Bytes::copy_from_slice(chunk), judge, |piece| {
                out.extend_from_slice(&piece)
            })
            .unwrap();
    }

    String::from_utf8(out).unwrap()
}

#[test]
fn a_part_of_an_event_is_swapped_wherever_the_stream_is_split() {
    const STREAM: &str =
        "data: a\n\n: c\nevent: one\r\ndata: x one\r\n\r\ndata: hidden\n\ndata: b\n\ndata:one\n\ndata: last\n\n";
    const OUT: &str = "data: a\n\n: c\nevent: one\r\ndata: x 1\r\n\r\ndata: b\n\ndata:1\n\ndata: last\n\n";

    for at in 0..=STREAM.len() {
        let (head, tail) = STREAM.as_bytes().split_at(at);

        assert_eq!(swapped(&[head, tail]), OUT, "split at {at}");
    }
}

#[test]
fn data_of_several_lines_becomes_one_line_when_a_part_of_it_is_swapped() {
    assert_eq!(
        swapped(&[b"event: e\ndata: {\ndata: one}\n\n"]),
        "event: e\ndata: { 1}\n\n"
    );
}
