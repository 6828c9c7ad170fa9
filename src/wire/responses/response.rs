//! A `Response`, as the SDKs read it.

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::usage::Usage;
use crate::domain::Tokens;
use crate::wire::neutral::{ResponseIdentity, Stop};

/// The whole answer. Its items are JSON text already, since a stream writes them long before.
#[derive(Serialize)]
pub(super) struct ResponseObject<'a> {
    id: String,
    object: &'static str,
    created_at: i64,
    status: &'static str,
    error: Option<Failure<'a>>,
    incomplete_details: Option<Incomplete>,
    model: &'a str,
    output: &'a [Box<RawValue>],
    usage: Option<Usage>,
    #[serde(flatten)]
    echo: &'a Map<String, Value>,
}

/// The error of a failed answer.
#[derive(Serialize)]
pub(super) struct Failure<'a> {
    pub code: &'a str,
    pub message: &'a str,
}

#[derive(Serialize)]
struct Incomplete {
    reason: &'static str,
}

/// The state of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    InProgress,
    Completed,
    /// The answer was cut for this reason.
    Incomplete(&'static str),
    Failed,
}

impl Status {
    /// The state of an answer that ended. `refused`: it has a refusal as text, which makes it complete.
    pub fn of(stop: Stop, refused: bool) -> Self {
        match stop {
            Stop::End | Stop::Sequence | Stop::Tools => Self::Completed,
            Stop::Length => Self::Incomplete("max_output_tokens"),
            Stop::Refusal if refused => Self::Completed,
            Stop::Refusal => Self::Incomplete("content_filter"),
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Incomplete(_) => "incomplete",
            Self::Failed => "failed",
        }
    }
}

impl<'a> ResponseObject<'a> {
    /// An answer with the items so far.
    pub fn new(
        identity: &'a ResponseIdentity,
        status: Status,
        output: &'a [Box<RawValue>],
        tokens: Option<Tokens>,
    ) -> Self {
        let incomplete_details = match status {
            Status::Incomplete(reason) => Some(Incomplete { reason }),
            _ => None,
        };

        Self {
            id: format!("resp_{}", identity.id),
            object: "response",
            created_at: identity.created,
            status: status.as_str(),
            error: None,
            incomplete_details,
            model: &identity.model,
            output,
            usage: tokens.map(Usage::from),
            echo: &identity.echo,
        }
    }

    /// The same answer with the id that its provider gave it.
    #[must_use]
    pub fn with_id(self, id: &str) -> Self {
        Self {
            id: id.to_owned(),
            ..self
        }
    }

    /// Adds the error of a failed answer.
    #[must_use]
    pub fn failed(mut self, error: Failure<'a>) -> Self {
        self.error = Some(error);
        self
    }
}
