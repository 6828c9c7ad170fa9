//! Rules that hold for any bytes at all. The fuzzers in `fuzz/` check them, and the tests do so with the fuzzers' best finds.

use bytes::Bytes;
use crossmodel::domain::{Facts, Protocol};
use crossmodel::wire::control::{AskUsage, Control, model_literal};
use crossmodel::wire::error::{ApiError, Code};
use crossmodel::wire::event_stream::{EventStream as _, StreamEnd};
use crossmodel::wire::operation::Operation;
use crossmodel::wire::passthrough::{self, PassthroughStyle, renamed};
use crossmodel::wire::sse::{EventAction, EventReader};
use crossmodel::wire::translate::{Exchange, ResponseStyle, TranslationTarget};
use serde_json::Value;

const PROTOCOLS: [Protocol; 3] = [
    Protocol::OpenaiChat,
    Protocol::AnthropicMessages,
    Protocol::OpenaiResponses,
];
const CLIENTS: [Operation; 4] = [
    Operation::Chat,
    Operation::Messages,
    Operation::Responses,
    Operation::Completions,
];

/// The first byte chooses the client and the provider, the rest is the message.
fn pair(data: &[u8]) -> Option<(Operation, Protocol, &[u8])> {
    let (choice, rest) = data.split_first()?;
    let choice = usize::from(*choice);
    Some((*CLIENTS.get(choice % 4)?, *PROTOCOLS.get(choice / 4 % 3)?, rest))
}

fn pieces(data: &[u8], size: usize) -> impl Iterator<Item = Bytes> + '_ {
    data.chunks(size.max(1)).map(Bytes::copy_from_slice)
}

/// The reader of event streams: the bytes come out as they went in, and events do not depend on the split of the bytes.
pub fn sse(data: &[u8]) {
    let read = |size: usize| {
        let (mut reader, mut seen, mut out) = (EventReader::default(), Vec::new(), Vec::new());

        for piece in pieces(data, size) {
            let judge = |event: &[u8]| {
                seen.push(event.to_vec());
                EventAction::Forward
            };
            if reader
                .push(&piece, judge, |bytes| out.extend_from_slice(&bytes))
                .is_err()
            {
                return None;
            }
        }
        Some((seen, out))
    };

    let (Some(whole), Some(single)) = (read(data.len()), read(1)) else {
        return;
    };
    assert_eq!(whole.0, single.0, "events depend on the split");
    assert!(
        data.starts_with(&whole.1) && data.starts_with(&single.1),
        "bytes were changed"
    );
}

/// The edit of a request in place: the model is the new one, and the rest is the same.
pub fn control(data: &[u8]) {
    for operation in Operation::ALL {
        let Ok(control) = Control::read(data, operation) else {
            continue;
        };
        let _ = control.beyond(data);
        let literal = model_literal("their/model");

        for ask in [AskUsage::Yes, AskUsage::AsSent] {
            let Some(out) = control.rewrite(data, &literal, ask, &[]) else {
                continue;
            };
            let again = Control::read(&out, operation).expect("a request that can be read again");
            assert_eq!(again.model(&out), "their/model");

            let (Ok(mut before), Ok(mut after)) = (
                serde_json::from_slice::<Value>(data),
                serde_json::from_slice::<Value>(&out),
            ) else {
                continue;
            };
            for value in [&mut before, &mut after] {
                let object = value.as_object_mut().expect("an object");
                object.remove("model");
                object.remove("stream_options");
            }
            assert_eq!(before, after, "the edit changed something else");
        }
    }
}

fn style() -> ResponseStyle {
    ResponseStyle {
        id: "0fuzz".into(),
        model: "the/model".into(),
        created: 1,
        include_usage: true,
    }
}

/// A client's request in a provider's protocol: JSON, or an error that says why not.
pub fn request(data: &[u8]) {
    let Some((client, provider, body)) = pair(data) else {
        return;
    };

    match Exchange::open(
        (client, provider),
        body,
        TranslationTarget {
            model: "their-model",
            facts: &Facts::default(),
            asks_usage: true,
            includes_reasoning: None,
        },
        style(),
    ) {
        Ok((_, request)) => {
            let request: Value = serde_json::from_slice(&request).expect("a request is JSON");
            assert_eq!(request.get("model").and_then(Value::as_str), Some("their-model"));
        }
        Err(refused) => assert!(!refused.message.is_empty()),
    }
}

