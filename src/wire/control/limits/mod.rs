//! The most that a request asks for: the length of an answer, and the number of answers.
//!
//! A provider of the client's protocol reads the body as it came, and not all providers read it alike. The rules here
//! therefore hold for each provider that obeys a field of its endpoint:
//!
//! - Only the endpoint's own fields limit an answer.
//! - A field of another endpoint never makes the limit lower: a provider may ignore it. It may make it higher: a
//!   provider may obey it. So of several fields the largest counts.
//! - A limit of 0 counts as none: some providers refuse it, others ignore it.
//! - A number has to be a whole one, written in digits alone. Providers differ over `100.0`, `1e2`, `"100"` and `-1`.

#[cfg(test)]
mod tests;

use super::error::ControlError;
use crate::wire::json::Span;
use crate::wire::operation::Operation;

/// A field that has a number, with its name.
pub(super) type Field = (&'static str, Option<Span>);

/// The fields of all endpoints that limit an answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct LimitFields {
    pub(super) max_tokens: Option<Span>,
    pub(super) max_completion_tokens: Option<Span>,
    pub(super) max_output_tokens: Option<Span>,
}

/// The most tokens that one answer to a request to `operation` may have; `None` if the request sets no limit.
pub(super) fn most_tokens(text: &str, operation: Operation, fields: LimitFields) -> Result<Option<u64>, ControlError> {
    let own = |key: &str| match operation {
        Operation::Chat => matches!(key, "max_completion_tokens" | "max_tokens"),
        Operation::Completions | Operation::Messages => key == "max_tokens",
        Operation::Responses => key == "max_output_tokens",
        Operation::CountTokens | Operation::Embeddings => false,
    };
    let fields = [
        ("max_completion_tokens", fields.max_completion_tokens),
        ("max_output_tokens", fields.max_output_tokens),
        ("max_tokens", fields.max_tokens),
    ];

    let (mut most, mut limited) = (0, false);
    for field in fields {
        match number(text, field, "a whole number, written in digits alone")? {
            None => {}
            Some(0) => (most, limited) = (u64::MAX, limited | own(field.0)),
            Some(tokens) => (most, limited) = (most.max(tokens), limited | own(field.0)),
        }
    }
    Ok((limited && most < u64::MAX).then_some(most))
}

/// The number of answers that a provider generates, at most: it charges all that it compares, not only those that it sends.
pub(super) fn answers(text: &str, fields: [Field; 2]) -> Result<u64, ControlError> {
    const WANTED: &str = "a whole number of 1 or more, written in digits alone";
    let mut most = 1;
    for field in fields {
        match number(text, field, WANTED)? {
            Some(0) => {
                return Err(ControlError::Kind {
                    key: field.0,
                    wanted: WANTED,
                });
            }
            Some(answers) => most = most.max(answers),
            None => {}
        }
    }
    Ok(most)
}

/// The number in a field; `None` if the field is absent or null.
fn number(text: &str, (key, span): Field, wanted: &'static str) -> Result<Option<u64>, ControlError> {
    let Some(value) = span.map(|span| span.of(text)).filter(|value| *value != "null") else {
        return Ok(None);
    };

    value.parse().map(Some).map_err(|_| ControlError::Kind { key, wanted })
}
