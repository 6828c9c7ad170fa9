//! The recorded requests and answers of `tests/data/wire`, and how they are translated.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use crossmodel::domain::{Facts, Model, Protocol, Provider, Tokens};
use crossmodel::wire::error::{ApiError, Code};
use crossmodel::wire::event_stream::{EventStream as _, StreamEnd};
use crossmodel::wire::neutral::Untranslatable;
use crossmodel::wire::operation::Operation;
use crossmodel::wire::translate::{Exchange, ResponseStyle, TranslationTarget};

pub(super) const CLIENTS: [(&str, Operation); 4] = [
    ("chat", Operation::Chat),
    ("messages", Operation::Messages),
    ("responses", Operation::Responses),
    ("completions", Operation::Completions),
];
/// Each protocol with a model of the shipped catalog that a provider serves in it.
pub(super) const PROVIDERS: [(&str, Protocol, &str); 3] = [
    ("chat", Protocol::OpenaiChat, "deepseek/deepseek-v4-pro"),
    ("messages", Protocol::AnthropicMessages, "anthropic/claude-opus-4-8"),
    ("responses", Protocol::OpenaiResponses, "openai/gpt-5.5-pro"),
];
pub(super) const ANSWERS: [&str; 8] = [
    "plain",
    "tools",
    "parallel_tools",
    "image",
    "thinking",
    "structured_output",
    "refusal",
    "length",
];

pub(super) fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/wire")
}

pub(super) fn read(path: impl AsRef<Path>) -> Option<Vec<u8>> {
    std::fs::read(data().join(path)).ok()
}

pub(super) fn facts(model: &str, protocol: Protocol) -> Facts {
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
    crossmodel::domain::facts(provider, model, protocol)
}

pub(super) fn style() -> ResponseStyle {
    ResponseStyle {
        id: "0matrix".into(),
        model: "the/model".into(),
        created: 1_800_000_000,
        include_usage: true,
    }
}

/// An exchange for the client's request of the case, so that answers find the names of its tools.
pub(super) fn exchange(
    client: (&str, Operation),
    provider: (Protocol, &str),
    case: &str,
) -> Result<(Exchange, Vec<u8>), Untranslatable> {
    let ask = read(format!("{}/ask/{case}.json", client.0)).or_else(|| read(format!("{}/ask/plain.json", client.0)));
    let ask = ask.unwrap_or_else(|| panic!("{} has no plain request", client.0));
    Exchange::open(
        (client.1, provider.0),
        &ask,
        TranslationTarget {
            model: "their-model",
            facts: &facts(provider.1, provider.0),
            asks_usage: true,
            includes_reasoning: None,
        },
        style(),
    )
}

/// Every pair of protocols that differ.
pub(super) fn pairs() -> impl Iterator<Item = ((&'static str, Operation), (&'static str, Protocol, &'static str))> {
    CLIENTS.into_iter().flat_map(|client| {
        PROVIDERS
            .into_iter()
            .filter(move |provider| provider.0 != client.0)
            .map(move |provider| (client, provider))
    })
}

/// The client's stream for a provider's that comes in these pieces, ended as the gateway ends it; how it ended; its counts.
pub(super) fn translated(exchange: &Exchange, pieces: &[&[u8]]) -> (String, StreamEnd, Option<Tokens>) {
    let mut stream = exchange.clone().stream();
    let mut out = Vec::new();

    for piece in pieces {
        let mut ready = Vec::new();
        stream.push(&Bytes::copy_from_slice(piece), &mut ready).unwrap();
        out.extend(ready.concat());
    }
    out.extend(stream.finish().unwrap_or_default());

    let ending = stream.end();
    match ending {
        StreamEnd::Complete => {}
        StreamEnd::Failed | StreamEnd::Cut => {
            let message = stream
                .error()
                .and_then(|reported| reported.error.message.clone())
                .unwrap_or("It broke off.".into());
            out.extend(stream.fail(&ApiError::new(Code::ProviderError, message)));
        }
    }

    (String::from_utf8(out).unwrap(), ending, stream.metered().tokens)
}
