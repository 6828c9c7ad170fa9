//! A whole answer on its way to the client.

use bytes::Bytes;
use serde_json::Value;

use super::plan::Reading;
use super::upstream::Upstream;
use crate::domain::{Protocol, Served, Tokens};
use crate::wire::json::Span;
use crate::wire::passing::renamed_at;
use crate::wire::translate::{Answer, Exchange, text_bytes};
use crate::wire::{messages, model_name, responses, usage};

/// What the client gets, and what it used.
pub(super) struct Told {
    pub body: Bytes,
    /// The body is a stream's.
    pub as_events: bool,
    pub tokens: Option<Tokens>,
    pub served: Served,
    /// Bytes of generated text, if nobody counted.
    pub text_bytes: usize,
}

/// Tells a provider's whole answer; `None` if it is none. `stream`: the client asked for a stream.
pub(super) fn tell(answer: Bytes, reading: Reading, stream: bool, upstream: &Upstream) -> Option<Told> {
    match reading {
        Reading::Passing { name } => {
            let Counts { tokens, served, text_bytes, model } = counts(&answer, upstream)?;
            let renamed = model.and_then(|place| renamed_at(&answer, place, &name));
            Some(Told { body: renamed.map_or(answer, Bytes::from), as_events: false, tokens, served, text_bytes })
        }
        Reading::Translated(exchange) if stream => {
            let (stream, body) = exchange.answer_as_stream(&answer).ok()?;
            let (tokens, served, text_bytes) = (stream.tokens(), stream.served(), stream.text_bytes());
            Some(Told { body, as_events: true, tokens, served, text_bytes })
        }
        Reading::Translated(exchange) => translated(&exchange, &answer),
    }
}

fn translated(exchange: &Exchange, answer: &[u8]) -> Option<Told> {
    let Answer { body, tokens, served, text_bytes } = exchange.answer(answer).ok()?;
    Some(Told { body: body.into(), as_events: false, tokens, served, text_bytes })
}

/// What an answer that passes says of its use, and where the name of its model stands.
struct Counts {
    tokens: Option<Tokens>,
    served: Served,
    text_bytes: usize,
    model: Option<Span>,
}

/// Reads an answer that passes; `None` if it is not a JSON object. Where it says nothing of its use, the text in it counts,
/// and the whole of it if no text is found: what was delivered is never free by oversight.
fn counts(answer: &[u8], upstream: &Upstream) -> Option<Counts> {
    let protocol = upstream.protocol;
    type Read = (fn(&Value) -> Option<Tokens>, fn(&Value) -> Served);
    let (tokens, served): Read = match protocol {
        Protocol::OpenaiChat | Protocol::Gemini => {
            let (said, model) = usage::of_answer_and_model(answer, upstream.includes_reasoning).ok()?;
            let usage::Said { tokens, served } = said;
            let text_bytes = if tokens.is_none() { usage::text_bytes(answer) } else { 0 };
            return Some(Counts { tokens, served, text_bytes, model });
        }
        Protocol::AnthropicMessages => (messages::tokens, messages::served),
        Protocol::OpenaiResponses => (responses::tokens, responses::served),
    };
    let answer_read = object(answer)?;
    let (tokens, served) = (tokens(&answer_read), served(&answer_read));
    let text_bytes = match tokens {
        Some(_) => 0,
        None => text_bytes(protocol, &answer_read).unwrap_or(answer.len()),
    };
    Some(Counts { tokens, served, text_bytes, model: model_name::in_answer(answer) })
}

fn object(answer: &[u8]) -> Option<Value> {
    serde_json::from_slice(answer).ok().filter(Value::is_object)
}
