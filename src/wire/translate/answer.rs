//! A provider's whole answer, and how much generated text it has.

use serde_json::Value;

use crate::domain::Protocol;
use crate::wire::event_stream::Metered;
use crate::wire::neutral::{NotAnAnswer, Part, Response};
use crate::wire::{chat, messages, responses};

/// A whole answer in the client's protocol.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The JSON text that the client gets.
    pub body: Vec<u8>,
    /// What was counted of it, to bill the call.
    pub metered: Metered,
}

/// Bytes of generated text in a whole answer of `provider`'s protocol, for an estimate if the provider sent no counts.
///
/// # Errors
/// If it is no answer of that protocol.
pub fn text_bytes(provider: Protocol, answer: &Value) -> Result<usize, NotAnAnswer> {
    read(provider, answer, None).map(|response| text_length(&response))
}

pub(super) fn read(
    provider: Protocol,
    body: &Value,
    includes_reasoning: Option<bool>,
) -> Result<Response<'_>, NotAnAnswer> {
    match provider {
        Protocol::AnthropicMessages => messages::read_response(body, includes_reasoning),
        Protocol::OpenaiResponses => responses::read_response(body, includes_reasoning),
        Protocol::OpenaiChat | Protocol::Gemini => chat::read_response(body, includes_reasoning),
    }
}

/// Bytes of generated text in all parts of an answer.
pub(super) fn text_length(response: &Response<'_>) -> usize {
    let length = |part: &Part<'_>| match part {
        Part::Text { text, .. } | Part::Thinking { text, .. } | Part::Refusal(text) => text.len(),
        Part::ToolCall(call) => call.arguments.len(),
        _ => 0,
    };
    response.parts.iter().map(length).sum()
}
