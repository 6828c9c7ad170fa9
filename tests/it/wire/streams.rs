//! Streams that are translated or pass: counted right, the same however they are split, and never complete without an end.

use bytes::Bytes;
use crossmodel::domain::Protocol;
use crossmodel::wire::event_stream::{EventStream, StreamEnd};
use crossmodel::wire::passthrough::{self, PassthroughStyle};
use serde_json::Value;

use super::recorded::{ANSWERS, CLIENTS, PROVIDERS, exchange, pairs, read, translated};

#[test]
fn an_answer_and_its_stream_count_the_same_tokens() {
    for (name, protocol, model) in PROVIDERS {
        let client = CLIENTS.into_iter().find(|client| client.0 != name).unwrap();
        for case in ANSWERS {
            let (exchange, _) = exchange(client, (protocol, model), "tools").unwrap();
            let whole = exchange
                .write_response(&read(format!("{name}/answer/{case}.json")).unwrap())
                .unwrap();

            let (_, _, tokens) = translated(&exchange, &[&read(format!("{name}/answer/{case}.sse")).unwrap()]);

            assert_eq!(tokens, whole.metered.tokens, "{name} {case}");
        }
    }
}

#[test]
fn a_stream_says_the_same_however_it_is_split_and_ended() {
    for (client, provider) in pairs() {
        for case in ["parallel_tools", "thinking"] {
            let stream = read(format!("{}/answer/{case}.sse", provider.0)).unwrap();
            let (exchange, _) = exchange(client, (provider.1, provider.2), "tools").unwrap();
            let (whole, ..) = translated(&exchange, &[&stream]);

            for at in 0..stream.len() {
                let (head, tail) = stream.split_at(at);
                assert_eq!(
                    translated(&exchange, &[head, tail]).0,
                    whole,
                    "{} {case} split at {at}",
                    provider.0
                );
            }

            let text = String::from_utf8(stream).unwrap();
            let carriage = text.replace('\n', "\r\n");
            assert_eq!(
                translated(&exchange, &[carriage.as_bytes()]).0,
                whole,
                "{} {case} with CRLF",
                provider.0
            );

            let comments = text.replace("\n\n", "\n\n: still here\n\n");
            let (out, ..) = translated(&exchange, &[comments.as_bytes()]);
            assert_eq!(out, whole, "{} {case} with comments", provider.0);
        }
    }
}

#[test]
fn a_stream_that_stops_in_the_middle_ends_in_an_error_and_never_as_if_it_were_complete() {
    for (client, provider) in pairs() {
        for case in ANSWERS {
            let stream = String::from_utf8(read(format!("{}/answer/{case}.sse", provider.0)).unwrap()).unwrap();
            let (exchange, _) = exchange(client, (provider.1, provider.2), "tools").unwrap();
            let events: Vec<&str> = stream.split_inclusive("\n\n").collect();

            for count in 0..events.len() {
                let (out, ending, _) = translated(&exchange, &[events[..count].concat().as_bytes()]);
                if ending == StreamEnd::Complete {
                    // Only the provider's last words were missing, after it had said that it was done.
                    assert!(count + 3 >= events.len(), "{} {case} after {count} events", provider.0);
                    continue;
                }
                for end in ["[DONE]", "message_stop", "response.completed"] {
                    assert!(
                        !out.contains(end),
                        "{} to {} {case} after {count} events: {out}",
                        client.0,
                        provider.0
                    );
                }
                assert!(out.contains("It broke off."), "{out}");
            }
        }
    }
}

#[test]
fn a_stream_of_the_same_protocol_passes_as_it_came_but_for_the_models_name() {
    for (name, protocol, _) in PROVIDERS {
        for case in ANSWERS.into_iter().chain(["error"]) {
            let bytes = read(format!("{name}/answer/{case}.sse")).unwrap();

            let (out, stream) = passed(protocol, &bytes);

            check_data(&bytes, &out, &format!("{name} {case}"));
            let expected = if case == "error" {
                StreamEnd::Failed
            } else {
                StreamEnd::Complete
            };
            assert_eq!(stream.end(), expected, "{name} {case}");
            assert!(
                stream.metered().tokens.is_some() || case == "error",
                "{name} {case} has no counts"
            );
        }
    }
}

fn passed(protocol: Protocol, bytes: &[u8]) -> (Vec<u8>, Box<dyn EventStream + Send>) {
    let mut stream = passthrough::stream(
        protocol,
        PassthroughStyle {
            include_usage: true,
            ..PassthroughStyle::new(Bytes::from_static(b"\"the/model\""))
        },
    );
    let mut out = Vec::new();

    for piece in bytes.chunks(7) {
        let mut ready = Vec::new();
        stream.push(&Bytes::copy_from_slice(piece), &mut ready).unwrap();
        out.extend(ready.concat());
    }
    out.extend(stream.finish().unwrap_or_default());

    (out, stream)
}

/// Every event has the data that it came with, but the name of the model may be the client's.
fn check_data(came: &[u8], went: &[u8], case: &str) {
    let (came, went) = (data_of(came), data_of(went));
    assert_eq!(went.len(), came.len(), "{case}");

    for (came, mut went) in came.into_iter().zip(went) {
        for path in ["/model", "/message/model", "/response/model"] {
            if let (Some(theirs), Some(ours)) = (came.pointer(path).cloned(), went.pointer_mut(path)) {
                assert!(*ours == "the/model" || *ours == theirs, "{case} {path} is {ours}");
                *ours = theirs;
            }
        }
        assert_eq!(went, came, "{case}");
    }
}

/// The data of each event of a stream, `[DONE]` apart.
fn data_of(stream: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(stream).unwrap();
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .map(str::trim);
    lines
        .filter(|data| *data != "[DONE]")
        .map(|data| serde_json::from_str(data).unwrap())
        .collect()
}
