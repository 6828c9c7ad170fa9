//! Every client protocol against every provider protocol, case by case, in golden files.
//!
//! Inputs are `tests/data/wire/PROTOCOL/ask/CASE.json` (what a client sends) and `…/answer/CASE.{json,sse}` (what a
//! provider answers); outputs are `tests/data/wire/matrix/CLIENT-to-PROVIDER/CASE.{ask,answer}.{json,sse}`, an impossible
//! one `CASE.ask.refused.json`. `BLESS=1 scripts/test -- --test it wire::matrix` writes the outputs anew; read the difference then.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use crossmodel::domain::{Model, Protocol, Provider, Tokens};
use crossmodel::wire::error::{ApiError, Code};
use crossmodel::wire::event_stream::StreamEnd;
use crossmodel::wire::neutral::{Capabilities, Untranslatable};
use crossmodel::wire::operation::Operation;
use crossmodel::wire::passthrough::PassingStream;
use crossmodel::wire::translate::{Exchange, ResponseStyle};
use serde_json::{Value, json};

const CLIENTS: [(&str, Operation); 4] = [
    ("chat", Operation::Chat),
    ("messages", Operation::Messages),
    ("responses", Operation::Responses),
    ("completions", Operation::Completions),
];
/// Each with a model of the shipped catalog that it serves.
const PROVIDERS: [(&str, Protocol, &str); 3] = [
    ("chat", Protocol::OpenaiChat, "deepseek/deepseek-v4-pro"),
    ("messages", Protocol::AnthropicMessages, "anthropic/claude-opus-4-8"),
    ("responses", Protocol::OpenaiResponses, "openai/gpt-5.5-pro"),
];
const ASKS: [&str; 9] = [
    "plain",
    "stream",
    "tools",
    "parallel_tools",
    "image",
    "thinking",
    "structured_output",
    "refusal",
    "length",
];
const ANSWERS: [&str; 8] = [
    "plain",
    "tools",
    "parallel_tools",
    "image",
    "thinking",
    "structured_output",
    "refusal",
    "length",
];

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/wire")
}

fn read(path: impl AsRef<Path>) -> Option<Vec<u8>> {
    std::fs::read(data().join(path)).ok()
}

/// Compares with a golden file, or writes it.
fn golden(name: &str, actual: &str, wrong: &mut Vec<String>) {
    let path = data().join("matrix").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, actual).unwrap();
    } else if std::fs::read_to_string(&path).ok().as_deref() != Some(actual) {
        wrong.push(format!("{name} is not as it was; it is now:\n{actual}"));
    }
}

fn pretty(json: &[u8]) -> String {
    let value: Value = serde_json::from_slice(json).unwrap();
    serde_json::to_string_pretty(&value).unwrap() + "\n"
}

fn takes(model: &str) -> Capabilities {
    #[derive(serde::Deserialize)]
    struct File<T> {
        data: Vec<T>,
    }
    let models: File<Model> = serde_json::from_str(include_str!("../../../catalog/models.json")).unwrap();
    let providers: File<Provider> = serde_json::from_str(include_str!("../../../catalog/providers.json")).unwrap();
    let model = models
        .data
        .iter()
        .find(|row| row.id.as_str() == model)
        .expect("a model of the catalog");
    let provider = providers
        .data
        .iter()
        .find(|row| row.id == model.provider)
        .expect("its provider");
    Capabilities::of(provider, model)
}

fn telling() -> ResponseStyle {
    ResponseStyle {
        id: "0matrix".into(),
        model: "the/model".into(),
        created: 1_800_000_000,
        include_usage: true,
    }
}

/// An exchange whose request has the tools of the case, so that answers find their names.
fn exchange(
    client: (&str, Operation),
    provider: (Protocol, &str),
    case: &str,
) -> Result<(Exchange, Vec<u8>), Untranslatable> {
    let ask = read(format!("{}/ask/{case}.json", client.0)).or_else(|| read(format!("{}/ask/plain.json", client.0)));
    let ask = ask.unwrap_or_else(|| panic!("{} has no plain request", client.0));
    Exchange::open(
        (client.1, provider.0),
        &ask,
        "their-model",
        &takes(provider.1),
        None,
        telling(),
    )
}

