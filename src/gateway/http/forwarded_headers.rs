//! Which headers of a client go on to a provider.

use actix_web::http::header::{self, HeaderMap};
use hyper::header::{HeaderName, HeaderValue};

use crate::wire::operation::Operation;

/// The longest value of a header that goes on to a provider, in bytes.
pub const LONGEST_HEADER: usize = 8192;

/// The name of a header, as a type of the server's library and as a type of the HTTP client's.
pub struct Forwarded(header::HeaderName, HeaderName);

pub const fn forwards(name: &'static str) -> Forwarded {
    Forwarded(header::HeaderName::from_static(name), HeaderName::from_static(name))
}

/// The headers of a client that go on to a provider of OpenAI's protocols. All others stay here, above all the client's key.
pub static OPENAI_HEADERS: [Forwarded; 4] = [
    forwards("accept"),
    forwards("idempotency-key"),
    forwards("openai-beta"),
    forwards("x-openai-internal-codex-responses-lite"),
];

/// The headers of a client that go on to a provider of Anthropic's protocol.
pub static ANTHROPIC_HEADERS: [Forwarded; 4] = [
    forwards("accept"),
    forwards("idempotency-key"),
    forwards("anthropic-version"),
    forwards("anthropic-beta"),
];

/// The headers of a request that go on to a provider that speaks the client's protocol.
pub fn forwarded(operation: Operation, headers: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
    let names = match operation {
        Operation::Messages | Operation::CountTokens => &ANTHROPIC_HEADERS,
        _ => &OPENAI_HEADERS,
    };

    let value = |Forwarded(ours, theirs): &Forwarded| {
        let value = headers.get(ours).filter(|value| value.len() <= LONGEST_HEADER)?;
        Some((theirs.clone(), HeaderValue::from_bytes(value.as_bytes()).ok()?))
    };
    names.iter().filter_map(value).collect()
}
