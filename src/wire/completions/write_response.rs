//! A whole completion for a client.

use serde::Serialize;

use crate::wire::chat::Usage;
use crate::wire::neutral::{Part, Response, ResponseIdentity, Stop};

/// Writes the answer: its texts and refusals as one text. Thoughts are dropped, since this protocol cannot mark them. There
/// are no calls, since the request has no tools.
pub fn write_response(response: &Response<'_>, identity: &ResponseIdentity) -> Vec<u8> {
    let texts = response.parts.iter().filter_map(|part| match part {
        Part::Text { text, .. } | Part::Refusal(text) => Some(text.as_ref()),
        _ => None,
    });
    let text: String = texts.collect();
    let in_words = response.parts.iter().any(|part| matches!(part, Part::Refusal(_)));
    let finish_reason = Some(finish_reason(response.stop, in_words));

    let answer = Completion {
        id: &id(identity),
        object: "text_completion",
        created: identity.created,
        model: &identity.model,
        choices: &[Choice {
            text: &text,
            index: 0,
            logprobs: None,
            finish_reason,
        }],
        usage: response.tokens.map(Usage::from),
    };

    // These types always become JSON.
    serde_json::to_vec(&answer).unwrap_or_default()
}

/// Why the answer ended, in the words of chat. `in_words`: the model wrote a refusal, which ends like any text.
pub(super) fn finish_reason(stop: Stop, in_words: bool) -> &'static str {
    match stop {
        Stop::Length => "length",
        Stop::Refusal if !in_words => "content_filter",
        Stop::End | Stop::Sequence | Stop::Tools | Stop::Refusal => "stop",
    }
}

pub(super) fn id(identity: &ResponseIdentity) -> String {
    format!("cmpl-{}", identity.id)
}

/// An answer, or a chunk of one: they have the same shape.
#[derive(Serialize)]
pub(super) struct Completion<'w> {
    pub(super) id: &'w str,
    pub(super) object: &'static str,
    pub(super) created: i64,
    pub(super) model: &'w str,
    pub(super) choices: &'w [Choice<'w>],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) usage: Option<Usage>,
}

#[derive(Serialize)]
pub(super) struct Choice<'w> {
    pub(super) text: &'w str,
    pub(super) index: u8,
    pub(super) logprobs: Option<()>,
    pub(super) finish_reason: Option<&'static str>,
}
