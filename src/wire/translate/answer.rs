//! A provider's whole answer, and how much generated text it has.

use serde_json::Value;

use crate::domain::Protocol;
use crate::wire::answer_note::{AnswerNote, AnswerNotes};
use crate::wire::event_stream::Metered;
use crate::wire::neutral::{NotAnAnswer, Part, Response, take_thoughts_out};
use crate::wire::responses::Commentary;
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
    read(provider, answer, Reading::default()).map(|(response, _)| text_length(&response))
}

/// What is known of a provider's answers, and of what their reader wants.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reading {
    /// Whether the provider counts thinking as completion tokens, where that is known.
    pub(super) includes_reasoning: Option<bool>,
    /// Thoughts may come as `<think>…</think>`.
    pub(super) think_tags: bool,
    /// What becomes of a message on the way to the answer.
    pub(super) commentary: Commentary,
}

/// Reads an answer. Also returns what was changed in it.
pub(super) fn read(
    provider: Protocol,
    body: &Value,
    reading: Reading,
) -> Result<(Response<'_>, AnswerNotes), NotAnAnswer> {
    let includes_reasoning = reading.includes_reasoning;
    let mut response = match provider {
        Protocol::AnthropicMessages => messages::read_response(body, includes_reasoning),
        Protocol::OpenaiResponses => responses::read_response(body, reading.commentary),
        Protocol::OpenaiChat | Protocol::Gemini => chat::read_response(body, includes_reasoning),
    }?;

    let notes = take_tags_out(&mut response, reading);
    Ok((response, notes))
}

/// Makes thoughts of the tags in an answer, if the model sends some so. Returns what was changed.
pub(super) fn take_tags_out(response: &mut Response<'_>, reading: Reading) -> AnswerNotes {
    let has_tags = reading.think_tags && take_thoughts_out(&mut response.parts);
    AnswerNotes::default().with(AnswerNote::ThinkTags, has_tags)
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