/// Every pair of protocols that differ.
fn pairs() -> impl Iterator<Item = ((&'static str, Operation), (&'static str, Protocol, &'static str))> {
    CLIENTS.into_iter().flat_map(|client| {
        PROVIDERS
            .into_iter()
            .filter(move |provider| provider.0 != client.0)
            .map(move |provider| (client, provider))
    })
}

#[test]
fn every_request_is_put_into_every_other_protocol() {
    let mut wrong = Vec::new();
    for (client, provider) in pairs() {
        for case in ASKS {
            let Some(ask) = read(format!("{}/ask/{case}.json", client.0)) else {
                continue;
            };
            let name = format!("{}-to-{}/{case}.ask", client.0, provider.0);
            let opened = Exchange::open(
                (client.1, provider.1),
                &ask,
                "their-model",
                &takes(provider.2),
                None,
                telling(),
            );
            match opened {
                Ok((_, request)) => golden(&format!("{name}.json"), &pretty(&request), &mut wrong),
                Err(Untranslatable { param, message, .. }) => {
                    let refused = json!({"param": param, "message": message}).to_string();
                    golden(&format!("{name}.refused.json"), &pretty(refused.as_bytes()), &mut wrong);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_answer_is_told_in_every_other_protocol() {
    let mut wrong = Vec::new();
    for (client, provider) in pairs() {
        for case in ANSWERS {
            let answer = read(format!("{}/answer/{case}.json", provider.0)).unwrap();
            let (exchange, _) = exchange(client, (provider.1, provider.2), "tools").unwrap();
            let told = exchange.write_response(&answer).unwrap();

            let name = format!("{}-to-{}/{case}.answer.json", client.0, provider.0);
            golden(&name, &pretty(&told.body), &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The client's stream for a provider's that comes in these pieces, ended as the gateway ends it.
fn told(exchange: &Exchange, pieces: &[&[u8]]) -> (String, StreamEnd, Option<Tokens>) {
    let mut stream = exchange.clone().stream();
    let mut out = Vec::new();
    for piece in pieces {
        stream
            .push(&Bytes::copy_from_slice(piece), |bytes| out.extend_from_slice(&bytes))
            .unwrap();
    }
    out.extend(stream.finish().unwrap_or_default());
    let ending = stream.ending();
    match ending {
        StreamEnd::Complete => {}
        StreamEnd::Failed | StreamEnd::Cut => {
            let message = stream
                .reported()
                .and_then(|reported| reported.error.message.clone())
                .unwrap_or("It broke off.".into());
            out.extend(stream.fail(&ApiError::new(Code::ProviderError, message)));
        }
    }
    (String::from_utf8(out).unwrap(), ending, stream.tokens())
}

#[test]
fn every_stream_is_told_in_every_other_protocol() {
    let mut wrong = Vec::new();
    for (client, provider) in pairs() {
        for case in ANSWERS.into_iter().chain(["error"]) {
            let stream = read(format!("{}/answer/{case}.sse", provider.0)).unwrap();
            let (exchange, _) = exchange(client, (provider.1, provider.2), "tools").unwrap();

            let (out, ending, tokens) = told(&exchange, &[&stream]);

            golden(
                &format!("{}-to-{}/{case}.answer.sse", client.0, provider.0),
                &out,
                &mut wrong,
            );
            let expected = if case == "error" {
                StreamEnd::Failed
            } else {
                StreamEnd::Complete
            };
            assert_eq!(ending, expected, "{} {} {case}", client.0, provider.0);
            assert!(
                tokens.is_some() || case == "error",
                "{} {case} has no counts",
                provider.0
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_answer_and_its_stream_count_the_same_tokens() {
    for (name, protocol, model) in PROVIDERS {
        let client = CLIENTS.into_iter().find(|client| client.0 != name).unwrap();
        for case in ANSWERS {
            let (exchange, _) = exchange(client, (protocol, model), "tools").unwrap();
            let whole = exchange
                .write_response(&read(format!("{name}/answer/{case}.json")).unwrap())
                .unwrap();

            let (_, _, tokens) = told(&exchange, &[&read(format!("{name}/answer/{case}.sse")).unwrap()]);

            assert_eq!(tokens, whole.tokens, "{name} {case}");
        }
    }
}

#[test]
fn a_stream_says_the_same_however_it_is_split_and_ended() {
    for (client, provider) in pairs() {
        for case in ["parallel_tools", "thinking"] {
            let stream = read(format!("{}/answer/{case}.sse", provider.0)).unwrap();
            let (exchange, _) = exchange(client, (provider.1, provider.2), "tools").unwrap();
            let (whole, ..) = told(&exchange, &[&stream]);
            for at in 0..stream.len() {
                let (head, tail) = stream.split_at(at);
                assert_eq!(
                    told(&exchange, &[head, tail]).0,
                    whole,
                    "{} {case} split at {at}",
                    provider.0
                );
            }
            let text = String::from_utf8(stream).unwrap();
            let carriage = text.replace('\n', "\r\n");
            assert_eq!(
                told(&exchange, &[carriage.as_bytes()]).0,
                whole,
                "{} {case} with CRLF",
                provider.0
            );
            let comments = text.replace("\n\n", "\n\n: still here\n\n");
            let (out, ..) = told(&exchange, &[comments.as_bytes()]);
            assert_eq!(out, whole, "{} {case} with comments", provider.0);
        }
    }
}

#[test]
fn a_stream_that_stops_in_the_middle_ends_in_an_error_and_never_as_if_it_were_whole() {
    for (client, provider) in pairs() {
        for case in ANSWERS {
            let stream = String::from_utf8(read(format!("{}/answer/{case}.sse", provider.0)).unwrap()).unwrap();
            let (exchange, _) = exchange(client, (provider.1, provider.2), "tools").unwrap();
            let events: Vec<&str> = stream.split_inclusive("\n\n").collect();
            for count in 0..events.len() {
                let (out, ending, _) = told(&exchange, &[events[..count].concat().as_bytes()]);
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
    let names = [
        ("chat", Protocol::OpenaiChat),
        ("messages", Protocol::AnthropicMessages),
        ("responses", Protocol::OpenaiResponses),
    ];
    for (name, protocol) in names {
        for case in ANSWERS.into_iter().chain(["error"]) {
            let bytes = read(format!("{name}/answer/{case}.sse")).unwrap();
            let mut stream = PassingStream::new(protocol, Bytes::from_static(b"\"the/model\""), true, None);
            let mut out = Vec::new();
            for piece in bytes.chunks(7) {
                stream
                    .push(&Bytes::copy_from_slice(piece), |bytes| out.extend_from_slice(&bytes))
                    .unwrap();
            }
            out.extend(stream.finish().unwrap_or_default());

            let (came, went) = (data_of(&bytes), data_of(&out));
            assert_eq!(went.len(), came.len(), "{name} {case}");
            for (came, mut went) in came.into_iter().zip(went) {
                for path in ["/model", "/message/model", "/response/model"] {
                    if let (Some(theirs), Some(ours)) = (came.pointer(path).cloned(), went.pointer_mut(path)) {
                        assert!(
                            *ours == "the/model" || *ours == theirs,
                            "{name} {case} {path} is {ours}"
                        );
                        *ours = theirs;
                    }
                }
                assert_eq!(went, came, "{name} {case}");
            }
            let expected = if case == "error" {
                StreamEnd::Failed
            } else {
                StreamEnd::Complete
            };
            assert_eq!(stream.watch().ending(), expected, "{name} {case}");
            assert!(
                stream.watch().tokens().is_some() || case == "error",
                "{name} {case} has no counts"
            );
        }
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
