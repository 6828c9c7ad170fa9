//! Which headers of a client go on to a provider.

use actix_web::http::header::{self, HeaderMap};
use hyper::header::{HeaderName, HeaderValue};

use crate::domain::Betas;
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

/// The headers without the betas that a provider does not take; `None` if it takes all of them.
pub fn without_betas(headers: &[(HeaderName, HeaderValue)], betas: &Betas) -> Option<Vec<(HeaderName, HeaderValue)>> {
    let is_of_beta = |name: &HeaderName| BETA_HEADERS.contains(&name.as_str()) || is_internal(name);
    if betas.pass_all() || !headers.iter().any(|(name, _)| is_of_beta(name)) {
        return None;
    }

    let fitted = |(name, value): &(HeaderName, HeaderValue)| {
        if is_internal(name) {
            return betas.pass(name.as_str()).then(|| (name.clone(), value.clone()));
        }
        if !is_of_beta(name) {
            return Some((name.clone(), value.clone()));
        }
        let asked = value.to_str().ok()?.split(',').map(str::trim);
        let taken: Vec<&str> = asked.filter(|beta| betas.pass(beta)).collect();
        let taken = HeaderValue::from_str(&taken.join(",")).ok()?;
        (!taken.is_empty()).then(|| (name.clone(), taken))
    };
    let left: Vec<_> = headers.iter().filter_map(fitted).collect();
    (left != headers).then_some(left)
}

/// The headers that name betas, between commas.
const BETA_HEADERS: [&str; 2] = ["anthropic-beta", "openai-beta"];

/// A header that only OpenAI's own servers know.
fn is_internal(name: &HeaderName) -> bool {
    name.as_str().starts_with("x-openai-internal-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_betas_that_a_provider_takes_go_on() {
        let header =
            |name: &'static str, value: &'static str| (HeaderName::from_static(name), HeaderValue::from_static(value));
        let sent = vec![
            header("accept", "*/*"),
            header("anthropic-beta", "a-1, b-2"),
            header("x-openai-internal-x", "true"),
        ];
        let left = |betas: serde_json::Value| without_betas(&sent, &serde_json::from_value(betas).unwrap());

        assert_eq!(left(json!("pass")), None);
        assert_eq!(left(json!("drop")), Some(vec![header("accept", "*/*")]));
        assert_eq!(
            left(json!(["b-2", "c-3"])),
            Some(vec![header("accept", "*/*"), header("anthropic-beta", "b-2")])
        );
        assert_eq!(without_betas(&[header("accept", "*/*")], &Betas::default()), None);
    }
}
