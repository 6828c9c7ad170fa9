//! A whole answer on its way to the client.

use bytes::Bytes;
use serde_json::Value;

use super::plan::Reading;
use super::upstream::Upstream;
use crate::domain::{Protocol, Tokens};
use crate::wire::passing::renamed;
use crate::wire::translate::{Exchange, text_bytes};
use crate::wire::{messages, responses, usage};

/// What the client gets, and what it used.
pub(super) struct Told {
    pub body: Bytes,
    /// The body is a stream's.
    pub as_events: bool,
    pub tokens: Option<Tokens>,
    /// Bytes of generated text, if nobody counted.
    pub text_bytes: usize,
}

/// Tells a provider's whole answer; `None` if it is none. `stream`: the client asked for a stream.
pub(super) fn tell(answer: Bytes, reading: Reading, stream: bool, upstream: &Upstream) -> Option<Told> {
    match reading {
        Reading::Passing { name } => {
            let (tokens, text_bytes) = counts(&answer, upstream)?;
            let body = renamed(&answer, &name).map_or(answer, Bytes::from);
            Some(Told { body, as_events: false, tokens, text_bytes })
        }
        Reading::Translated(exchange) if stream => {
            let (stream, body) = exchange.answer_as_stream(&answer).ok()?;
            Some(Told { body, as_events: true, tokens: stream.tokens(), text_bytes: stream.text_bytes() })
        }
        Reading::Translated(exchange) => translated(&exchange, &answer),
    }
}

fn translated(exchange: &Exchange, answer: &[u8]) -> Option<Told> {
    let told = exchange.answer(answer).ok()?;
    Some(Told { body: told.body.into(), as_events: false, tokens: told.tokens, text_bytes: told.text_bytes })
}

/// What an answer that passes says of its use; `None` if it is not a JSON object. Where it says nothing, the text in it
/// counts, and the whole of it if no text is found: what was delivered is never free by oversight.
fn counts(answer: &[u8], upstream: &Upstream) -> Option<(Option<Tokens>, usize)> {
    let protocol = upstream.protocol;
    let read: fn(&Value) -> Option<Tokens> = match protocol {
        Protocol::OpenaiChat | Protocol::Gemini => {
            let tokens = usage::of_answer(answer, upstream.includes_reasoning).ok()?;
            let text_bytes = if tokens.is_none() { usage::text_bytes(answer) } else { 0 };
            return Some((tokens, text_bytes));
        }
        Protocol::AnthropicMessages => messages::tokens,
        Protocol::OpenaiResponses => responses::tokens,
    };
    let answer_read = object(answer)?;
    let tokens = read(&answer_read);
    let text_bytes = match tokens {
        Some(_) => 0,
        None => text_bytes(protocol, &answer_read).unwrap_or(answer.len()),
    };
    Some((tokens, text_bytes))
}

fn object(answer: &[u8]) -> Option<Value> {
    serde_json::from_slice(answer).ok().filter(Value::is_object)
}