/// A small request of each client's protocol.
fn exchange(client: Operation, provider: Protocol) -> Exchange {
    let body: &[u8] = match client {
        Operation::Responses => br#"{"model":"m","input":"x","stream":true}"#,
        Operation::Completions => br#"{"model":"m","prompt":"x","stream":true}"#,
        _ => br#"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"stream":true}"#,
    };
    let opened = Exchange::open(
        (client, provider),
        body,
        TranslationTarget {
            model: "their-model",
            facts: &Facts::default(),
            asks_usage: true,
            includes_reasoning: None,
        },
        style(),
    );
    opened.expect("a plain request").0
}

/// A provider's whole answer in a client's protocol, and as a stream of it.
pub fn answer(data: &[u8]) {
    let Some((client, provider, body)) = pair(data) else {
        return;
    };
    let exchange = exchange(client, provider);

    if let Ok(answer) = exchange.write_response(body) {
        let written: Value = serde_json::from_slice(&answer.body).expect("an answer is JSON");
        assert_eq!(written.get("model").and_then(Value::as_str), Some("the/model"));
        let (stream, _) = exchange
            .answer_as_stream(body)
            .expect("an answer is one as a stream too");
        assert_eq!(stream.metered().tokens, answer.metered.tokens);
    }

    if let Some(named) = renamed(body, b"\"the/model\"") {
        assert!(named.windows(11).any(|at| at == b"\"the/model\""));
    }
}

/// A provider's stream in a client's protocol: the same however it is split, whole events, and an end only if one came.
pub fn stream(data: &[u8]) {
    let Some((client, provider, body)) = pair(data) else {
        return;
    };
    let translated = |size: usize| {
        let mut stream = exchange(client, provider).stream();
        let mut out = Vec::new();
        for piece in pieces(body, size) {
            let mut ready = Vec::new();
            if stream.push(&piece, &mut ready).is_err() {
                return None;
            }
            out.extend(ready.concat());
        }
        out.extend_from_slice(&stream.finish().unwrap_or_default());
        let ending = stream.end();
        if ending != StreamEnd::Complete {
            out.extend_from_slice(&stream.fail(&ApiError::new(Code::ProviderError, "It failed.")));
        }
        Some((out, ending))
    };

    let (Some((whole, ending)), Some((single, _))) = (translated(body.len()), translated(1)) else {
        return;
    };
    let (whole, single) = (without_comments(&whole), without_comments(&single));
    assert_eq!(whole, single, "the stream depends on the split");

    let end = match client {
        Operation::Messages => "event: message_stop\n",
        Operation::Responses => "event: response.completed\n",
        _ => "data: [DONE]\n",
    };
    if ending != StreamEnd::Complete {
        assert!(
            !whole.lines().any(|line| format!("{line}\n") == end),
            "an end that never came: {whole}"
        );
    }
    for line in whole
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .filter(|line| *line != "[DONE]")
    {
        serde_json::from_str::<Value>(line).expect("an event is JSON");
    }
}

/// A stream without comments: those of the provider pass as they come, before or after the events around them.
fn without_comments(stream: &[u8]) -> String {
    let text = String::from_utf8_lossy(stream);
    let lines = text
        .split(['\n', '\r'])
        .filter(|line| !line.starts_with(':') && !line.is_empty());
    lines.map(|line| line.to_owned() + "\n").collect()
}

/// A stream that passes: the same bytes but for the model's name, however it is split.
pub fn passing(data: &[u8]) {
    let Some((_, protocol, body)) = pair(data) else { return };
    let passed = |size: usize| {
        let mut stream = passthrough::stream(protocol, PassthroughStyle::new(Bytes::from_static(b"\"the/model\"")));
        let mut out = Vec::new();
        for piece in pieces(body, size) {
            let mut ready = Vec::new();
            if stream.push(&piece, &mut ready).is_err() {
                return None;
            }
            out.extend(ready.concat());
        }
        out.extend_from_slice(&stream.finish().unwrap_or_default());
        stream.fail(&ApiError::new(Code::ProviderError, "It failed."));
        Some((out, stream.end(), stream.metered().tokens))
    };

    let (Some(whole), Some(single)) = (passed(body.len()), passed(1)) else {
        return;
    };
    assert_eq!(whole, single, "what passes depends on the split");
}
