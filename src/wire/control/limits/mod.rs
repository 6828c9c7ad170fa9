//! How much a request asks for: how long an answer may get, and how many answers there are to be.
//!
//! A provider of the client's protocol reads the body as it came, and not all of them read it alike. What is read here
//! therefore holds for each of them that obeys a field of its endpoint:
//!
//! - Only a field of the endpoint's own limits an answer.
//! - A field of another endpoint's never makes the limit lower: a provider may pass over it. It may make it higher: a
//!   provider may take it. So of several fields the largest counts.
//! - A limit of 0 counts as none: some providers refuse it, others take it for not given.
//! - A number has to be a whole one, written in digits alone. Readers differ over `100.0`, `1e2`, `"100"` and `-1`.

use super::error::ControlError;
use crate::wire::json::Span;
use crate::wire::operation::Operation;

/// A field with a number in it.
pub(super) type Field = (&'static str, Option<Span>);

/// Fields that limit an answer, of all endpoints.
#[derive(Clone, Copy, Debug)]
pub(super) struct LimitFields {
    pub max_tokens: Option<Span>,
    pub max_completion_tokens: Option<Span>,
    pub max_output_tokens: Option<Span>,
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

/// How many answers are generated, at most: a provider charges all that it weighs against each other, not those alone that
/// it sends.
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

/// The number in a field; `None` if it is not given.
fn number(text: &str, (key, span): Field, wanted: &'static str) -> Result<Option<u64>, ControlError> {
    let Some(value) = span.map(|span| span.of(text)).filter(|value| *value != "null") else {
        return Ok(None);
    };
    value.parse().map(Some).map_err(|_| ControlError::Kind { key, wanted })
}

#[cfg(test)]
mod tests;
