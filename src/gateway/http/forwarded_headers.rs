//! Which headers of a client go on to a provider.

use actix_web::http::header::{self, HeaderMap};
use hyper::header::{HeaderName, HeaderValue};

use crate::wire::operation::Operation;

/// The longest header that goes on to a provider, in bytes.
pub const LONGEST_HEADER: usize = 8192;

/// The name of a header, as the client's side and as the provider's knows it.
pub struct Forwarded(header::HeaderName, HeaderName);

pub const fn forwards(name: &'static str) -> Forwarded {
    Forwarded(header::HeaderName::from_static(name), HeaderName::from_static(name))
}

/// Headers of the client's that go on to a provider which speaks the client's protocol. Everything else of the client's
/// stays here, its key above all.
pub static OPENAI_HEADERS: [Forwarded; 4] = [
    forwards("accept"),
    forwards("idempotency-key"),
    forwards("openai-beta"),
    forwards("x-openai-internal-codex-responses-lite"),
];

/// The same for Anthropic's protocol.
pub static ANTHROPIC_HEADERS: [Forwarded; 4] = [
    forwards("accept"),
    forwards("idempotency-key"),
    forwards("anthropic-version"),
    forwards("anthropic-beta"),
];

/// Headers that go on to a provider of the client's protocol.
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
