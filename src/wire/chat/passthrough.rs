//! A chat stream on its way to a client that speaks chat: passed on as it came, read in passing.

use serde_json::Value;

use crate::domain::{Protocol, ServiceReport, Tokens};
use crate::wire::event_stream::{StreamEnd, Watch};
use crate::wire::json::{JsonError, Walk};
use crate::wire::reported::Reported;
use crate::wire::sse::EventAction;
use crate::wire::{content, usage};

/// What a stream has shown so far.
#[derive(Clone, Debug)]
pub struct Passing {
    /// The client did not ask for usage: the extra chunk that carries it is kept from the client.
    hide_usage: bool,
    includes_reasoning: Option<bool>,
    tokens: Option<Tokens>,
    served: ServiceReport,
    /// A tier was named, known or not: the others name the same.
    tier_named: bool,
    text_bytes: usize,
    finished: bool,
    done: bool,
    content: bool,
    error: Option<Box<Reported>>,
}

impl Passing {
    /// A stream that begins. `show_usage`: the client asked for the usage chunk. `includes_reasoning`: what is known of how
    /// the provider counts thinking.
    pub fn new(show_usage: bool, includes_reasoning: Option<bool>) -> Self {
        Self {
            hide_usage: !show_usage,
            includes_reasoning,
            tokens: None,
            served: ServiceReport::default(),
            tier_named: false,
            text_bytes: 0,
            finished: false,
            done: false,
            content: false,
            error: None,
        }
    }

    /// Looks at an event before which no content came. There are few of them, so that each is worth a parse.
    fn opening(&mut self, data: &[u8]) {
        match serde_json::from_slice::<Value>(data) {
            Ok(event) => match Reported::in_event(&event) {
                Some(reported) => {
                    self.error.get_or_insert(Box::new(reported));
                }
                None => self.content = content::carries(Protocol::OpenaiChat, &event),
            },
            Err(_) => self.content = true,
        }
    }
}

impl Watch for Passing {
    fn judge(&mut self, data: &[u8]) -> EventAction {
        if data == b"[DONE]" {
            self.done = true;
            return EventAction::Forward;
        }
        if !self.content {
            self.opening(data);
        }
        self.text_bytes += usage::text_bytes(data);
        self.finished = self.finished || says(data, b"finish_reason\"", |value| value.starts_with(b"\""));
        // OpenRouter and Z.AI give their failure as the reason.
        let failed = says(data, b"\"finish_reason\"", |value| {
            value.starts_with(b"\"error\"") || value.starts_with(b"\"network_error\"")
        });
        if failed || says(data, b"\"error\"", |value| !value.starts_with(b"null")) && has_error(data) {
            self.error.get_or_insert_with(|| Box::new(Reported::read(data)));
        }
        // Most chunks say `"usage":null` or nothing of it: only the rest is worth a parse, and the first that names its tier.
        let names_tier = !self.tier_named && says(data, b"\"service_tier\"", |value| value.starts_with(b"\""));
        self.tier_named |= names_tier;
        if names_tier || says(data, b"\"usage\"", |value| !value.starts_with(b"null")) {
            let chunk = usage::of_chunk(data, self.includes_reasoning);
            self.tokens = chunk.said.tokens.or(self.tokens);
            self.served = self.served.then(chunk.said.service);
            if chunk.alone && self.hide_usage {
                return EventAction::Drop;
            }
        }
        EventAction::Forward
    }

    fn is_whole(&self, data: &[u8]) -> bool {
        data == b"[DONE]" || serde_json::from_slice::<serde::de::IgnoredAny>(data).is_ok()
    }

    fn ending(&self) -> StreamEnd {
        match self {
            Self { error: Some(_), .. } => StreamEnd::Failed,
            Self { done: true, .. } | Self { finished: true, .. } => StreamEnd::Complete,
            _ => StreamEnd::Cut,
        }
    }

    fn is_done(&self) -> bool {
        self.done
    }

    fn tokens(&self) -> Option<Tokens> {
        self.tokens
    }

    fn served(&self) -> ServiceReport {
        self.served
    }

    fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    fn has_content(&self) -> bool {
        self.content
    }

    fn reported(&self) -> Option<&Reported> {
        self.error.as_deref()
    }
}

/// Whether `key` stands somewhere in the text with a value that passes. A cheap look before a parse: text inside strings
/// may match too.
fn says(data: &[u8], key: &[u8], passes: impl Fn(&[u8]) -> bool) -> bool {
    memchr::memmem::find_iter(data, key).any(|at| passes(usage::value_after(data, at + key.len())))
}

/// Whether the object has an `error` that is not null, at its top, or is one itself, as Mistral's are.
fn has_error(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else {
        return false;
    };
    let mut error = false;
    let walked = Walk::new(text).object(|key, value| {
        error |= match key.of(text) {
            "\"error\"" => value.of(text) != "null",
            "\"object\"" => value.of(text) == "\"error\"",
            _ => false,
        };
        Ok::<_, JsonError>(())
    });
    walked.is_ok() && error
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;
    use crate::wire::sse::EventReader;

    /// The judge with the reader that shows it events.
    struct Stream(EventReader, Passing);

    impl Stream {
        fn new(show_usage: bool) -> Self {
            Self(EventReader::default(), Passing::new(show_usage, None))
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
                assert_eq!(stream.1.tokens().map(|t| (t.prompt, t.completion)), Some((7, 2)));
                assert_eq!((stream.1.ending(), stream.1.text_bytes()), (StreamEnd::Complete, 5));
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

        assert_eq!(stream.1.tokens().map(|t| t.completion), Some(9));
    }

    #[test]
    fn a_stream_without_a_finish_is_cut() {
        let mut stream = Stream::new(true);
        assert_eq!(stream.1.ending(), StreamEnd::Cut);

        pass(&mut stream, CHUNK);
        assert_eq!(stream.1.ending(), StreamEnd::Cut);

        pass(&mut stream, LAST);
        assert_eq!(stream.1.ending(), StreamEnd::Complete);
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

            assert_eq!(stream.1.ending(), StreamEnd::Failed, "{event}");
        }
    }

    #[test]
    fn a_word_in_the_text_is_no_error() {
        let mut stream = Stream::new(true);

        pass(
            &mut stream,
            "data: {\"choices\":[{\"delta\":{\"content\":\"\\\"error\\\": 1\"},\"error\":1}]}\n\n",
        );

        assert_eq!(stream.1.ending(), StreamEnd::Cut);
    }

    proptest::proptest! {
        #[test]
        fn whatever_a_provider_sends_does_no_harm(
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
            let _ = (stream.finish(), stream.1.ending());
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
}
