//! A `Response` and its items, as the SDKs want them.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::usage::Usage;
use crate::domain::Tokens;
use crate::wire::neutral::{Citation, ResponseIdentity, Stop};

/// The whole answer. Items are JSON text already: in a stream they were written long before.
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

/// Why it failed.
#[derive(Serialize)]
pub(super) struct Failure<'a> {
    /// A word.
    pub code: &'a str,
    /// For a person.
    pub message: &'a str,
}

#[derive(Serialize)]
struct Incomplete {
    reason: &'static str,
}

/// How far an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// More is to come.
    InProgress,
    /// It is whole.
    Completed,
    /// It was cut, for this reason.
    Incomplete(&'static str),
    /// The provider failed.
    Failed,
}

impl Status {
    /// How an answer that ended in this way stands. `refused`: it says in words why; then it is whole.
    pub fn of(stop: Stop, refused: bool) -> Self {
        match stop {
            Stop::End | Stop::Sequence | Stop::Tools => Self::Completed,
            Stop::Length => Self::Incomplete("max_output_tokens"),
            Stop::Refusal if refused => Self::Completed,
            Stop::Refusal => Self::Incomplete("content_filter"),
        }
    }

    /// As it is written.
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
    /// An answer with these items so far.
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

    /// The same, failed.
    #[must_use]
    pub fn failed(mut self, error: Failure<'a>) -> Self {
        self.error = Some(error);
        self
    }
}

/// One item of the output.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Item<'a> {
    /// Thoughts.
    Reasoning {
        /// Its id.
        id: &'a str,
        /// At most one.
        summary: &'a [SummaryText<'a>],
        /// The seal.
        #[serde(skip_serializing_if = "Option::is_none")]
        encrypted_content: Option<&'a str>,
    },
    /// Words.
    Message {
        /// Its id.
        id: &'a str,
        /// How far it is.
        status: &'a str,
        /// Always the assistant.
        role: &'static str,
        /// Its parts.
        content: &'a [Content<'a>],
    },
    /// A call.
    FunctionCall {
        /// Its id.
        id: &'a str,
        /// How far it is.
        status: &'a str,
        /// Ties the result to it.
        call_id: &'a str,
        /// The tool.
        name: &'a str,
        /// The tool's group.
        #[serde(skip_serializing_if = "Option::is_none")]
        namespace: Option<&'a str>,
        /// JSON text.
        arguments: &'a str,
    },
    /// A call with free text.
    CustomToolCall {
        /// Its id.
        id: &'a str,
        /// How far it is.
        status: &'a str,
        /// Ties the result to it.
        call_id: &'a str,
        /// The tool.
        name: &'a str,
        /// The tool's group.
        #[serde(skip_serializing_if = "Option::is_none")]
        namespace: Option<&'a str>,
        /// The text.
        input: &'a str,
    },
}

impl Item<'_> {
    /// As JSON text.
    pub fn raw(&self) -> Option<Box<RawValue>> {
        serde_json::value::to_raw_value(self).ok()
    }
}

/// A part of a message.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Content<'a> {
    /// Words.
    OutputText {
        /// They.
        text: &'a str,
        /// Where they are from.
        annotations: &'a [Annotation<'a>],
        /// Always empty.
        logprobs: [(); 0],
    },
    /// Why the model will not answer.
    Refusal {
        /// In words.
        refusal: &'a str,
    },
}

/// A part of a reasoning item.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum SummaryText<'a> {
    /// Thoughts.
    SummaryText {
        /// In words.
        text: &'a str,
    },
}

/// Where words are from.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Annotation<'a> {
    /// A page.
    UrlCitation {
        /// The first character of the part that it stands for.
        start_index: u64,
        /// The one after the last.
        end_index: u64,
        /// The page.
        url: Cow<'a, str>,
        /// Its title.
        title: Cow<'a, str>,
    },
}

impl<'a> Annotation<'a> {
    /// A citation in a part that begins after `before` characters of the answer's text and has `length` of them so far. One
    /// that names no characters stands for the whole part.
    pub fn new(citation: Citation<'a>, before: u64, length: u64) -> Self {
        let (start, end) = match citation.span {
            Some((start, end)) => (start.saturating_sub(before), end.saturating_sub(before)),
            None => (0, length),
        };
        Self::UrlCitation {
            start_index: start,
            end_index: end,
            url: citation.url,
            title: citation.title,
        }
    }

    /// The same, owning its text.
    pub fn into_owned(self) -> Annotation<'static> {
        let Self::UrlCitation {
            start_index,
            end_index,
            url,
            title,
        } = self;
        let (url, title) = (url.into_owned().into(), title.into_owned().into());
        Annotation::UrlCitation {
            start_index,
            end_index,
            url,
            title,
        }
    }
}

/// Characters, as OpenAI counts them.
pub(super) fn characters(text: &str) -> u64 {
    text.chars().count() as u64
}
