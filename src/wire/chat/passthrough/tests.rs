//! Streams that pass, in pieces of every size.

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::wire::sse::EventReader;

/// The watcher and the reader that splits the stream into events for it.
struct Stream(EventReader, PassthroughWatch);

impl Stream {
    fn new(show_usage: bool) -> Self {
        Self(EventReader::default(), PassthroughWatch::new(show_usage, None))
    }

    fn push(&mut self, chunk: &Bytes, out: impl FnMut(Bytes)) -> bool {
        let passing = &mut self.1;
        self.0.push(chunk, |data| passing.judge(data), out).is_ok()
    }

    fn finish(&mut self) -> Option<Bytes> {
        let passing = &mut self.1;
        self.0.finish(|data| {
            if passing.is_whole(data) {
                passing.judge(data)
            } else {
                EventAction::Drop
            }
        })
    }
}

const CHUNK: &str =
    "data: {\"choices\":[{\"delta\":{\"content\":\"Hello\"},\"finish_reason\":null}],\"usage\":null}\n\n";
const LAST: &str = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n";
const USAGE: &str = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\n\n";
const DONE: &str = "data: [DONE]\n\n";

fn pass(stream: &mut Stream, text: &str) -> String {
    let mut out = Vec::new();
    stream.push(&Bytes::copy_from_slice(text.as_bytes()), |piece| {
        out.extend_from_slice(&piece)
    });
    String::from_utf8(out).unwrap()
}

#[test]
fn the_usage_chunk_is_read_and_shown_only_if_asked_for() {
    for (show, expected) in [
        (true, [CHUNK, LAST, USAGE, DONE].concat()),
        (false, [CHUNK, LAST, DONE].concat()),
    ] {
        let all = [CHUNK, LAST, USAGE, DONE].concat();
        for at in 0..all.len() {
            let mut stream = Stream::new(show);
            let (head, tail) = all.split_at(at);

            let out = pass(&mut stream, head) + &pass(&mut stream, tail);

            assert_eq!(out, expected, "show {show}, split at {at}");
            assert_eq!(
                stream.1.metered().tokens.map(|t| (t.prompt, t.completion)),
                Some((7, 2))
            );
            assert_eq!(
                (stream.1.end(), stream.1.metered().text_bytes),
                (StreamEnd::Complete, 5)
            );
        }
    }
}

#[test]
fn the_last_usage_counts() {
    let mut stream = Stream::new(true);
    let chunk = |n: u64| {
        format!(
            "data: {{\"choices\":[{{\"index\":0}}],\"usage\":{{\"prompt_tokens\":7,\"completion_tokens\":{n}}}}}\n\n"
        )
    };

    pass(&mut stream, &(chunk(1) + &chunk(9) + CHUNK));

    assert_eq!(stream.1.metered().tokens.map(|t| t.completion), Some(9));
}

#[test]
fn a_stream_without_a_finish_is_cut() {
    let mut stream = Stream::new(true);

    assert_eq!(stream.1.end(), StreamEnd::Cut);

    pass(&mut stream, CHUNK);
    assert_eq!(stream.1.end(), StreamEnd::Cut);

    pass(&mut stream, LAST);
    assert_eq!(stream.1.end(), StreamEnd::Complete);
}

#[test]
fn an_error_of_the_provider_in_the_stream_is_seen() {
    for event in [
        "data: {\"error\":{\"message\":\"overloaded\"}}\n\n",
        "data: {\"object\":\"error\",\"message\":\"overloaded\"}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}\n\n",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\": \"network_error\"}]}\n\n",
    ] {
        let mut stream = Stream::new(true);

        assert_eq!(pass(&mut stream, event), event);

        assert_eq!(stream.1.end(), StreamEnd::Failed, "{event}");
    }
}

#[test]
fn a_word_in_the_text_is_no_error() {
    let mut stream = Stream::new(true);

    pass(
        &mut stream,
        "data: {\"choices\":[{\"delta\":{\"content\":\"\\\"error\\\": 1\"},\"error\":1}]}\n\n",
    );

    assert_eq!(stream.1.end(), StreamEnd::Cut);
}

proptest::proptest! {
    #[test]
    fn any_bytes_of_a_provider_do_no_harm(
        pieces in proptest::collection::vec(
            proptest::prop_oneof![
                proptest::collection::vec(proptest::arbitrary::any::<u8>(), 0..20),
                proptest::sample::select(vec![CHUNK, LAST, USAGE, DONE, "data: ", "\n\n", "{\"usage\":", "{\"error\":{}}", "content\":\"\\"])
                    .prop_map(|text| text.as_bytes().to_vec()),
            ],
            0..12,
        )
    ) {
        let mut stream = Stream::new(false);
        for piece in pieces {
            let _ = stream.push(&Bytes::from(piece), |_| {});
        }
        let _ = (stream.finish(), stream.1.end());
    }
}

#[test]
fn the_last_event_may_lack_its_blank_line_if_it_is_whole() {
    let mut stream = Stream::new(true);
    pass(&mut stream, &format!("{LAST}data: [DONE]"));

    assert_eq!(stream.finish().as_deref(), Some(b"data: [DONE]\n\n".as_slice()));

    let mut stream = Stream::new(true);
    pass(&mut stream, "data: {\"choices\":[{\"de");
    assert_eq!(stream.finish(), None);
}
